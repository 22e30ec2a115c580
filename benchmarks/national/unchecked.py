"""The floor: the same POST over the same mutual TLS and the same server, answered without any check.

python unchecked.py PORT CERTIFICATE KEY ANCHORS ANSWER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn

from tramontane.national.server.protocol import CertifiedProtocol
from tramontane.national.server.tls import Tls, context


def application(answer: bytes) -> Any:
    """Read the body, send `answer`."""
    headers = [
        (b"content-type", b"application/soap+xml; charset=utf-8"),
        (b"content-length", str(len(answer)).encode()),
    ]

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


def main() -> None:
    port, certificate, key, anchors, answer = sys.argv[1:]
    tls = Tls(Path(certificate), Path(key), Path(anchors))
    config = uvicorn.Config(
        application(Path(answer).read_bytes()),
        port=int(port),
        http=CertifiedProtocol,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=lambda _config, _default: context(tls),
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
