"""A WebAuthn authenticator in software, honest or not: every field of its answers can be changed."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class SoftAuthenticator:
    """One credential. `answer(...)` and `attestation(...)` take overrides for the tests of refusal."""

    origin: str = "http://localhost:8000"
    rp_id: str = "localhost"
    flags: int = UP | UV
    count: int = 0
    user_handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def client_data(self, kind: str, challenge: str, **changes: Any) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False} | changes
        return json.dumps(data).encode()

    def authenticator_data(self, *, attested: bool = False, flags: int | None = None, rp_id: str = "") -> bytes:
        flags = (self.flags if flags is None else flags) | (AT if attested else 0)
        self.count += 1
        head = hashlib.sha256((rp_id or self.rp_id).encode()).digest() + struct.pack(">BI", flags, self.count)
        return head + (self._attested() if attested else b"")

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(cose)

    def attestation(
        self, options: dict[str, Any], *, client: dict[str, Any] | None = None, **data: Any
    ) -> dict[str, Any]:
        """The answer to a registration."""
        self.user_handle = self.user_handle or _bytes(options["user"]["id"])
        client_data = self.client_data("webauthn.create", options["challenge"], **(client or {}))
        auth_data = self.authenticator_data(attested=True, **data)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth_data})
        return self._credential({"clientDataJSON": client_data, "attestationObject": attestation})

    def assertion(
        self, options: dict[str, Any], *, client: dict[str, Any] | None = None, sign: Any = None, **data: Any
    ) -> dict[str, Any]:
        """The answer to a login."""
        client_data = self.client_data("webauthn.get", options["challenge"], **(client or {}))
        auth_data = self.authenticator_data(**data)
        signer = sign or self.key
        signature = signer.sign(auth_data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": client_data,
                "authenticatorData": auth_data,
                "signature": signature,
                "userHandle": self.user_handle,
            }
        )

    def _credential(self, response: dict[str, bytes]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {key: bytes_to_base64url(value) for key, value in response.items() if value},
            "clientExtensionResults": {},
        }


def _bytes(text: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(text)
