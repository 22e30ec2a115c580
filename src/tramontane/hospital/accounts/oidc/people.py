"""From a provider's identity to an account of this installation. No account is ever created by a login."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import PsIdNat, Rpps
from tramontane.hospital.accounts.models import Account, ExternalIdentity
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.flow import Identity
from tramontane.hospital.accounts.oidc.profiles import ProviderProfile

UNKNOWN = (
    "Votre identité est reconnue, mais aucun compte actif ne lui correspond ici. "
    "Demandez à la personne qui gère les comptes de vérifier votre numéro RPPS ou votre identifiant."
)


def account_of(profile: ProviderProfile, identity: Identity) -> Account:
    """The active account that this identity names, in the legal entity the provider speaks for.

    Raises:
        OidcError: no usable claim, no account, or a subject already known for someone else.
    """
    value = identity.userinfo.get(profile.account_claim, identity.claims.get(profile.account_claim))
    if not isinstance(value, str) or not value:
        raise OidcError("compte-claim-absent", UNKNOWN)
    accounts = Account.objects.select_related("legal_entity").filter(is_active=True, **_criteria(profile, value))
    if profile.legal_entity:
        accounts = accounts.filter(legal_entity__finess_juridique=profile.legal_entity)
    account = accounts.first()
    if account is None:
        raise OidcError("compte-inconnu", UNKNOWN)
    _link(profile, identity.claims["sub"], account)
    return account


def _criteria(profile: ProviderProfile, value: str) -> dict[str, Any]:
    if profile.account_kind == "subject":
        return {"external_identities__provider": profile.key, "external_identities__subject": value}
    if profile.account_kind == "login":
        return {"login": value}
    try:
        rpps = Rpps(value) if profile.account_kind == "rpps" else PsIdNat(value).rpps
    except InvalidIdentifier as error:
        raise OidcError("rpps-invalide", UNKNOWN) from error
    if rpps is None:
        raise OidcError("identite-sans-rpps", UNKNOWN)
    return {"rpps": rpps.value}


def _link(profile: ProviderProfile, subject: str, account: Account) -> None:
    """Remember the subject at its first login; later, it must still name the same account."""
    with transaction.atomic():
        known, _ = ExternalIdentity.objects.get_or_create(
            provider=profile.key, subject=subject, defaults={"account": account}
        )
    if known.account_id != account.pk:
        raise OidcError("sujet-d-un-autre-compte", UNKNOWN)
