"""Each door says every reason why it is shut, and opens when none is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.homologation_facts import PROOF, RESERVE, TODAY, dmp, dossier, line
from tramontane.rules.homologation import DossierFacts, ExigenceState, GateName, Level, SittingFacts, gate, readiness
from tramontane.rules.homologation.gates import CHECKS


def codes(name: GateName, facts: DossierFacts) -> list[str]:
    return [obstacle.code for obstacle in gate(name, facts).obstacles]


@pytest.mark.parametrize("name", GateName)
def test_a_whole_dossier_opens_every_door(name: GateName) -> None:
    assert gate(name, dossier()).open


@pytest.mark.parametrize("name", ["exi-04", "exi-23", "exi-25"])
@pytest.mark.parametrize("level", [Level.NOT_ASSESSED, Level.NON_COMPLIANT, Level.PARTLY])
def test_the_commission_waits_for_exigences_4_23_and_25(name: str, level: Level) -> None:
    facts = dossier(line(name, level))
    (obstacle, *_) = gate(GateName.COMMISSION, facts).obstacles
    assert obstacle.code == "prealable-non-atteint"
    assert obstacle.exigences == (name,)
    assert dmp().by_key[f"dmp:{name}"].libelle in obstacle.sentence


def test_a_perimeter_is_enough_for_the_commission_and_for_the_contract() -> None:
    facts = dossier(*(line(name, Level.COMPLIANT_ON_PERIMETER) for name in ("exi-04", "exi-23", "exi-25")))
    assert gate(GateName.COMMISSION, facts).open
    assert gate(GateName.CONTRACT, facts).open


def test_the_commission_waits_for_the_whole_assessment_and_names_what_is_left() -> None:
    facts = dossier(*(line(f"exi-{number:02}", Level.NOT_ASSESSED) for number in (1, 2, 3, 5, 6, 7, 8)))
    (obstacle,) = gate(GateName.COMMISSION, facts).obstacles
    assert obstacle.sentence == (
        "7 exigences ne sont pas évaluées\u00a0: EXI 01, EXI 02, EXI 03, EXI 05, EXI 06, EXI 07 et 1 autre."
    )
    (one,) = gate(GateName.COMMISSION, dossier(line("exi-01", Level.NOT_ASSESSED))).obstacles
    assert one.sentence == "1 exigence n’est pas évaluée\u00a0: EXI 01."


def test_an_exigence_not_met_passes_the_decision_with_a_reserve_and_an_action() -> None:
    bare = line("exi-20", Level.PARTLY, evidence=())
    assert codes(GateName.DECISION, dossier(bare)) == ["reserve-sans-plan"]
    assert gate(GateName.DECISION, dossier(replace(bare, reserve=RESERVE))).open


@pytest.mark.parametrize("name", [GateName.DECISION, GateName.SIGNATURE])
def test_a_reserve_that_is_lifted_does_not_make_its_exigence_met(name: GateName) -> None:
    facts = dossier(line("exi-20", Level.PARTLY, reserve=replace(RESERVE, lifted_on=date(2026, 11, 12))))
    assert facts.states["exi-20"] is ExigenceState.LIFTED
    (obstacle,) = gate(name, facts).obstacles
    assert obstacle.sentence == "EXI 20\u00a0: réserve levée le 12/11/2026, niveau à réévaluer."
    assert gate(name, dossier(line("exi-20", reserve=replace(RESERVE, lifted_on=TODAY)))).open


def test_a_reserve_lifted_after_the_signature_shuts_no_door_to_the_contract() -> None:
    assert gate(
        GateName.CONTRACT, dossier(line("exi-20", Level.PARTLY, reserve=replace(RESERVE, lifted_on=TODAY)))
    ).open


def test_the_contract_waits_for_the_signature_that_makes_exigence_29() -> None:
    facts = dossier(signed=False)
    (obstacle,) = gate(GateName.CONTRACT, facts).obstacles
    assert obstacle.exigences == ("exi-29",)
    assert "attend la signature" in obstacle.sentence
    assert gate(GateName.SIGNATURE, facts).open


@pytest.mark.parametrize(
    ("sitting", "expected"),
    [
        (None, ["commission-absente"]),
        (SittingFacts(date(2026, 11, 24), True, True, "r"), ["commission-a-venir"]),
        (SittingFacts(TODAY, True, False, "r"), ["presences-inconnues"]),
        (SittingFacts(TODAY, False, True, "r"), ["responsable-absent"]),
        (SittingFacts(TODAY, True, True, "  "), ["risques-non-ecrits"]),
    ],
)
def test_the_decision_waits_for_a_commission_that_sat(sitting: SittingFacts | None, expected: list[str]) -> None:
    assert codes(GateName.DECISION, dossier(sitting=sitting)) == expected


def test_the_decision_waits_for_the_support() -> None:
    facts = dossier(support=frozenset({"systemes"}))
    assert codes(GateName.DECISION, facts) == ["support-incomplet"]
    assert "Les risques principaux identifiés vis-à-vis du DMP" in facts.missing_support


def test_the_signature_waits_for_the_version_and_the_words_of_the_referentiel() -> None:
    assert codes(GateName.SIGNATURE, dossier(referentiel=dmp(version=None))) == ["version-inconnue"]
    regles = msgspec.structs.replace(dmp().regles, mention=None)
    wordless = msgspec.structs.replace(dmp(), regles=regles)
    assert codes(GateName.SIGNATURE, dossier(referentiel=wordless)) == ["libelle-inconnu"]


def test_the_commission_waits_for_the_version_which_a_decided_dossier_could_no_longer_take() -> None:
    (obstacle,) = gate(GateName.COMMISSION, dossier(referentiel=dmp(version=None))).obstacles
    assert obstacle.code == "version-inconnue"
    assert "en ouvrir un autre" in obstacle.next_step


def test_a_draft_referentiel_judges_nobody() -> None:
    draft = msgspec.structs.replace(dmp(), actif=False)
    assert codes(GateName.COMMISSION, dossier(referentiel=draft)) == ["referentiel-inactif"]


def test_every_obstacle_says_what_to_do_and_on_what_ground() -> None:
    empty = DossierFacts(dmp(None), TODAY, tuple(line(e.id, Level.NOT_ASSESSED, evidence=()) for e in dmp().exigences))
    for name in CHECKS:
        for obstacle in gate(name, empty).obstacles:
            assert obstacle.sentence.endswith(".")
            assert obstacle.next_step.endswith((".", "…", "». ", "»."))
            assert obstacle.reference


LINES = st.lists(
    st.tuples(st.sampled_from([e.id for e in dmp().assessed]), st.sampled_from(Level), st.booleans(), st.booleans()),
    max_size=8,
    unique_by=lambda row: row[0],
)


@settings(max_examples=60)
@given(LINES)
def test_no_dossier_is_decided_with_a_blocking_exigence_unmet(rows: list[tuple[str, Level, bool, bool]]) -> None:
    lines = [
        line(name, level, evidence=(PROOF,) if proven else (), reserve=RESERVE if reserved else None)
        for name, level, proven, reserved in rows
    ]
    facts = dossier(*lines)
    blocked = any(not facts.states[name].met for name in ("exi-04", "exi-23", "exi-25"))
    unassessed = any(level is Level.NOT_ASSESSED for _, level, _, _ in rows)
    assert gate(GateName.COMMISSION, facts).open is not (blocked or unassessed)
    if blocked or unassessed:
        assert not gate(GateName.DECISION, facts).open
        assert not gate(GateName.CONTRACT, facts).open


def test_readiness_counts_the_six_steps_of_the_webinar() -> None:
    assert readiness(dossier()).sentence == "Prêt à contractualiser"
    facts = dossier(line("exi-23", Level.PARTLY), signed=False)
    ready = readiness(facts)
    assert ready.sentence == "Prêt à contractualiser\u00a0: 4 étapes sur 6"
    assert ready.next is not None
    assert ready.next.missing == "EXI 23 n’est pas atteinte."
    assert not ready.ready


def test_an_empty_dossier_has_no_step_done() -> None:
    empty = DossierFacts(dmp(), TODAY, tuple(line(e.id, Level.NOT_ASSESSED, evidence=()) for e in dmp().exigences))
    assert readiness(empty).done == 0
    assert [step.missing for step in readiness(empty).steps][2] == "28 exigences à évaluer sur 28."


def test_a_referentiel_without_steps_is_never_ready() -> None:
    assert not readiness(
        dossier(referentiel=msgspec.structs.replace(dmp(), regles=msgspec.structs.replace(dmp().regles, etapes=())))
    ).ready
