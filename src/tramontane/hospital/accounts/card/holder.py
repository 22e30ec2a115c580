"""From a card's certificate to the RPPS of its holder: the certificate first, the person after."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources

import yaml
from cryptography import x509

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import PsIdNat, Rpps
from tramontane.dmp.signature.certificates import CertificateUsage, TrustStore
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.accounts.card.errors import CardError
from tramontane.hospital.accounts.models import Account


def rpps_of(certificate: x509.Certificate, trust: TrustStore, at: datetime) -> Rpps:
    """The RPPS of a valid authentication card.

    Card and PIN are two factors because this certificate is the authentication one: its key answers after the PIN.

    Raises:
        CardError: wrong purpose, dates, issuer, stale or missing list, revoked; no person, or a person without RPPS.
    """
    for verdict in trust.check(certificate, at=at, usage=CertificateUsage.AUTHENTICATION):
        # A check that did not run is not a check that passed.
        if verdict.outcome is not Outcome.PASSED:
            raise CardError(verdict.code)
    return _holder(certificate.subject)


def _holder(subject: x509.Name) -> Rpps:
    written = [str(attribute.value) for attribute in subject.get_attributes_for_oid(_identity_attribute())]
    if len(written) != 1:
        raise CardError("carte-sans-personne")
    try:
        rpps = PsIdNat(written[0]).rpps
    except InvalidIdentifier as error:
        raise CardError("carte-sans-personne") from error
    if rpps is None:
        raise CardError("carte-sans-rpps")
    return rpps


@cache
def _identity_attribute() -> x509.ObjectIdentifier:
    text = (resources.files(__package__) / "data" / "cpx.yaml").read_text(encoding="utf-8")
    return x509.ObjectIdentifier(yaml.safe_load(text)["identity_attribute"])


def accounts_of(rpps: Rpps) -> list[Account]:
    """The active accounts of a professional, one for each legal entity where she works.

    Raises:
        CardError: none.
    """
    active = Account.objects.select_related("legal_entity").filter(rpps=rpps.value, is_active=True)
    found = list(active.order_by("legal_entity__name", "pk"))
    if not found:
        raise CardError("compte-inconnu")
    return found
