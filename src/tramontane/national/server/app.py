"""The Starlette application: receive, hand to `exchange.handle`, send.

The handler is synchronous, and so is Django's ORM. It runs on the one thread of a one-thread executor: the worker
handles one exchange at a time on one database connection, while its event loop keeps accepting connections, answering
TLS handshakes and waiting for scripted delays. More work at once means more processes, not more threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography import x509
from django.db import close_old_connections
from starlette.applications import Starlette
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

T = TypeVar("T")
BASE_PATH = "/si-dmp-server/v2/services/"
INSI_PATH = "/insi/lps"
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
            return PlainTextResponse("Service inconnu.", status_code=404)
        try:
            with Reception(request.headers.get("content-type", ""), self._bench.contents) as reception:
                async for chunk in request.stream():
                    reception.feed(chunk)
                reception.close()
                exchange = self._exchange(request, peer, reception)
                return await self._run(lambda: self._handle(exchange))
        except MalformedMessage as error:
            return PlainTextResponse(error.explain(), status_code=400)

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


def _touch_database() -> None:
    close_old_connections()
    LegalEntity.objects.exists()
