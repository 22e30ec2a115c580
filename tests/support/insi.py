"""INSi for the hospital's tests: a connection with its own certificate, and the stand-in answering in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from support.consultation import directory, write_credentials
from support.national import trust
from support.pki import FINESS_JURIDIQUE, pki
from tramontane.client.insi import InsiService
from tramontane.demo.pki import Credentials, Profile, Subject, pem
from tramontane.dmp.transactions import insi as wire
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.transactions.insi import Answer, Sought
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients import insi
from tramontane.hospital.patients.models import InsiConnection
from tramontane.national.policy import Policy
from tramontane.national.services import insi as stand_in


def insi_credentials() -> Credentials:
    """The certificate that opens INSi."""
    return pki().demo.issue(Profile.AUTH_CLI, Subject("INSI-AUTO", f"1{FINESS_JURIDIQUE}"), key=pki().auth.key)


def connect_insi(entity: LegalEntity, **fields: Any) -> InsiConnection:
    """The connection of an entity to INSi."""
    trust_path, crl_path = directory() / "insi-trust.pem", directory() / "insi-crl.pem"
    trust_path.write_bytes(pem(*pki().anchors, *pki().intermediates))
    crl_path.write_bytes(pem(*pki().crls))
    values = {
        "url": "https://localhost:8443/insi/lps",
        "authentication": write_credentials("insi", insi_credentials()),
        "trust_path": str(trust_path),
        "crl_path": str(crl_path),
        "updated_at": clock.now(),
    } | fields
    return InsiConnection.objects.create(legal_entity=entity, **values)


def play_stand_in(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """Put the stand-in at the end of the wire; both sides' bytes are real. Gives the message ids, as they come."""
    seen: list[str] = []

    def search(service: InsiService, sought: Sought, *, message_id: str) -> Answer:
        seen.append(message_id)
        request = wire.request(sought, url=service.url, message_id=message_id, security=service.security)
        assert isinstance(request.body, bytes)
        certificate = service.credentials.certificate
        reply = stand_in.answer(request.body, certificate, Policy(trust), at=datetime.now(UTC), message_id="urn:uuid:2")
        meanwhile()
        assert isinstance(reply.body, bytes)
        return wire.read(HttpResponse(reply.status, reply.content_type, reply.body))

    monkeypatch.setattr(insi, "search", search)
    return seen
