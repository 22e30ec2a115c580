"""From uvicorn to Django: the one server that knows the client certificate, the one framework that draws the pages.

Django is called as WSGI on a one-thread executor, as the machine face calls its handler (ADR 3): one request at a time
on one database connection, while the event loop keeps reading slow browsers. More at once means more processes.
The certificate travels as an object under a key that no header can have (those begin with `HTTP_`).
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from tramontane.national.pages.middleware import CERTIFICATE
from tramontane.national.server.protocol import peer_of

T = TypeVar("T")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
MAX_BODY = 8 * 1024 * 1024


class Gateway:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        self._executor.shutdown(wait=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        body = io.BytesIO()
        try:
            async for chunk in Request(scope, receive).stream():
                body.write(chunk)
                if body.tell() > MAX_BODY:
                    refusal = PlainTextResponse("Le fichier envoyé est trop grand.", status_code=413)
                    await refusal(scope, receive, send)
                    return
        except ClientDisconnect:
            return
        environ = environment(scope, body)
        start, chunks = await self._run(lambda: _begin(self._application, environ))
        try:
            await send(start)
            while chunk := await self._run(chunks.following):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            await self._run(chunks.close)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)


def environment(scope: Any, body: io.BytesIO) -> dict[str, Any]:
    """The WSGI environment of an ASGI request (PEP 3333), with the certificate of the TLS connection."""
    host, port = scope.get("server") or ("localhost", None)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or ""),
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "CONTENT_LENGTH": str(body.tell()),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CERTIFICATE: peer_of(scope).certificate,
    }
    body.seek(0)
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        if key == "CONTENT_TYPE":
            environ[key] = text
        # `a_b` and `a-b` would be the same variable: the underscore is not a header browsers send.
        elif key != "CONTENT_LENGTH" and b"_" not in name:
            variable = f"HTTP_{key}"
            environ[variable] = f"{environ[variable]}, {text}" if variable in environ else text
    return environ


def _begin(application: Wsgi, environ: dict[str, Any]) -> tuple[dict[str, Any], _Chunks]:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return _no_write

    answer = application(environ, start_response)
    status, headers = started[-1]
    names = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": int(status.split(" ", 1)[0]), "headers": names}, _Chunks(answer)


def _no_write(_data: bytes) -> None:
    raise NotImplementedError("Django never uses start_response's write")


class _Chunks:
    """What WSGI answers, and its end."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self._answer = answer
        self._chunks: Iterator[bytes] = iter(answer)

    def following(self) -> bytes:
        """The next chunk that holds something; nothing at the end."""
        return next(filter(None, self._chunks), b"")

    def close(self) -> None:
        """Let Django end the request: connections given back, files closed."""
        close = getattr(self._answer, "close", None)
        if close is not None:
            close()
