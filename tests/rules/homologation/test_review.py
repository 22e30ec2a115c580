"""The review list points at what a careful reader would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from support.homologation_facts import PROOF, RESERVE, TODAY, dossier, line
from tramontane.dmp.verdicts import Outcome
from tramontane.rules.homologation import (
    Action,
    Assessment,
    Evidence,
    EvidenceKind,
    ExigenceFacts,
    Level,
    Severity,
    review,
)
from tramontane.rules.homologation.review import RULES

OLD = Evidence("Vieux", EvidenceKind.LINK, date(2025, 1, 1))
OVER = Evidence("Périmé", EvidenceKind.FILE, date(2025, 1, 1), date(2026, 1, 1))
AGAINST = Evidence("Relevé", EvidenceKind.MACHINE, TODAY, outcome=Outcome.FAILED)
LATE = replace(RESERVE, actions=(Action("Écrire", "RSSI", date(2026, 1, 1)),))

CASES = {
    "bloquante-non-atteinte": line("exi-23", Level.PARTLY),
    "conforme-sans-preuve": line("exi-23", evidence=()),
    "preuve-perimee": line("exi-23", evidence=(OVER,)),
    "releve-contraire": line("exi-23", evidence=(PROOF, AGAINST)),
    "evaluation-incomplete": replace(
        line("exi-23"), assessment=Assessment(Level.COMPLIANT_ON_PERIMETER, owner="Z", stakeholders=("R",))
    ),
    "non-conforme-sans-reserve": line("exi-20", Level.NON_COMPLIANT),
    "reserve-sans-action": line("exi-20", Level.NON_COMPLIANT, reserve=replace(RESERVE, actions=())),
    "reserve-levee": line("exi-20", Level.PARTLY, reserve=replace(RESERVE, lifted_on=TODAY)),
    "reserve-echue": line("exi-20", Level.PARTLY, reserve=replace(RESERVE, due=date(2026, 1, 1))),
    "preuve-ancienne": line("exi-23", evidence=(OLD,)),
    "action-en-retard": line("exi-20", Level.PARTLY, reserve=LATE),
    "reserve-a-lever": line("exi-20", reserve=RESERVE),
    "sans-responsable": replace(line("exi-23"), assessment=Assessment(Level.COMPLIANT, stakeholders=("RSSI",))),
    "sans-partie-prenante": replace(line("exi-23"), assessment=Assessment(Level.COMPLIANT, owner="Zoé")),
    "texte-a-saisir": line("exi-01"),
}


def rules_for(name: str, *lines: ExigenceFacts) -> set[str]:
    return {remark.rule for remark in review(dossier(*lines, decided=False)) if remark.exigence == name}


@pytest.mark.parametrize("rule", [rule.code for rule in RULES])
def test_each_rule_has_a_case_that_raises_it(rule: str) -> None:
    case = CASES[rule]
    assert rule in rules_for(case.exigence.id, case)


def test_an_exigence_in_order_raises_nothing() -> None:
    assert rules_for("exi-23") == set()
    assert rules_for("exi-29", line("exi-29", Level.NOT_ASSESSED, evidence=())) == set(), "computed: nobody assesses it"


def test_a_lifted_reserve_asks_for_no_action_any_more() -> None:
    lifted = line("exi-20", Level.PARTLY, reserve=replace(LATE, lifted_on=TODAY))
    assert rules_for("exi-20", lifted) == {"reserve-levee", "texte-a-saisir"}
    signed = dossier(lifted)  # the levels of a signed dossier are those of that day
    assert not [one for one in review(signed) if one.rule == "reserve-levee"]


def test_errors_come_first() -> None:
    severities = [
        remark.severity for remark in review(dossier(*(CASES["conforme-sans-preuve"], CASES["action-en-retard"])))
    ]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.ERROR
