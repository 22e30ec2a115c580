"""FINESS, SIREN, SIRET and Struct_IdNat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Siren, Siret, StructIdKind, StructIdNat

finess_numbers = st.from_regex(r"[0-9][0-9A-Z][0-9]{7}", fullmatch=True, alphabet=st.characters(codec="ascii"))


@given(finess_numbers)
def test_every_finess_survives_the_struct_idnat(number: str) -> None:
    for finess in (FinessJuridique(number), FinessGeographique(number)):
        assert finess.struct_idnat == StructIdNat("1" + number)
        assert finess.struct_idnat.finess == str(finess) == number
        assert finess.struct_idnat.kind is StructIdKind.FINESS


@pytest.mark.parametrize("text", ["", "99000001", "9900000100", "AB0000010", "99000001A", "9 0000010", "990000010\n"])
@pytest.mark.parametrize("kind", [FinessJuridique, FinessGeographique])
def test_another_form_is_not_a_finess(kind: type[FinessJuridique | FinessGeographique], text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        kind(text)
    assert (refusal.value.code, refusal.value.received) == ("finess-forme", text)


def test_a_legal_entity_is_never_a_geographic_one() -> None:
    legal: object = FinessJuridique("990000010")
    assert legal != FinessGeographique("990000010")


def test_a_finess_that_fails_luhn_is_only_a_warning() -> None:
    assert FinessGeographique("0B0127189").luhn_ok is False
    assert FinessJuridique("123456789").luhn_ok is False
    assert FinessJuridique("000000018").luhn_ok is True


def test_siren_and_siret_of_the_official_sample_are_accepted() -> None:
    siret = Siret("39172288100052")
    assert siret.siren == str(Siren("391722881")) == "391722881"
    assert str(siret) == "39172288100052"


@pytest.mark.parametrize("text", ["", "39172288", "391722882", "39172288A"])
def test_a_siren_that_cannot_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Siren(text)
    assert refusal.value.code == "siren-invalide"


@pytest.mark.parametrize("text", ["391722881", "39172288100053", "3917228810005x"])
def test_a_siret_that_cannot_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Siret(text)
    assert refusal.value.code == "siret-invalide"


@pytest.mark.parametrize(
    ("value", "kind", "finess", "siret"),
    [
        ("0751234561", StructIdKind.CABINET_ADELI, None, None),
        ("10B0127189", StructIdKind.FINESS, "0B0127189", None),
        ("2391722881", StructIdKind.SIREN, None, None),
        ("339172288100052", StructIdKind.SIRET, None, "39172288100052"),
        ("499900063480001", StructIdKind.RPPS_RANG, None, None),
        ("F0012345", StructIdKind.TECHNIQUE, None, None),
        ("912345", StructIdKind.TECHNIQUE, None, None),
    ],
)
def test_each_prefix_tells_what_it_holds(value: str, kind: StructIdKind, finess: str | None, siret: str | None) -> None:
    structure = StructIdNat(value)
    assert (structure.kind, structure.finess, structure.siret, str(structure)) == (kind, finess, siret, value)


@pytest.mark.parametrize("value", ["", "1", "199000001", "19900000100", "3123", "1990000010^x", "é1"])
def test_a_form_that_its_prefix_does_not_announce_is_refused(value: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        StructIdNat(value)
    assert refusal.value.code == "struct-idnat-forme"


def test_the_oid_is_the_one_of_the_wire() -> None:
    assert StructIdNat.OID == "1.2.250.1.71.4.2.2"
