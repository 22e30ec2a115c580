"""The account as the DMP must hear of it: RPPS, profession, specialty or section, site, how and when identified."""

from __future__ import annotations

from tramontane.client import Professional
from tramontane.dmp.identity import FinessGeographique, Rpps
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.services.lifecycle import SECOND_ROLES
from tramontane.hospital.consultations.access import Access

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
# SAML Authentication Context 2.0 has no class for a passkey nor for what a provider did: « unspecified » is the truth
# (EX_0.1-1020: the class must reflect the local authentication).
CONTEXT_CLASSES = {
    "cpx": f"{_CLASSES}SmartcardPKI",
    "totp": f"{_CLASSES}TimeSyncToken",
}
UNSPECIFIED = f"{_CLASSES}unspecified"


def professional(access: Access) -> Professional:
    """The professional of an access already granted.

    Raises:
        InvalidIdentifier, UnknownCode: an RPPS, FINESS or profession that cannot exist.
        ValueError: no proof or no site: the rules refuse such an access before this.
    """
    account, proof, site = access.account, access.proof, access.site
    if proof is None or site is None:
        raise ValueError("an access without proof or site is never granted")
    return Professional(
        rpps=Rpps(account.rpps or ""),
        name=f"{account.family_name} {account.given_name}",
        roles=roles(account),
        finess_geographique=FinessGeographique(site.finess_geographique),
        sector=site.sector,
        authn_instant=proof.instant,
        authn_context_class=CONTEXT_CLASSES.get(proof.means, UNSPECIFIED),
    )


def roles(account: Account) -> tuple[Coded, ...]:
    """Profession (TRE_G15), then specialty (TRE_R01) or section (TRE_G05)."""
    profession = value_set(ValueSetName.PROFESSION).require(account.profession)
    found = (value_set(name).find(account.savoir_faire) for name in SECOND_ROLES) if account.savoir_faire else ()
    return (profession, *(role for role in found if role is not None))[:2]
