"""RPPS and PS_IdNat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import PsIdKind, PsIdNat, Rpps


def luhn_digit(digits: str) -> str:
    """The check digit by trial: the only one for which the doubled sum is a multiple of ten."""

    def total(text: str) -> int:
        values = [int(c) * (2 if rank % 2 else 1) for rank, c in enumerate(reversed(text))]
        return sum(value - 9 if value > 9 else value for value in values)

    return next(d for d in "0123456789" if total(digits + d) % 10 == 0)


rpps_numbers = st.text("0123456789", min_size=10, max_size=10).map(lambda start: start + luhn_digit(start))


# Numbers carried by official DMP samples and by the reference's fictitious examples.
@pytest.mark.parametrize("number", ["99990000012", "99900063480"])
def test_numbers_of_the_samples_are_accepted(number: str) -> None:
    assert str(Rpps(number)) == number


@given(rpps_numbers)
def test_every_number_with_its_check_digit_is_accepted_and_survives_the_ps_idnat(number: str) -> None:
    rpps = Rpps(number)
    assert str(rpps.ps_idnat) == "8" + number
    assert rpps.ps_idnat.rpps == rpps


@given(rpps_numbers, st.integers(0, 10), st.integers(1, 9))
def test_any_single_digit_change_of_a_rpps_is_refused(number: str, position: int, shift: int) -> None:
    changed = str((int(number[position]) + shift) % 10)
    with pytest.raises(InvalidIdentifier) as refusal:
        Rpps(number[:position] + changed + number[position + 1 :])
    assert refusal.value.code == "rpps-cle"


@pytest.mark.parametrize("text", ["", "899990000012", "9999000001", "9999000001x", "99990000012 ", "٩9990000012"])
def test_another_form_is_not_a_rpps(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        Rpps(text)
    assert (refusal.value.code, refusal.value.received) == ("rpps-forme", text)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("0751234567", PsIdKind.ADELI),
        ("175123456/12", PsIdKind.CABINET_ADELI),
        ("3750100125/1453", PsIdKind.FINESS),
        ("30B0127189/CPAT00045", PsIdKind.FINESS),
        ("4391722881/7", PsIdKind.SIREN),
        ("539172288100052/7", PsIdKind.SIRET),
        ("610000000001/A-7", PsIdKind.CABINET_RPPS),
        ("899990000012", PsIdKind.RPPS),
    ],
)
def test_each_prefix_tells_its_kind(value: str, kind: PsIdKind) -> None:
    identifier = PsIdNat(value)
    assert identifier.kind is kind
    assert (identifier.rpps is not None) is (kind is PsIdKind.RPPS)
    assert str(identifier) == value


@pytest.mark.parametrize("value", ["", "8", "2750100125", "375010012", "3750100125/", "3750100125/a^b", "89999000001"])
def test_a_form_that_its_prefix_does_not_announce_is_refused(value: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        PsIdNat(value)
    assert refusal.value.code == "ps-idnat-forme"


def test_a_ps_idnat_cannot_hide_a_wrong_rpps() -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        PsIdNat("899990000013")
    assert refusal.value.code == "rpps-cle"


def test_the_oid_is_the_one_of_the_wire() -> None:
    assert PsIdNat.OID == "1.2.250.1.71.4.2.1"
