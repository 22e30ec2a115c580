"""The client of INSi: one question, one answer, over mutual TLS with the certificate made for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tramontane.client.keys import TlsCredentials
from tramontane.client.tls import ServerTrust, client_context
from tramontane.client.transport import Limits, Transport
from tramontane.dmp.errors import LocalError
from tramontane.dmp.transactions import insi
from tramontane.dmp.transactions.exchange import HttpRequest, HttpResponse

LIMITS = Limits(deadline=15.0, largest_answer=1024 * 1024, connections=1)


@dataclass(frozen=True, slots=True)
class InsiService:
    """Where INSi is, and what opens it.

    Attributes:
        credentials: the certificate whose CN is INSI-AUTO or INSI-MANU.
        security: content of wsse:Security, as the teleservice gave it to this software; may be empty.

    Raises:
        LocalError: not an https address.
    """

    url: str
    trust: ServerTrust
    credentials: TlsCredentials
    security: bytes = b""

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise LocalError(
                "L'adresse du téléservice INSi n'est pas utilisable.",
                code="insi-adresse",
                expected="https://…",
                received=self.url,
                next_step="corrigez l'adresse dans la connexion à INSi",
            )


def search(service: InsiService, sought: insi.Sought, *, message_id: str, limits: Limits = LIMITS) -> insi.Answer:
    """Ask INSi for the INS of these traits. Admissions ask a few times a minute: each call has its own connection.

    Raises:
        TransportError: with its phase.
        RemoteError: INSi refused, or answered something else.
    """
    request = insi.request(sought, url=service.url, message_id=message_id, security=service.security)
    response = asyncio.run(_post(service, request, limits))
    response.require_answer_to(message_id)
    return insi.read(response)


async def _post(service: InsiService, request: HttpRequest, limits: Limits) -> HttpResponse:
    transport = Transport(client_context(service.trust, service.credentials), limits)
    try:
        return (await transport.send(request, seconds=limits.deadline)).value
    finally:
        await transport.close()
