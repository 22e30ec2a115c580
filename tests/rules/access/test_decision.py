"""Decisions as values: all reasons, each with its sentence, reference, next step and solver."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from support.access_facts import AT, READY, facts
from tramontane.dmp.errors import LocalError
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import (
    CONDITIONS,
    AccessFacts,
    AuthenticationProof,
    CertificateState,
    Granted,
    PatientChoice,
    Purpose,
    Refused,
    Relationship,
    decide,
)


def test_an_access_that_meets_every_condition_is_granted_with_what_was_checked() -> None:
    decision = decide(READY, Purpose.LIST)
    assert isinstance(decision, Granted)
    assert {"deux-facteurs-absents", "ins-non-qualifiee", "dmp-ferme", "professionnel-bloque"} <= set(decision.checked)
    assert decision.relaxed == decision.warnings == ()


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("mode", AccessMode)
def test_facts_that_nobody_gathered_grant_nothing(purpose: Purpose, mode: AccessMode) -> None:
    decision = decide(AccessFacts(mode=mode), purpose)
    assert isinstance(decision, Refused)
    assert {"deux-facteurs-absents", "rpps-inconnu", "certificat-absent", "ins-absente"} <= {
        reason.code for reason in decision.reasons
    }


def test_all_the_reasons_are_given_in_the_order_of_the_table() -> None:
    decision = decide(facts(proof=None, rpps=None, ins=None, choice=PatientChoice.OPPOSED), Purpose.LIST)
    assert isinstance(decision, Refused)
    assert [reason.code for reason in decision.reasons] == [
        "deux-facteurs-absents",
        "rpps-inconnu",
        "ins-absente",
        "patient-oppose",
    ]


def test_every_condition_says_what_why_and_what_to_do_in_french_typography() -> None:
    for condition in CONDITIONS:
        for text in (condition.sentence, condition.reference, condition.next_step):
            assert text
            assert not any(f" {mark}" in text for mark in ":;?!»"), text
        assert condition.sentence.endswith(".")
        assert condition.next_step.endswith(".")
        assert condition.purposes
        assert condition.modes


def test_every_condition_has_its_own_code_and_sentence() -> None:
    for column in ("code", "sentence"):
        assert max(Counter(getattr(condition, column) for condition in CONDITIONS).values()) == 1


def test_an_empty_table_decides_nothing() -> None:
    with pytest.raises(LocalError) as error:
        decide(READY, Purpose.LIST, ())
    assert error.value.code == "aucune-condition"


def test_a_table_without_condition_for_this_call_decides_nothing() -> None:
    only_status = [replace(c, purposes=frozenset({Purpose.STATUS})) for c in CONDITIONS if Purpose.STATUS in c.purposes]
    assert isinstance(decide(READY, Purpose.STATUS, only_status), Granted)
    with pytest.raises(LocalError):
        decide(READY, Purpose.RETRIEVE, only_status)


def test_a_table_of_mere_warnings_decides_nothing() -> None:
    with pytest.raises(LocalError):
        decide(READY, Purpose.LIST, [replace(condition, blocking=False) for condition in CONDITIONS])


def test_a_certificate_about_to_expire_warns_and_grants() -> None:
    decision = decide(facts(certificates=CertificateState.EXPIRING), Purpose.LIST)
    assert isinstance(decision, Granted)
    assert [warning.code for warning in decision.warnings] == ["certificat-expire-bientot"]


def test_a_warning_is_not_a_reason_to_refuse() -> None:
    decision = decide(facts(certificates=CertificateState.EXPIRING, proof=None), Purpose.LIST)
    assert isinstance(decision, Refused)
    assert [reason.code for reason in decision.reasons] == ["deux-facteurs-absents"]


def test_breaking_the_glass_tells_what_it_set_aside() -> None:
    outside = facts(
        mode=AccessMode.BRIS_DE_GLACE,
        choice=PatientChoice.NOT_COLLECTED,
        relationship=Relationship.OUTSIDE,
        authorisation=None,
    )
    decision = decide(outside, Purpose.RETRIEVE)
    assert isinstance(decision, Granted)
    assert [reason.code for reason in decision.relaxed] == [
        "patient-non-informe",
        "hors-equipe-de-soins",
        "autorisation-inconnue",
    ]


def test_what_only_an_emergency_demands_is_not_set_aside_by_a_normal_access() -> None:
    asked = next(condition for condition in CONDITIONS if Purpose.LIST in condition.purposes and condition.blocking)
    demand = replace(asked, code="urgence", modes=frozenset({AccessMode.BRIS_DE_GLACE}), holds=lambda _: False)
    decision = decide(READY, Purpose.LIST, (*CONDITIONS, demand))
    assert isinstance(decision, Granted)
    assert decision.relaxed == ()


def test_an_emergency_relaxes_exactly_the_consent_and_the_authorisation() -> None:
    relaxed = {c.code for c in CONDITIONS if c.modes == {AccessMode.NORMAL}}
    assert relaxed == {
        "patient-non-informe",
        "hors-equipe-de-soins",
        "autorisation-inconnue",
        "autorisation-inexistante",
        "autorisation-expiree",
    }


def test_a_proof_without_time_zone_is_refused() -> None:
    with pytest.raises(LocalError) as error:
        AuthenticationProof("carte CPS", frozenset(), "DPI", AT.replace(tzinfo=None))
    assert error.value.code == "instant-sans-fuseau"
