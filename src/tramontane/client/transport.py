"""One POST over mutual TLS, from a pool of kept-alive connections, within a deadline; failures carry their phase.

No redirect, proxy, cookie nor decompression: nothing decides of the destination or of the bytes but the caller.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Generic, TypeVar

import aiohttp

from tramontane.client.clock import Clock, SystemClock
from tramontane.client.consumers import Begin, WholeBody
from tramontane.client.errors import Phase
from tramontane.client.failures import deadline_exceeded, refuse_encoding, refuse_relay, transport_error
from tramontane.client.timeline import Timeline, current_timeline
from tramontane.dmp.transactions.exchange import HttpRequest, HttpResponse

T = TypeVar("T")
_SLICE = 64 * 1024
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Tramontane"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of every call.

    Attributes:
        deadline: seconds for a whole call: retries, name resolution and reading included.
        largest_answer: bytes of an answer read in memory.
        connections: open at once; the next calls wait, within their deadline.
        keep_alive: seconds an idle connection is kept.
    """

    deadline: float = 30.0
    largest_answer: int = 64 * 1024 * 1024
    connections: int = 32
    keep_alive: float = 15.0


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What the consumer made of the body, and the head that matters."""

    value: T
    status: int
    date: str


class Transport:
    """A pool of connections to one peer. Belongs to the event loop of its first call.

    Args:
        context: the TLS context (see `tls.client_context`); `renew` replaces it for the connections to come.
    """

    def __init__(self, context: ssl.SSLContext, limits: Limits | None = None, clock: Clock | None = None) -> None:
        self._context = context
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._session: aiohttp.ClientSession | None = None

    def renew(self, context: ssl.SSLContext) -> None:
        """Use `context` (fresh CRLs, new certificate) from the next call on; running calls end with the old one."""
        self._context = context

    async def send(
        self, request: HttpRequest, *, seconds: float, timeline: Timeline | None = None
    ) -> Answer[HttpResponse]:
        """POST and read the whole answer.

        Args:
            seconds: what is left of the deadline.
            timeline: receives the phases as they begin.

        Raises:
            TransportError: with its phase.
        """

        def begin(status: int, content_type: str) -> WholeBody:
            return WholeBody(status, content_type, largest=self._limits.largest_answer)

        return await self.stream(request, begin, seconds=seconds, timeline=timeline)

    async def stream(
        self, request: HttpRequest, begin: Begin[T], *, seconds: float, timeline: Timeline | None = None
    ) -> Answer[T]:
        """POST and hand the answer to the consumer made by `begin`, as it comes; memory stays bounded.

        Raises:
            TransportError: with its phase.
        """
        timeline = timeline or Timeline(self._clock.monotonic)
        token = current_timeline.set(timeline)
        call = _Call(request.body, timeline)
        try:
            async with asyncio.timeout(seconds):
                return await self._post(request, call, begin, timeline)
        except (aiohttp.ClientError, OSError) as error:
            if call.error is not None:
                raise call.error from None
            if isinstance(error, TimeoutError):
                raise deadline_exceeded(timeline.phase, seconds) from error
            raise transport_error(timeline.phase, error, new_connection=timeline.met(Phase.TLS)) from error
        finally:
            current_timeline.reset(token)

    async def close(self) -> None:
        """Close every connection. A closed transport may not be used again."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, request: HttpRequest, call: _Call, begin: Begin[T], timeline: Timeline) -> Answer[T]:
        headers = {**_HEADERS, "Content-Type": request.content_type}
        length = len(request.body) if isinstance(request.body, bytes) else request.length
        if length is not None:
            headers["Content-Length"] = str(length)
        async with self._open_session().post(
            request.url,
            data=call.chunks(),
            headers=headers,
            allow_redirects=False,
            ssl=self._context,
            trace_request_ctx=timeline,
        ) as response:
            timeline.enter(Phase.READING)
            content_type = response.headers.get("Content-Type", "")
            refuse_relay(response.status, content_type)
            refuse_encoding(response.headers.get("Content-Encoding", "identity"))
            with call.ours():
                consumer = begin(response.status, content_type)
            async for chunk in response.content.iter_any():
                with call.ours():
                    consumer.feed(chunk)
            with call.ours():
                value = consumer.close()
            return Answer(value, response.status, response.headers.get("Date", ""))

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._limits.connections, keepalive_timeout=self._limits.keep_alive, ssl=self._context
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                trace_configs=[_tracing()],
            )
        return self._session


class _Call:
    """Our half of one call: the slices of the request, the consumer of the answer, and what fails in either.

    A full disk under the consumer or a broken generator is ours, not the network's: it must surface as it is.
    """

    def __init__(self, body: bytes | Iterable[bytes], timeline: Timeline) -> None:
        self._slices = _slices(body) if isinstance(body, bytes) else body
        self._timeline = timeline
        self.error: Exception | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Asked for more after the last slice, the peer (or the kernel) has taken them all: now we wait."""
        with self.ours():
            iterator = iter(self._slices)
        while True:
            with self.ours():
                chunk = next(iterator, None)
            if chunk is None:
                break
            yield chunk
        self._timeline.enter(Phase.WAITING)

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Whatever fails inside is kept, whoever wraps it on the way up."""
        try:
            yield
        except Exception as error:
            self.error = error
            raise


def _slices(body: bytes) -> Iterable[bytes]:
    return (body[start : start + _SLICE] for start in range(0, len(body), _SLICE))


def _tracing() -> aiohttp.TraceConfig:
    """Marks the phases that aiohttp tells; TLS comes from `tls.TracedContext`, the last ones from `Transport`."""
    config = aiohttp.TraceConfig()
    config.on_connection_create_start.append(_mark(Phase.CONNECTION))
    config.on_dns_resolvehost_start.append(_mark(Phase.RESOLUTION))
    config.on_dns_resolvehost_end.append(_mark(Phase.CONNECTION))
    config.on_connection_create_end.append(_mark(Phase.SENDING))
    config.on_connection_reuseconn.append(_mark(Phase.SENDING))
    return config


def _mark(phase: Phase) -> Callable[[aiohttp.ClientSession, SimpleNamespace, object], Awaitable[None]]:
    async def mark(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.enter(phase)

    return mark
