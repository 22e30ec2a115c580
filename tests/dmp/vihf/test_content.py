"""A VIHF that breaks a rule cannot be built, and says which, what was expected, and what to do."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from types import SimpleNamespace

import pytest

from support.vihf_tokens import (
    AIR,
    DIRECTE,
    GENERAL_PRACTICE,
    HOSPITAL_PHARMACIST,
    INDIRECTE,
    NURSE,
    PHARMACIST,
    PHYSICIAN,
)
from tramontane.dmp.identity import Ins, InsAuthority, PsIdNat, StructIdNat
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf import CONF_EXI_PGSSIS, InvalidVihf, Vihf
from tramontane.dmp.vihf.rules import RULES, Rule

BROKEN = {
    "AIR without RPPS": (AIR, {"subject": PsIdNat("0759912345")}, "vihf-sujet"),
    "AIR with a text as subject": (AIR, {"subject": "X123/Y456"}, "vihf-sujet"),
    "DIRECTE with a text as subject": (DIRECTE, {"subject": "X123/Y456"}, "vihf-sujet"),
    "INDIRECTE without subject": (INDIRECTE, {"subject": ""}, "vihf-sujet"),
    "no name": (AIR, {"subject_name": ""}, "vihf-nom"),
    "a blank name": (INDIRECTE, {"subject_name": " "}, "vihf-nom"),
    "AIR without FINESS": (AIR, {"structure": StructIdNat("339172288100052")}, "vihf-structure-air"),
    "an unknown sector": (AIR, {"sector": "SA99"}, "vihf-secteur-connu"),
    "a sector with its system": (AIR, {"sector": "SA01^1.2.250.1.71.4.2.4"}, "vihf-secteur-connu"),
    "no role": (AIR, {"roles": ()}, "vihf-roles-nombre"),
    "three roles": (AIR, {"roles": (PHYSICIAN, GENERAL_PRACTICE, GENERAL_PRACTICE)}, "vihf-roles-nombre"),
    "an unknown profession": (AIR, {"roles": (Coded("999", PHYSICIAN.code_system),)}, "vihf-profession"),
    "a profession without system": (AIR, {"roles": (Coded("10", ""),)}, "vihf-profession"),
    "a speciality first": (AIR, {"roles": (GENERAL_PRACTICE,)}, "vihf-profession"),
    "a profession in training without code": (AIR, {"roles": (Coded("", "1.2.250.1.71.1.2.8"),)}, "vihf-profession"),
    "an unknown speciality": (
        AIR,
        {"roles": (PHYSICIAN, Coded("SM99", GENERAL_PRACTICE.code_system))},
        "vihf-second-role",
    ),
    "a profession second": (AIR, {"roles": (NURSE, NURSE)}, "vihf-second-role"),
    "a physician without speciality": (AIR, {"roles": (PHYSICIAN,)}, "vihf-specialite"),
    "a physician with a section": (AIR, {"roles": (PHYSICIAN, HOSPITAL_PHARMACIST)}, "vihf-specialite"),
    "a pharmacist without section": (AIR, {"roles": (PHARMACIST,)}, "vihf-section"),
    "a pharmacist with a speciality": (AIR, {"roles": (PHARMACIST, GENERAL_PRACTICE)}, "vihf-section"),
    "no class": (AIR, {"authn_context_class": ""}, "vihf-classe-authentification"),
    "a class that is no URI": (AIR, {"authn_context_class": "Password"}, "vihf-classe-authentification"),
    "AIR without primary authentication": (AIR, {"primary_authentication": None}, "vihf-authentification-primaire"),
    "AIR with another one": (AIR, {"primary_authentication": "APP_BROWSER_AUTH"}, "vihf-authentification-primaire"),
    "INDIRECTE with one": (
        INDIRECTE,
        {"primary_authentication": CONF_EXI_PGSSIS},
        "vihf-authentification-primaire",
    ),
    "DIRECTE with one": (DIRECTE, {"primary_authentication": CONF_EXI_PGSSIS}, "vihf-authentification-primaire"),
    "no software name": (AIR, {"lps_name": " "}, "vihf-logiciel"),
    "no homologation": (AIR, {"lps_homologation": ""}, "vihf-logiciel"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_vihf_that_breaks_a_rule_cannot_exist(name: str):
    good, change, code = BROKEN[name]
    with pytest.raises(InvalidVihf) as refusal:
        dataclasses.replace(good, **change)
    error = refusal.value
    assert error.code == code
    assert error.expected
    assert error.received
    assert error.reference
    assert error.next_step


def test_every_rule_is_broken_by_one_case_at_least():
    assert {code for _, _, code in BROKEN.values()} == {rule.code for rule in RULES}


class Spy:
    """A content that remembers what was asked of it."""

    def __init__(self, content: Vihf) -> None:
        self._content, self.asked = content, set()

    def __getattr__(self, name: str) -> object:
        self.asked.add(name)
        return getattr(self._content, name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_reads_what_it_says_it_needs_and_nothing_else(rule: Rule):
    """`Vihf.about` judges again the rules that need what changes, and only those."""
    for content in (AIR, INDIRECTE, DIRECTE, dataclasses.replace(AIR, roles=(PHARMACIST, HOSPITAL_PHARMACIST))):
        spy = Spy(content)
        rule.broken(spy)
        assert spy.asked <= {*rule.needs}
    for good, change, _ in BROKEN.values():
        spy = Spy(SimpleNamespace(**{**vars(good), **change}))
        rule.broken(spy)
        assert spy.asked <= {*rule.needs}


def test_the_same_user_about_another_patient_says_the_same_of_all_the_rest():
    patient, logon = Ins("160012B12345657", InsAuthority.NIR_DEMO), AIR.authn_instant + timedelta(hours=1)
    again = AIR.about(patient, authn_instant=logon)
    assert again == dataclasses.replace(AIR, patient=patient, authn_instant=logon)
    assert AIR.about(AIR.patient, authn_instant=AIR.authn_instant) == AIR
    assert AIR.about(None, authn_instant=logon).patient is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.patient = AIR.patient
    with pytest.raises(ValueError, match="naive"):
        AIR.about(patient, authn_instant=logon.replace(tzinfo=None))


def test_a_profession_in_training_is_taken_as_it_is_for_want_of_a_list():
    assert dataclasses.replace(AIR, roles=(Coded("10", "1.2.250.1.71.1.2.8", "Médecin"),)).roles


def test_a_direct_vihf_may_have_no_name():
    assert dataclasses.replace(DIRECTE, subject_name="").subject_name == ""


def test_a_naive_logon_date_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="naive"):
        dataclasses.replace(AIR, authn_instant=AIR.authn_instant.replace(tzinfo=None))


def test_neither_the_patient_nor_the_homologation_number_is_shown_by_repr():
    assert AIR.patient.value not in repr(AIR)
    assert AIR.lps_homologation not in repr(AIR)
