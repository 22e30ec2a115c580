"""MLLP: frames over TCP, one connection after another message, each acknowledged once it is committed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

START, END = b"\x0b", b"\x1c\r"
# An ADT message is a few kilobytes; beyond this, somebody is not speaking HL7.
MAX_FRAME = 1_000_000


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, receive: Callable[[bytes], str]) -> None:
    """Serve one connection until the peer closes it. `receive` is synchronous and runs in a thread."""
    try:
        while frame := await _frame(reader):
            answer = await asyncio.to_thread(receive, frame)
            writer.write(START + answer.encode() + END)
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass  # the peer left, or does not speak MLLP: nothing half-received is stored, it will send it again
    finally:
        writer.close()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    while (byte := await reader.read(1)) not in (START, b""):
        pass
    return (await reader.readuntil(END))[: -len(END)] if byte else b""


async def listen(
    host: str, port: int, receive: Callable[[bytes], str], *, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Start listening; `port` 0 takes a free one."""
    return await asyncio.start_server(
        lambda reader, writer: handle(reader, writer, receive), host, port, ssl=tls, limit=MAX_FRAME
    )
