"""The Starlette application: receive, hand to `exchange.handle`, send.

The handler is synchronous, and so is Django's ORM. It runs on the one thread of a one-thread executor: the worker
handles one exchange at a time on one database connection, while its event loop keeps accepting connections, answering
TLS handshakes and waiting for scripted delays. More work at once means more processes, not more threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography import x509
from django.db import OperationalError, close_old_connections
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tramontane.dmp.errors import MalformedMessage
from tramontane.national import clock, replay
from tramontane.national.exchange import Answer, Bench, Exchange, handle
from tramontane.national.models import LegalEntity
from tramontane.national.reception import Reception
from tramontane.national.server.protocol import Peer, peer_certificate, peer_of
from tramontane.national.server.sending import Sender
from tramontane.national.services import SERVICES, Reply, insi

_LOG = logging.getLogger("uvicorn.error")
T = TypeVar("T")
BASE_PATH = "/si-dmp-server/v2/services/"
INSI_PATH = "/insi/lps"
_ELSEWHERE = (
    f"Maquette du SI-DMP : rien ici. Attendu : POST sur {BASE_PATH}SERVICE, où SERVICE est l'un de "
    f"{', '.join(sorted(SERVICES))} ; ou POST sur {INSI_PATH} pour INSi.\n"
)
_ENCODED = (
    "Le corps est compressé ou codé. Attendu : aucun en-tête Content-Encoding. "
    "À faire : envoyez l'enveloppe telle quelle.\n"
)
_FULL = (
    "La maquette n'a pas pu enregistrer cet appel : disque plein, ou base de données indisponible. Rien n'a été fait. "
    "À faire : lisez le journal de la maquette, puis recommencez.\n"
)
_PURGE_EVERY = timedelta(minutes=1)
# An exchange is judged at its reception, even when it then waits for its turn: its assertion must still be known.
_PURGE_MARGIN = timedelta(minutes=30)


def create_app(bench: Bench, *, proxy_header: str = "") -> Starlette:
    """The application around a bench. `proxy_header` names the certificate's header, on a private channel only."""
    face = _MachineFace(bench, proxy_header)
    return Starlette(
        routes=[
            Route("/health", face.health, methods=["GET"]),
            Route(INSI_PATH, face.insi, methods=["POST"]),
            Route(BASE_PATH + "{service}", face, methods=["POST"]),
        ],
        exception_handlers={404: _elsewhere, 405: _elsewhere},
        lifespan=face.lifespan,
    )


class _MachineFace:
    def __init__(self, bench: Bench, proxy_header: str) -> None:
        self._bench = bench
        self._proxy_header = proxy_header
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exchange")
        self._purged_at: datetime | None = None

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        self._executor.shutdown(wait=True)

    async def health(self, _request: Request) -> Response:
        """The worker answers, and its database too."""
        await self._run(_touch_database)
        return JSONResponse({"status": "ok"})

    async def insi(self, request: Request) -> Response:
        """One question to INSi, which is not the SI-DMP: no VIHF, its own certificates."""
        try:
            with Reception(request.headers.get("content-type", ""), self._bench.contents) as reception:
                async for chunk in request.stream():
                    reception.feed(chunk)
                reception.close()
                message = reception.message
        except MalformedMessage as error:
            return PlainTextResponse(error.explain(), status_code=400)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        certificate = peer_certificate(peer_of(dict(request.scope)), request.headers.raw, self._proxy_header)
        reply = await self._run(lambda: self._certified_identity(message, certificate))
        return Response(reply.body, reply.status, {"content-type": reply.content_type})

    def _certified_identity(self, message: bytes, certificate: x509.Certificate | None) -> Reply:
        close_old_connections()
        bench = self._bench
        return insi.answer(message, certificate, bench.policy, at=clock.now(), message_id=bench.new_urn())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One POST on one service."""
        request, peer = Request(scope, receive), peer_of(scope)
        try:
            answer = await self._answer(request, peer)
        except ClientDisconnect:
            return
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        else:
            await Sender(send, peer, self._executor).deliver(answer)

    async def _answer(self, request: Request, peer: Peer) -> Answer | Response:
        if request.path_params["service"] not in SERVICES:
            return _elsewhere(request)
        encoding = request.headers.get("content-encoding", "identity")
        if encoding.lower() != "identity":
            return PlainTextResponse(_ENCODED, status_code=415)
        try:
            with Reception(request.headers.get("content-type", ""), self._bench.contents) as reception:
                async for chunk in request.stream():
                    reception.feed(chunk)
                reception.close()
                exchange = self._exchange(request, peer, reception)
                return await self._run(lambda: self._handle(exchange))
        except MalformedMessage as error:
            return PlainTextResponse(error.explain(), status_code=400)
        except (OSError, OperationalError) as error:
            # Nobody can judge: no SOAP fault, that would be an answer of the DMP. Nothing was committed.
            _LOG.error("An exchange could not be kept: %s", str(error).partition("\n")[0])
            return PlainTextResponse(_FULL, status_code=503)

    def _exchange(self, request: Request, peer: Peer, reception: Reception) -> Exchange:
        return Exchange(
            service=request.path_params["service"],
            message=reception.message,
            certificate=peer_certificate(peer, request.headers.raw, self._proxy_header),
            received_at=clock.now(),
            parts=reception.parts,
        )

    def _handle(self, exchange: Exchange) -> Answer:
        close_old_connections()
        if self._purged_at is None or exchange.received_at - self._purged_at > _PURGE_EVERY:
            self._purged_at = exchange.received_at
            replay.purge(exchange.received_at - _PURGE_MARGIN)
        return handle(exchange, self._bench)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)


def _elsewhere(_request: Request, error: Exception | None = None) -> Response:
    """What is called instead of a service: where the services are."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (404, None)
    return PlainTextResponse(_ELSEWHERE, status_code=status, headers=headers)


def _touch_database() -> None:
    close_old_connections()
    LegalEntity.objects.exists()
