"""Who is at the other end of each request, from the session and, for cards, from the TLS connection itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tramontane.national import clock
from tramontane.national.models import Card, PatientRecord, Representative
from tramontane.national.pages.cards import CardRefused, Holder, read_card
from tramontane.national.pages.roles import Person, Role
from tramontane.national.pages.selectors.health_space import children_of, patient_name
from tramontane.national.pages.selectors.representatives import still_tied
from tramontane.national.pages.trust import trust

# What the gateway put there from the TLS connection: no header is named so.
CERTIFICATE = "tramontane.certificate"


class WhoIsThere:
    """Sets `request.person`, read again at each request: what ended since is over at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person = person_of(request)  # type: ignore[attr-defined]  # typed in roles.PageRequest
        return self._get_response(request)


def person_of(request: HttpRequest) -> Person | None:
    """The person of the session, unless her card is no longer there or no longer good."""
    kept: Mapping[str, Any] = request.session.get("person") or {}
    if not kept:
        return None
    try:
        holder = _proof(request, kept)
    except CardRefused:
        return None
    return _READERS[Role(kept["role"])](kept, holder)


def certificate_of(request: HttpRequest) -> x509.Certificate | None:
    """The certificate of the TLS connection."""
    found = request.META.get(CERTIFICATE)
    return found if isinstance(found, x509.Certificate) else None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _proof(request: HttpRequest, kept: Mapping[str, Any]) -> Holder | None:
    """The holder of the card that the session was opened with; None for a persona, as long as they are allowed.

    Raises:
        CardRefused: the card is not on this connection, or no longer good.
    """
    if kept["card"] == Card.UNSAFE_PERSONA:
        if not settings.NATIONAL_UNSAFE_PERSONAS:
            raise CardRefused("Cette installation n’a pas de personnages.")
        return None
    certificate = certificate_of(request)
    if certificate is None or fingerprint(certificate) != kept["fingerprint"]:
        raise CardRefused("Cette session a été ouverte avec une autre carte.")
    return read_card(certificate, trust(), at=clock.now())


def _representative(kept: Mapping[str, Any], holder: Holder | None) -> Person | None:
    row = Representative.objects.select_related("legal_entity").filter(pk=kept["key"]).first()
    # The enrolment is a memory, not a right: the card or the directory still ties its holder to the entity, or not.
    if row is None or (holder is not None and not still_tied(holder, row.legal_entity_id)):
        return None
    return Person(Role.REPRESENTATIVE, str(row), Card(kept["card"]).label, representative=row)


def _officer(kept: Mapping[str, Any], holder: Holder | None) -> Person | None:
    if holder is not None and holder.identity not in settings.NATIONAL_OFFICERS:
        return None
    return Person(Role.CNAM_OFFICER, kept["name"], Card(kept["card"]).label)


def _operator(kept: Mapping[str, Any], holder: Holder | None) -> Person | None:
    if holder is not None and holder.identity not in settings.NATIONAL_OPERATORS:
        return None
    return Person(Role.OPERATOR, kept["name"], Card(kept["card"]).label)


def _patient(kept: Mapping[str, Any], holder: Holder | None) -> Person | None:
    """A patient has no card: she is a persona, or played by an operator, who must still be one."""
    player = kept.get("player", "")
    row = PatientRecord.objects.filter(pk=kept["key"]).first()
    if row is None or (player and _operator(kept, holder) is None) or (holder is not None and not player):
        return None
    children = {child.pk: child for child in children_of(row, clock.now())}
    viewed = children.get(kept.get("viewed", row.pk), row)
    means = Card(kept["card"]).label
    return Person(Role.PATIENT, patient_name(row), means, patient=row, viewed=viewed, played_by=player)


_READERS: Mapping[Role, Callable[[Mapping[str, Any], Holder | None], Person | None]] = {
    Role.REPRESENTATIVE: _representative,
    Role.CNAM_OFFICER: _officer,
    Role.OPERATOR: _operator,
    Role.PATIENT: _patient,
}
