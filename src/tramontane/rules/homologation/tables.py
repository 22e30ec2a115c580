"""The tables of this package as Markdown: docs/reference/homologation.md is drawn from them, and a test compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tramontane.rules.homologation.gates import CHECKS
from tramontane.rules.homologation.levels import REQUIRED_WITH, Level
from tramontane.rules.homologation.review import RULES
from tramontane.rules.homologation.states import TRANSITIONS
from tramontane.rules.homologation.triggers import TriggerKind
from tramontane.rules.referentiels import Referentiel


def drawn(referentiel: Referentiel) -> dict[str, str]:
    """Every table, under the name of its place in the page."""
    return {
        "levels": _table(
            ("Niveau", "Code", "À préciser"),
            ((level.label, f"`{level}`", _fields(level)) for level in Level),
        ),
        "transitions": _table(
            ("Depuis", "Passage", "Vers", "Porte"),
            ((row.source.label, row.move, row.target.label, row.gate or "—") for row in TRANSITIONS),
        ),
        "gates": _table(
            ("Porte", "Vérifications"),
            ((name, ", ".join(_name(check.__name__) for check in checks)) for name, checks in CHECKS.items()),
        ),
        "review": _table(
            ("Règle", "Gravité", "Phrase"), ((f"`{rule.code}`", rule.severity, rule.sentence) for rule in RULES)
        ),
        "triggers": _table(("Déclencheur", "Texte du contrat"), ((f"`{kind}`", kind.wording) for kind in TriggerKind)),
        "exigences": _table(
            ("Exigence", "Texte", "Réserve", "Périmètre"),
            (
                (
                    f"`{key}`",
                    one.texte_statut.libelle,
                    "impossible" if referentiel.bloquante(one) else "possible",
                    "admis" if one.perimetre_admis else "—",
                )
                for key, one in referentiel.by_key.items()
            ),
        ),
    }


_NAMES = {
    "_active": "référentiel actif",
    "_prerequisites": "préalables de la commission atteints et prouvés",
    "_blocking": "exigences bloquantes atteintes et prouvées",
    "_assessed": "toutes les exigences évaluées",
    "_planned": "réserve et action pour chaque exigence non atteinte",
    "_reassessed": "niveau réévalué pour chaque réserve levée",
    "_support": "support documentaire complet",
    "_held": "séance tenue, présences notées, responsable ou représentant présent",
    "_risks": "risques résiduels écrits",
    "_decided": "homologation décidée",
    "_version": "version du référentiel connue",
    "_wording": "libellé du PV connu",
}


def _name(function: str) -> str:
    return _NAMES[function]


def _fields(level: Level) -> str:
    names = {"perimeter": "périmètre", "steps": "étapes", "calendar": "calendrier", "reason": "motif"}
    return ", ".join(names[name] for name, _ in REQUIRED_WITH.get(level, ())) or "—"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def filled(page: str, referentiel: Referentiel) -> str:
    """A page with each table put back under its mark, whatever stood there."""
    for name, table in drawn(referentiel).items():
        start, mark, rest = page.partition(f"<!-- table: {name} -->\n")
        page = f"{start}{mark}\n{table}\n\n{_STALE.sub('', rest)}" if mark else page
    return page.rstrip("\n") + "\n"


# The table that stood there: its lines, after an empty one.
_STALE = re.compile(r"\A\n?(?:\|.*\n)*\n*")
