"""Which certificates are cards, whom they name, and why the others are refused."""

from __future__ import annotations

import pytest

from support.national import MEDECIN, trust
from support.national_pages import card
from support.pki import pki
from tramontane.national.models import Card
from tramontane.national.pages.cards import CardRefused, read_card


def test_a_cps_names_a_professional_and_no_structure() -> None:
    holder = read_card(card(f"8{MEDECIN.value}").certificate, trust(), at=pki().now)
    assert (holder.card, holder.rpps, holder.finess, holder.family_name) == (Card.CPS, MEDECIN.value, "", "FICTIF")


def test_a_cpe_or_cde_names_its_structure() -> None:
    holder = read_card(card("3990000010/0042").certificate, trust(), at=pki().now)
    assert (holder.card, holder.rpps, holder.finess) == (Card.ESTABLISHMENT, "", "990000010")


REFUSED = {
    "no certificate": (lambda: None, "aucun certificat"),
    "the hospital's own certificate": (lambda: pki().auth.certificate, "n’est pas celui d’une personne"),
    "a certificate for signatures": (lambda: pki().cps.certificate, "usage"),
    "a revoked certificate": (lambda: pki().auth_revoked.certificate, "révoqué"),
    "an expired certificate": (lambda: pki().auth_expired.certificate, "validité"),
    "a certificate of a twin authority": (lambda: pki().auth_twin.certificate, "autorité"),
    "a structure named by its SIRET": (lambda: card("539172288100052/1").certificate, "SIRET"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_card_is_refused_with_its_reason(case: str) -> None:
    certificate, why = REFUSED[case]
    with pytest.raises(CardRefused, match=why):
        read_card(certificate(), trust(), at=pki().now)


def test_without_a_revocation_list_no_card_is_believed() -> None:
    with pytest.raises(CardRefused, match="révocation"):
        read_card(card("3990000010/0042").certificate, trust(crls=()), at=pki().now)
