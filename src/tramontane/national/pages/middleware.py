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
from tramontane.national.pages.cards import CardRefused, read_card
from tramontane.national.pages.roles import Person, Role
from tramontane.national.pages.selectors.health_space import children_of
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
    if not kept or not _still_proved(request, kept):
        return None
    return _READERS[Role(kept["role"])](kept)


def certificate_of(request: HttpRequest) -> x509.Certificate | None:
    """The certificate of the TLS connection."""
    found = request.META.get(CERTIFICATE)
    return found if isinstance(found, x509.Certificate) else None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _still_proved(request: HttpRequest, kept: Mapping[str, Any]) -> bool:
    """A card opens only the connections it is part of, as long as it is valid; a persona, as long as they are allowed."""
    if kept["card"] == Card.UNSAFE_PERSONA:
        return bool(settings.NATIONAL_UNSAFE_PERSONAS)
    certificate = certificate_of(request)
    if certificate is None or fingerprint(certificate) != kept["fingerprint"]:
        return False
    try:
        read_card(certificate, trust(), at=clock.now())
    except CardRefused:
        return False
    return True


def _representative(kept: Mapping[str, Any]) -> Person | None:
    row = Representative.objects.select_related("legal_entity").filter(pk=kept["key"]).first()
    return None if row is None else Person(Role.REPRESENTATIVE, str(row), Card(kept["card"]).label, representative=row)


def _officer(kept: Mapping[str, Any]) -> Person | None:
    if kept["card"] != Card.UNSAFE_PERSONA and kept["key"] not in settings.NATIONAL_OFFICERS:
        return None
    return Person(Role.CNAM_OFFICER, kept["name"], Card(kept["card"]).label)


def _patient(kept: Mapping[str, Any]) -> Person | None:
    row = PatientRecord.objects.filter(pk=kept["key"]).first()
    if row is None:
        return None
    children = {child.pk: child for child in children_of(row, clock.now())}
    name = f"{row.given_names.split(' ')[0].title()} {(row.usage_name or row.birth_name).title()}"
    viewed = children.get(kept.get("viewed", row.pk), row)
    return Person(Role.PATIENT, name, Card(kept["card"]).label, patient=row, viewed=viewed)


_READERS: Mapping[Role, Callable[[Mapping[str, Any]], Person | None]] = {
    Role.REPRESENTATIVE: _representative,
    Role.CNAM_OFFICER: _officer,
    Role.PATIENT: _patient,
}
