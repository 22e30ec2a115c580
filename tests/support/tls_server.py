"""A mutual-TLS server on loopback whose every misbehaviour is a function of ours. Knows nothing of the client."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from cryptography import x509

from support.pki import pki
from tramontane.demo.pki import Credentials, pem


@dataclass(frozen=True, slots=True)
class Received:
    """One request, as read from the wire."""

    head: str
    body: bytes


# Of the same length as a MessageID: lengths announced inside a message stay true.
TO_THE_REQUEST = b"urn:uuid:ffffffff-ffff-4fff-8fff-ffffffffffff"
Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def asked_by(request: Received) -> str:
    """The MessageID of a request, empty when it has none."""
    found = re.search(rb"MessageID[^>]*>([^<]+)<", request.body)
    return found[1].decode() if found else ""


def answer(
    whole: bytes, *, status: str = "200 OK", content_type: str = "application/soap+xml; charset=utf-8", date: str = ""
) -> Behaviour:
    """A whole, correct HTTP answer. `TO_THE_REQUEST` in the body becomes the MessageID of what it answers."""

    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        body = whole.replace(TO_THE_REQUEST, asked_by(request).encode())
        dated = f"Date: {date}\r\n" if date else ""
        head = f"HTTP/1.1 {status}\r\n{dated}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return behave


async def stay_silent(_request: Received, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hang_up(_request: Received, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(_request: Received, writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN: SO_LINGER with zero."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stall_mid_body(_request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 1000\r\n\r\n<half")
    await writer.drain()
    await asyncio.sleep(60)


async def cut_mid_body(_request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 1000\r\n\r\n<half")
    await writer.drain()
    writer.close()


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first for the first request, and so on; the last one for ever."""
    left = list(behaviours)

    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return behave


@dataclass
class TlsServer:
    """A running server: its address, and what it saw."""

    port: int
    requests: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}/services/"


@contextmanager
def serve(
    behaviour: Behaviour,
    *,
    credentials: Credentials | None = None,
    client_anchors: Iterable[x509.Certificate] = (),
    versions: tuple[ssl.TLSVersion, ssl.TLSVersion] = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    reads: bool = True,
    ciphers: str = "",
) -> Iterator[TlsServer]:
    """Run a server in its own thread. `client_anchors` empty trusts the suite's PKI; `reads=False` never reads."""
    context = _context(credentials or pki().server, tuple(client_anchors) or pki().anchors, versions)
    if ciphers:
        context.set_ciphers(ciphers)
    loop = asyncio.new_event_loop()
    seen = TlsServer(port=0)
    server = loop.run_until_complete(_start(seen, behaviour, context, reads=reads))
    seen.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _start(seen: TlsServer, behaviour: Behaviour, context: ssl.SSLContext, *, reads: bool) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while reads:
                request = await _read(reader)
                seen.requests.append(request)
                await behaviour(request, writer)
            cast("asyncio.Transport", writer.transport).pause_reading()
            await asyncio.sleep(60)

    return await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context, backlog=128, limit=2**22)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        return Received(head, await _read_chunks(reader))
    return Received(head, await reader.readexactly(int(fields.get("content-length", "0"))))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def _context(
    credentials: Credentials, anchors: tuple[x509.Certificate, ...], versions: tuple[ssl.TLSVersion, ssl.TLSVersion]
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = versions
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pem(*anchors).decode())
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "server.pem")
        path.write_bytes(credentials.key_pem() + credentials.certificate_pem)
        context.load_cert_chain(path)
    return context
