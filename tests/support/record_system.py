"""A record system for the tests: its private key, its registration, and the links it signs, right or wrong."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.interfaces.link import fingerprint
from tramontane.hospital.interfaces.models import RecordSystem
from tramontane.hospital.interfaces.services import registry
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.traces.events import Actor

ORIGIN = "https://dpi.exemple.test"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_pem(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


@dataclass
class Signer:
    """What a record system does to make a link."""

    identifier: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def claims(self, at: datetime | None = None, **changes: Any) -> dict[str, Any]:
        """The claims of a good link, but for whom and about whom; None removes one."""
        issued = int((at or clock.now()).timestamp())
        values = {
            "iss": self.identifier,
            "aud": settings.ENVIRONMENT.base_url,
            "jti": str(uuid4()),
            "iat": issued,
            "exp": issued + 60,
        }
        return {name: value for name, value in (values | changes).items() if value is not None}

    def sign(self, claims: Any, **header: Any) -> str:
        """The compact JWS."""
        names = {"alg": "EdDSA", "kid": fingerprint(self.key.public_key())} | header
        head, body = (b64(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (names, claims))
        return f"{head}.{body}.{b64(self.key.sign(f'{head}.{body}'.encode()))}"

    def link(self, account: Account, patient: Patient, **changes: Any) -> str:
        """A link for an account and a patient."""
        return self.sign(self.claims(**({"rpps": account.rpps, "ipp": patient.ipp} | changes)))


def make_record_system(entity: LegalEntity, **fields: Any) -> tuple[RecordSystem, Signer]:
    """A record system registered with its key."""
    signer = Signer(f"dpi-{uuid4().hex[:8]}")
    who = Actor(entity.finess_juridique)
    values = {"name": "DPI d’essai", "origin": ORIGIN} | fields
    system = registry.register(entity, identifier=signer.identifier, actor=who, **values)
    registry.add_key(system, public_pem(signer.key), actor=who)
    return system, signer
