"""An OpenID provider on loopback that answers right, or wrong in exactly one way.

`EvilProvider` is honest until a test changes one of its hooks. It speaks real HTTP; tokens are signed with real keys.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT_ID, CLIENT_SECRET = "hopital", "un secret: partagé"
Claims = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def half_hash(value: str) -> str:
    return b64(hashlib.sha256(value.encode()).digest()[:16])


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key a name for the whole run: drawing them is what costs."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def number(value: int, length: int | None = None) -> str:
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def public_jwk(key: Any, kid: str | None, **extra: Any) -> Claims:
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        jwk = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    else:
        jwk = {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}
    return jwk | ({"kid": kid} if kid else {}) | {"use": "sig"} | extra


def sign(header: Claims, claims: Claims | bytes, key: Any) -> str:
    """A compact JWS, whatever its header says."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    text = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{text}.{b64(_signature(str(header.get('alg')), text.encode(), key))}"


def _signature(algorithm: str, text: bytes, key: Any) -> bytes:
    if algorithm == "none":
        return b""
    if algorithm == "HS256":
        return hmac.digest(key, text, "sha256")
    if algorithm == "ES256":
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if algorithm[:2] not in ("RS", "PS"):
        algorithm = "RS256"  # whatever the header pretends
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[-3:]]
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if algorithm[0] == "P" else padding.PKCS1v15()
    return bytes(key.sign(text, scheme, digest))


@dataclass
class EvilProvider:
    """The provider's behaviour. Hooks receive what an honest provider would send and return what is sent."""

    issuer: str = ""
    kid: str | None = "a"
    alg: str = "RS256"
    signing_key: Any = field(default_factory=lambda: rsa_key("a"))
    header: Callable[[Claims], Claims] = field(default_factory=lambda: lambda value: value)
    claims: Callable[[Claims], Claims] = field(default_factory=lambda: lambda value: value)
    id_token: Callable[[str], Any] = field(default_factory=lambda: lambda value: value)
    response: Callable[[Claims], Claims] = field(default_factory=lambda: lambda value: value)
    discovery: Callable[[Claims], Claims] = field(default_factory=lambda: lambda value: value)
    jwks: Callable[[], list[Claims]] = field(default_factory=lambda: lambda: [public_jwk(rsa_key("a"), "a")])
    userinfo: Callable[[Claims], Claims] = field(default_factory=lambda: lambda value: value)
    userinfo_media_type: str = "application/json"
    token_status: int = 200
    identity: Claims = field(default_factory=dict)
    evidence: Claims = field(default_factory=lambda: {"acr": "eidas1", "auth_time": int(time.time())})
    subject: str = "f:demo:1"
    sid: str = "session-1"
    calls: list[str] = field(default_factory=list)
    codes: dict[str, Claims] = field(default_factory=dict)

    def authorize(self, address: str, **changes: str | None) -> dict[str, str]:
        """What the browser brings back from the authorization endpoint. `None` removes a parameter."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer: dict[str, str | None] = {"code": code, "state": asked["state"], "iss": self.issuer, **changes}
        return {name: value for name, value in answer.items() if value is not None}

    def metadata(self) -> Claims:
        return self.discovery(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def token(self, fields: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The token endpoint: one use of a code, client authenticated, PKCE checked."""
        asked = self.codes.pop(fields.get("code", ""), None)
        challenge = b64(hashlib.sha256(fields.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != fields["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if base64.b64decode(authorization.removeprefix("Basic ")) != b"hopital:un%20secret%3A%20partag%C3%A9":
            return 401, {"error": "invalid_client"}
        access_token = secrets.token_urlsafe(16)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "nonce": asked["nonce"],
            "sid": self.sid,
            "at_hash": half_hash(access_token),
            **self.evidence,
            **self.identity,
        }
        body = {
            "access_token": access_token,
            "token_type": "Bearer",
            "id_token": self.id_token(self.sign(self.claims(claims))),
        }
        return self.token_status, self.response(body)

    def sign(self, claims: Claims) -> str:
        header = {"alg": self.alg, "typ": "JWT"} | ({"kid": self.kid} if self.kid else {})
        return sign(self.header(header), claims, self.signing_key)

    def logout_token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(8),
            "sub": self.subject,
            "sid": self.sid,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | changes
        return self.sign({name: value for name, value in claims.items() if value is not None})


def _handler(provider: EvilProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.calls.append(path)
            if path.endswith("/.well-known/openid-configuration"):
                self._answer(200, provider.metadata())
            elif path.endswith("/jwks"):
                self._answer(200, {"keys": provider.jwks()})
            elif path.endswith("/userinfo"):
                value = provider.userinfo({"sub": provider.subject, **provider.identity})
                if provider.userinfo_media_type == "application/jwt":
                    self._send(200, provider.sign(value).encode(), "application/jwt")
                else:
                    self._send(200, json.dumps(value).encode(), provider.userinfo_media_type)
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            provider.calls.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            status, value = provider.token(fields, self.headers.get("Authorization", ""))
            if 300 <= status < 400:
                self.send_response(status)
                self.send_header("Location", f"{provider.issuer}/userinfo")
                self.end_headers()
                return
            self._answer(status, value)

        def _answer(self, status: int, value: Claims) -> None:
            self._send(status, json.dumps(value).encode(), "application/json")

        def _send(self, status: int, body: bytes, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing: what tokens would say stays out of the logs."""

    return Handler


@contextmanager
def served(provider: EvilProvider) -> Iterator[EvilProvider]:
    """Serve on a loopback port of its own; the issuer is set from it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    # Asked a hundred times a second whether to stop: twice, as it is by default, is a quarter of a second lost at each test.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
