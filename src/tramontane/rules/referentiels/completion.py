"""The official text, entered by a person: a file that completes a référentiel, and the edition it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tramontane.rules.referentiels.errors import InvalidReferentiel
from tramontane.rules.referentiels.model import Dimension, Exigence, Referentiel, Regles, Source, TexteStatut
from tramontane.rules.referentiels.plain_yaml import parse_yaml
from tramontane.rules.referentiels.reading import converted_rows, in_french, load, write


class CompletionRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the official document says of one exigence; what is absent stays as it was."""

    id: str
    texte: str | None = None
    titre: str | None = None
    dimension: str | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person read in the official document.

    Attributes:
        referentiel: identifier of the référentiel completed.
        version: the official version, as printed.
        actif: whether dossiers may be opened on the result; None: as before.
        regles: the rules the document sets, by name; those it does not name stay as they were.
        dimensions: the chapters of the document, all of them; empty: as before.
    """

    schema: Literal[1]
    referentiel: str
    version: str
    source: Source
    actif: bool | None = None
    regles: dict[str, Any] = {}
    dimensions: tuple[Dimension, ...] = ()
    exigences: tuple[CompletionRow, ...] = ()


def read_completion(data: bytes) -> Completion:
    """The completion a YAML file holds.

    Raises:
        InvalidReferentiel: `problems` lists everything found.
    """
    return load_completion(parse_yaml(data))


def load_completion(content: Mapping[str, Any]) -> Completion:
    """The completion plain values hold, whatever file they were read in.

    Raises:
        InvalidReferentiel: `problems` lists everything found.
    """
    whole = dict(content)
    lists = {name: whole.pop(name, None) or () for name in ("exigences", "dimensions")}
    problems = [f"{name} : attendu une liste" for name, one in lists.items() if not isinstance(one, list | tuple)]
    if problems:
        raise InvalidReferentiel(problems)
    rows, problems = converted_rows(lists["exigences"], CompletionRow, "exigences")
    dimensions, wrong = converted_rows(lists["dimensions"], Dimension, "dimensions")
    problems += wrong
    try:
        found = msgspec.convert(whole, Completion)
        msgspec.convert(found.regles, Regles)
    except msgspec.ValidationError as error:
        raise InvalidReferentiel([*problems, in_french(error)]) from None
    if not found.version.strip():
        problems.append("version : vide ; recopiez celle du document officiel")
    if problems:
        raise InvalidReferentiel(problems)
    return msgspec.structs.replace(found, exigences=tuple(rows), dimensions=tuple(dimensions))


def official_texts(found: Referentiel) -> Completion:
    """The official texts a référentiel written by another tool carries; the others are left out, and its chapters too: no
    tool says whether they are the document’s or somebody’s deduction.

    Raises:
        InvalidReferentiel: none of its texts is said to be official, or its version is not known.
    """
    rows = tuple(
        CompletionRow(id=one.id, texte=one.texte, titre=one.titre or None)
        for one in found.exigences
        if one.texte_statut is TexteStatut.OFFICIEL
    )
    if not rows or not found.version:
        raise InvalidReferentiel(
            ["fichier : aucun texte n’y porte le statut « officiel » ; saisissez-le depuis le document officiel"]
        )
    return Completion(schema=1, referentiel=found.id, version=found.version, source=found.source, exigences=rows)


def completed(base: Referentiel, completion: Completion, *, edition: str) -> Referentiel:
    """A new edition of `base`: the texts given become official, the others stay what they were.

    An exigence `base` does not know is added at the end: the official text may hold more than we know.

    Args:
        edition: name of the new edition, unique for this référentiel.

    Raises:
        InvalidReferentiel: another référentiel, a text given twice or empty, or a result that contradicts itself.
    """
    problems = _refusals(base, completion)
    if problems:
        raise InvalidReferentiel(problems)
    given = {row.id: row for row in completion.exigences}
    kept = [_official(one, given.pop(one.id), completion) if one.id in given else one for one in base.exigences]
    added = [
        _official(Exigence(id=row.id, libelle=row.id.replace("-", " ").upper()), row, completion)
        for row in given.values()
    ]
    result = msgspec.structs.replace(
        base,
        version=completion.version.strip(),
        edition=edition,
        source=completion.source,
        actif=base.actif if completion.actif is None else completion.actif,
        regles=msgspec.convert(msgspec.to_builtins(base.regles) | completion.regles, Regles),
        dimensions=completion.dimensions or base.dimensions,
        exigences=(*kept, *added),
    )
    return load(write(result))


def _refusals(base: Referentiel, completion: Completion) -> list[str]:
    problems = [f"{row.id} : {said}" for row in completion.exigences if (said := _empty(row))]
    for names in ([row.id for row in completion.exigences], [f"dimension {one.cle}" for one in completion.dimensions]):
        twice = sorted({name for name in names if names.count(name) > 1})
        problems += [f"{name} : donnée {names.count(name)} fois" for name in twice]
    if completion.referentiel != base.id:
        problems.append(f"referentiel : attendu « {base.id} », reçu « {completion.referentiel} »")
    return problems


def _empty(row: CompletionRow) -> str:
    if row.texte is not None and not row.texte.strip():
        return "texte vide"
    return "" if row.texte or row.titre or row.dimension else "ni texte, ni titre, ni dimension"


def _official(exigence: Exigence, row: CompletionRow, completion: Completion) -> Exigence:
    quoted = exigence
    if row.texte is not None:
        text, source = row.texte.strip(), completion.source.document
        quoted = msgspec.structs.replace(exigence, texte=text, texte_statut=TexteStatut.OFFICIEL, source=source)
    return msgspec.structs.replace(
        quoted,
        titre=exigence.titre if row.titre is None else row.titre,
        dimension=exigence.dimension if row.dimension is None else row.dimension,
        dimension_deduite=exigence.dimension_deduite and row.dimension is None,
    )
