"""Data file → `Referentiel`, with every problem of the file said at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from tramontane.rules.referentiels.errors import InvalidReferentiel
from tramontane.rules.referentiels.model import Exigence, Referentiel, TexteStatut
from tramontane.rules.referentiels.plain_yaml import parse_yaml

_ID = re.compile(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*|[0-9]+(?:\.[0-9]+)*")
_T = TypeVar("_T")


def read(data: bytes) -> Referentiel:
    """A référentiel from the bytes of its YAML file.

    Raises:
        InvalidReferentiel: not YAML, too large, or not a référentiel; `problems` lists everything found.
    """
    return load(parse_yaml(data))


def load(content: Mapping[str, Any]) -> Referentiel:
    """A référentiel from plain values: a parsed YAML file, or what `write` gave.

    Raises:
        InvalidReferentiel: `problems` lists everything found.
    """
    whole = dict(content)
    rows = whole.pop("exigences", None)
    if not isinstance(rows, list | tuple) or not rows:
        raise InvalidReferentiel(["exigences : attendu une liste d’au moins une exigence"])
    exigences, problems = converted_rows(rows, Exigence, "exigences")
    try:
        found = msgspec.convert({**whole, "exigences": []}, Referentiel)
    except msgspec.ValidationError as error:
        raise InvalidReferentiel([*problems, in_french(error)]) from None
    complete = msgspec.structs.replace(found, exigences=tuple(exigences))
    problems += _contradictions(complete)
    if problems:
        raise InvalidReferentiel(problems)
    return complete


def write(referentiel: Referentiel) -> dict[str, Any]:
    """Plain values that `load` reads back into an equal référentiel."""
    plain: dict[str, Any] = msgspec.to_builtins(referentiel)
    return plain


def converted_rows(rows: Iterable[Any], kind: type[_T], name: str) -> tuple[list[_T], list[str]]:
    """The rows that are `kind`, and a problem for each that is not."""
    found: list[_T] = []
    problems: list[str] = []
    for rank, row in enumerate(rows, start=1):
        try:
            found.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            label = row.get("id") if isinstance(row, dict) else None
            problems.append(f"{name}, n° {rank}{f' ({label})' if label else ''} : {in_french(error)}")
    return found, problems


_WORDS = (
    ("Object missing required field", "champ obligatoire absent :"),
    ("Object contains unknown field", "champ inconnu :"),
    ("Invalid enum value", "valeur hors liste :"),
    ("Expected", "attendu"),
    (", got", ", reçu"),
    (" - at", ", à"),
)


def in_french(error: msgspec.ValidationError) -> str:
    """What msgspec found wrong, in the words of the other messages."""
    text = str(error)
    for english, french in _WORDS:
        text = text.replace(english, french)
    return text


def _contradictions(referentiel: Referentiel) -> list[str]:
    """What holds field by field and not together."""
    return [problem for check in (_identifiers, _texts, _links) for problem in check(referentiel)]


def _identifiers(referentiel: Referentiel) -> Iterator[str]:
    ids = [exigence.id for exigence in referentiel.exigences]
    for name in {referentiel.id, *ids}:
        if not _ID.fullmatch(name):
            yield f"identifiant « {name} » : attendu des minuscules, chiffres, points et tirets, comme « exi-23 »"
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"identifiant « {name} » : donné à {ids.count(name)} exigences"


def _texts(referentiel: Referentiel) -> Iterator[str]:
    """A text has a status, a status has a text: nothing invented, nothing lost."""
    for exigence in referentiel.exigences:
        missing = not (exigence.texte or "").strip()
        quoted = exigence.texte_statut in (TexteStatut.OFFICIEL, TexteStatut.WEBINAIRE)
        if quoted and missing:
            yield f"{exigence.id} : le texte est annoncé « {exigence.texte_statut} » et il est vide"
        if not missing and not quoted:
            yield f"{exigence.id} : un texte est donné et son statut est « {exigence.texte_statut} »"
        if exigence.texte_statut is TexteStatut.PARAPHRASE and not exigence.reformulation:
            yield f"{exigence.id} : le statut est « paraphrase » et la reformulation est vide"
        if quoted and not exigence.source:
            yield f"{exigence.id} : un texte cité porte sa source"


def _links(referentiel: Referentiel) -> Iterator[str]:
    known = {exigence.id for exigence in referentiel.exigences}
    regles = referentiel.regles
    named = {"bloquantes": regles.bloquantes, "prealables_commission": regles.prealables_commission}
    named |= {f"etapes, n° {rank}": step.exigences for rank, step in enumerate(regles.etapes, start=1)}
    for place, names in named.items():
        for name in names:
            if name not in known:
                yield f"regles.{place} : l’exigence « {name} » n’existe pas"
    dimensions = {dimension.cle for dimension in referentiel.dimensions}
    for exigence in referentiel.exigences:
        if exigence.dimension is not None and exigence.dimension not in dimensions:
            yield f"{exigence.id} : la dimension « {exigence.dimension} » n’est pas déclarée"
    if regles.duree_max_mois is not None and regles.duree_max_mois < 1:
        yield f"regles.duree_max_mois : attendu 1 mois ou plus, reçu {regles.duree_max_mois}"
