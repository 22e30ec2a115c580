"""INS: form, key, Corsica, authorities, CX, and never a trait in what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Environment, Ins, InsAuthority
from tramontane.dmp.nomenclatures import ResourceName, resource

VECTORS = Path(__file__).parents[2] / "vectors" / "identity"
PATIENTS = json.loads((VECTORS / "test_patients_dmp.json").read_text(encoding="utf-8"))["patients"]
CORSICAN = "188102B17295165"


def key_by_the_book(matricule: str) -> str:
    """The published rule, written another way: A counts as 0 minus one million, B as 0 minus two million."""
    number = int(matricule.replace("A", "0").replace("B", "0"))
    number -= {"A": 1_000_000, "B": 2_000_000}.get(matricule[6], 0)
    return str(97 - number % 97).zfill(2)


digits = st.text("0123456789", min_size=1, max_size=1)
matricules = st.builds(
    lambda first, born, department, rest: first + born + department + rest,
    st.sampled_from("123478"),
    st.text("0123456789", min_size=4, max_size=4),
    st.one_of(st.sampled_from(["2A", "2B"]), st.text("0123456789", min_size=2, max_size=2)),
    st.text("0123456789", min_size=6, max_size=6),
)
numbers = matricules.map(lambda matricule: matricule + key_by_the_book(matricule))


def test_there_are_95_test_patients() -> None:
    assert len(PATIENTS) == 95


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient["birthName"])
def test_every_patient_of_the_test_platforms_parses(patient: dict[str, str]) -> None:
    ins = Ins(patient["ins"], InsAuthority.NIR_TEST)
    assert Ins.from_cx(ins.cx) == ins


def test_an_nia_parses_like_a_nir() -> None:
    assert Ins("109076322088835", InsAuthority.NIA).oid == "1.2.250.1.213.1.4.9"


@given(numbers, st.sampled_from(InsAuthority))
def test_every_number_with_its_key_is_accepted_and_survives_the_cx(number: str, authority: InsAuthority) -> None:
    ins = Ins(number, authority)
    assert Ins.from_cx(ins.cx) == ins
    assert Ins.from_cx(ins.cx + "^^20260302") == ins
    assert Ins.from_cx(ins.cx + "^^") == ins


@given(numbers, st.integers(0, 14), digits)
def test_any_single_digit_change_is_refused(number: str, position: int, digit: str) -> None:
    if not number[position].isdigit() or digit == number[position]:
        return
    with pytest.raises(InvalidIdentifier):
        Ins(number[:position] + digit + number[position + 1 :], InsAuthority.NIR)


def test_corsica_counts_2a_as_19_and_2b_as_18() -> None:
    assert Ins(CORSICAN, InsAuthority.NIR_TEST).value[5:7] == "2B"
    with pytest.raises(InvalidIdentifier) as refusal:
        Ins(CORSICAN.replace("2B", "2A"), InsAuthority.NIR_TEST)
    assert refusal.value.code == "ins-cle"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "27903512151898",
        "2790351215189890",
        "279 03 51 215 189 89",
        "188102b17295165",
        "188102C17295165",
        "1881A2217295165",
        "579035121518989",
        "279035121518989\n",
        "٢79035121518989",
    ],
)
def test_another_form_is_refused_without_quoting_the_number(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Ins(text, InsAuthority.NIR)
    assert refusal.value.code == "ins-forme"
    assert refusal.value.received == f"{len(text)} caractères"


def test_a_wrong_key_is_refused_with_the_expected_key_and_what_to_do() -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Ins("279035121518988", InsAuthority.NIR)
    error = refusal.value
    assert (error.code, error.expected, error.received) == ("ins-cle", "clé 89", "clé 88")
    assert "INSi" in error.next_step
    assert "2790351215189" not in error.explain()


def test_nothing_that_is_shown_holds_a_trait() -> None:
    ins = Ins("279035121518989", InsAuthority.NIR_TEST)
    for shown in (repr(ins), str(ins), f"{ins}", ins.masked):
        assert "279035121" not in shown
        assert shown.count("*") == 13


@pytest.mark.parametrize(
    "text",
    [
        "279035121518989",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^PI",
        "279035121518989^^^1.2.250.1.213.1.4.10^NH",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^2026",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH\n",
    ],
)
def test_another_cx_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Ins.from_cx(text)
    assert refusal.value.code == "ins-cx"
    assert "279035" not in refusal.value.explain()


def test_the_obsolete_ins_c_is_not_an_ins() -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Ins.from_cx("279035121518989^^^&1.2.250.1.213.1.4.2&ISO^NH")
    assert refusal.value.code == "ins-autorite"
    assert refusal.value.received == "1.2.250.1.213.1.4.2"


def test_authorities_and_environments_are_those_of_the_reference_data() -> None:
    published = {
        row["oid"]: row["env"] for row in resource(ResourceName.INS_OIDS)["concepts"] if row["code"] != "INS-C"
    }
    assert {authority.value: authority.environment.value for authority in InsAuthority} == published


def test_an_environment_knows_its_own_authorities() -> None:
    assert InsAuthority.of(Environment.PRODUCTION) == (InsAuthority.NIR, InsAuthority.NIA)
    assert InsAuthority.of("test") == (InsAuthority.NIR_TEST,)
    assert InsAuthority.of("demo") == (InsAuthority.NIR_DEMO,)


def test_the_same_number_of_another_authority_is_another_patient() -> None:
    assert Ins(CORSICAN, InsAuthority.NIR_TEST) != Ins(CORSICAN, InsAuthority.NIR)
