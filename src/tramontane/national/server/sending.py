"""Send an answer, as it is or as a scripted fault distorts it. Delays are waited here, outside of any transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from tramontane.national.exchange import Answer
from tramontane.national.faults import PlayedFault
from tramontane.national.models import FaultKind
from tramontane.national.server.protocol import Peer

Send = Callable[[dict[str, Any]], Awaitable[None]]
SLOW_PIECES = 20


@dataclass(frozen=True, slots=True)
class Sender:
    """Where an answer goes; streamed contents are read in `executor`, never on the event loop."""

    send: Send
    peer: Peer
    executor: Executor

    async def deliver(self, answer: Answer) -> None:
        """Send `answer`, distorted or not."""
        fault = answer.fault
        if fault is None:
            await self.plain(answer)
        else:
            await _DISTORTIONS[fault.kind](self, answer, fault)

    async def plain(self, answer: Answer) -> None:
        """The answer as it is."""
        await self._start(answer)
        async for chunk in self._chunks(answer.body):
            await self._body(chunk, more=True)
        await self._body(b"", more=False)

    async def delayed(self, answer: Answer, fault: PlayedFault) -> None:
        """The answer, late."""
        await asyncio.sleep(fault.seconds)
        await self.plain(answer)

    async def cut(self, _answer: Answer, fault: PlayedFault) -> None:
        """No answer: the connection breaks."""
        await asyncio.sleep(fault.seconds)
        self._abort()

    async def truncated(self, answer: Answer, fault: PlayedFault) -> None:
        """Announce the whole, send half, cut."""
        whole = await self._whole(answer)
        await self._start(Answer(answer.status, answer.content_type, whole, len(whole)))
        await self._body(whole[: len(whole) // 2], more=True)
        await asyncio.sleep(fault.seconds)
        self._abort()

    async def slow(self, answer: Answer, fault: PlayedFault) -> None:
        """The answer in small pieces, over the whole duration."""
        whole = await self._whole(answer)
        await self._start(Answer(answer.status, answer.content_type, whole, len(whole)))
        step = max(1, len(whole) // SLOW_PIECES)
        for position in range(0, len(whole), step):
            await self._body(whole[position : position + step], more=True)
            await asyncio.sleep(fault.seconds / SLOW_PIECES)
        await self._body(b"", more=False)

    async def _start(self, answer: Answer) -> None:
        length = len(answer.body) if isinstance(answer.body, bytes) else answer.length
        headers = [(b"content-type", answer.content_type.encode("latin-1"))]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})

    async def _body(self, chunk: bytes, *, more: bool) -> None:
        await self.send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def _whole(self, answer: Answer) -> bytes:
        return b"".join([chunk async for chunk in self._chunks(answer.body)])

    async def _chunks(self, body: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
        if isinstance(body, bytes):
            yield body
            return
        loop, chunks = asyncio.get_running_loop(), iter(body)
        while (chunk := await loop.run_in_executor(self.executor, next, chunks, None)) is not None:
            yield chunk

    def _abort(self) -> None:
        abort = getattr(self.peer.transport, "abort", None)
        if abort is not None:
            abort()


_DISTORTIONS: dict[FaultKind, Callable[[Sender, Answer, PlayedFault], Awaitable[None]]] = {
    FaultKind.DELAY: Sender.delayed,
    FaultKind.SOAP_FAULT: Sender.delayed,
    FaultKind.HTTP_500: Sender.delayed,
    FaultKind.CUT: Sender.cut,
    FaultKind.TRUNCATED: Sender.truncated,
    FaultKind.SLOW: Sender.slow,
}
