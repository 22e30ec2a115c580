"""From a provider's identity to accounts of this installation. No account is ever created by a login."""

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


def accounts_of(profile: ProviderProfile, identity: Identity) -> list[Account]:
    """The active accounts that this identity names: one for each legal entity where the person works.

    Only those of the legal entity the provider speaks for, when it speaks for one.

    Raises:
        OidcError: no usable claim, or no account.
    """
    value = identity.userinfo.get(profile.account_claim, identity.claims.get(profile.account_claim))
    if not isinstance(value, str) or not value:
        raise OidcError("compte-claim-absent", UNKNOWN)
    accounts = Account.objects.select_related("legal_entity").filter(is_active=True, **_criteria(profile, value))
    if profile.legal_entity:
        accounts = accounts.filter(legal_entity__finess_juridique=profile.legal_entity)
    found = list(accounts.order_by("legal_entity__name", "pk"))
    if not found:
        raise OidcError("compte-inconnu", UNKNOWN)
    return found


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


def link(provider: str, subject: str, account: Account) -> None:
    """Remember the subject at its first login; later, it must still name the same person.

    The same person: the same account, or the account of the same RPPS in another legal entity.

    Raises:
        OidcError: the subject is known for someone else.
    """
    with transaction.atomic():
        known = Account.objects.filter(
            external_identities__provider=provider, external_identities__subject=subject
        ).exclude(pk=account.pk)
        if any(not _same_person(other, account) for other in known):
            raise OidcError("sujet-d-un-autre-compte", UNKNOWN)
        ExternalIdentity.objects.get_or_create(provider=provider, subject=subject, account=account)


def _same_person(one: Account, other: Account) -> bool:
    return one.rpps is not None and one.rpps == other.rpps and one.legal_entity_id != other.legal_entity_id
