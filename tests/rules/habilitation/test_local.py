"""The hospital's rules: they withhold, they never add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import LocalError
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules, Ruling, ServiceHabilitations, national_matrix

MEDECIN, INFIRMIER = "10", "60"
CR, CERTIFICATE = "11502-2", "11369-6"
CONSULT = LocalRights(consult=True)
URGENCES = LocalRights(consult=True, bris_de_glace=True)
RULES = LocalRules(
    (
        LocalRule(MEDECIN, "", CONSULT),
        LocalRule(MEDECIN, "urgences", URGENCES),
        LocalRule(MEDECIN, "psychiatrie", CONSULT, frozenset({CR})),
        LocalRule(INFIRMIER, "urgences", LocalRights()),
    )
)


@pytest.mark.parametrize(
    ("profession", "service", "rights"),
    [
        (MEDECIN, "cardiologie", CONSULT),
        (MEDECIN, "urgences", URGENCES),
        (INFIRMIER, "urgences", LocalRights()),
        (INFIRMIER, "cardiologie", LocalRights()),
    ],
)
def test_the_rule_of_the_service_wins_over_the_general_one(profession: str, service: str, rights: LocalRights) -> None:
    assert RULES.rights(profession, service) == rights


def test_a_profession_without_rule_has_no_right() -> None:
    assert RULES.find("21", "urgences") is None
    assert RULES.rights("21", "urgences") == LocalRights(consult=False, bris_de_glace=False, regulate=False)


def test_a_type_restricted_locally_is_denied_though_the_matrix_allows_it() -> None:
    psychiatry = ServiceHabilitations(national_matrix(), RULES, "psychiatrie")
    assert psychiatry.allows(MEDECIN, CR).ruling is Ruling.DENIED
    assert "restreint" in psychiatry.allows(MEDECIN, CR).source
    assert psychiatry.allows(MEDECIN, CERTIFICATE) == national_matrix().allows(MEDECIN, CERTIFICATE)


def test_who_may_not_consult_may_read_nothing() -> None:
    emergency = ServiceHabilitations(national_matrix(), RULES, "urgences")
    assert national_matrix().allows(INFIRMIER, CR).allowed
    assert emergency.allows(INFIRMIER, CR).ruling is Ruling.DENIED
    assert emergency.allows("21", CR).ruling is Ruling.DENIED


@given(
    st.sampled_from([c.code for c in value_set(ValueSetName.PROFESSION)]),
    st.sampled_from([c.code for c in value_set(ValueSetName.TYPE_CODE)]),
    st.sampled_from(["", "urgences", "psychiatrie", "cardiologie"]),
)
def test_a_local_rule_never_adds_a_permission(profession: str, type_code: str, service: str) -> None:
    local = ServiceHabilitations(national_matrix(), RULES, service).allows(profession, type_code)
    assert not local.allowed or national_matrix().allows(profession, type_code).allowed


@pytest.mark.parametrize(("service", "told"), [("urgences", "urgences"), ("", "tous")])
def test_two_rules_for_one_profession_and_service_are_refused(service: str, told: str) -> None:
    rule = LocalRule(MEDECIN, service, CONSULT)
    with pytest.raises(LocalError) as error:
        LocalRules((rule, LocalRule(INFIRMIER, service, CONSULT), rule))
    assert error.value.code == "habilitation-en-double"
    assert error.value.received == f"profession {MEDECIN}, service {told}"
