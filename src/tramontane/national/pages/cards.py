"""Reading a health professional's or establishment's card from its certificate. Pure: bytes in, a holder or a reason out.

The profile of CPE and CDE certificates was not obtained: their CN is taken to be a PS_IdNat, as on a CPS, of the kind
« 3 + FINESS + / + identifiant interne » (PDSm, PSIdNat). See docs/reference/differences.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import PsIdKind, PsIdNat
from tramontane.dmp.signature.certificates import CertificateUsage, TrustStore
from tramontane.dmp.verdicts import Outcome
from tramontane.national.models import Card


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a valid card names.

    Attributes:
        finess: of the structure on a CPE or CDE, legal or geographic; empty on a CPS.
        rpps: on a CPS; empty otherwise.
    """

    identity: str
    card: Card
    family_name: str
    given_name: str
    finess: str = ""
    rpps: str = ""


class CardRefused(ValueError):
    """Why a certificate is not a card that may log in: one French sentence, and what to do."""


def read_card(certificate: x509.Certificate | None, trust: TrustStore, *, at: datetime) -> Holder:
    """The holder of the card at the other end of a TLS connection.

    Raises:
        CardRefused: no certificate, one that is not trusted for authentication at `at`, or that names no person.
    """
    if certificate is None:
        raise CardRefused(
            "Votre navigateur n’a présenté aucun certificat. Insérez votre carte, puis fermez et rouvrez le navigateur."
        )
    for verdict in trust.check(certificate, at=at, usage=CertificateUsage.AUTHENTICATION):
        if verdict.outcome is not Outcome.PASSED:
            raise CardRefused(
                f"Carte refusée. {verdict.title} : non. Reçu : {verdict.received or 'non vérifiable'}. "
                f"Ensuite : {verdict.next_step or 'présentez une carte en cours de validité'}."
            )
    return _holder(certificate.subject)


def _holder(subject: x509.Name) -> Holder:
    names = {
        oid: str(found[0].value) if (found := subject.get_attributes_for_oid(oid)) else ""
        for oid in (NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME)
    }
    try:
        identity = PsIdNat(names[NameOID.COMMON_NAME])
    except InvalidIdentifier as error:
        raise CardRefused(
            "Ce certificat n’est pas celui d’une personne : son CN n’est pas un identifiant national (PS_IdNat). "
            "Présentez une carte CPE, CDE ou CPS, pas le certificat de l’établissement."
        ) from error
    people = (names[NameOID.SURNAME], names[NameOID.GIVEN_NAME])
    if identity.rpps is not None:
        return Holder(identity.value, Card.CPS, *people, rpps=identity.rpps.value)
    if identity.kind is PsIdKind.FINESS:
        return Holder(identity.value, Card.ESTABLISHMENT, *people, finess=identity.value[1:].partition("/")[0])
    raise CardRefused(
        f"Cette carte identifie sa structure autrement que par un FINESS ({identity.kind.name}) : l’annuaire de la "
        "maquette ne connaît que les FINESS. Présentez une CPE ou une CDE à FINESS, ou une CPS."
    )
