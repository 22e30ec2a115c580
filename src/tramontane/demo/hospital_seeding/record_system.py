"""A record system already registered, so that the integration guide works against the demo as it is written."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.interfaces.link import fingerprint
from tramontane.hospital.interfaces.models import RecordSystem, RecordSystemKey

IDENTIFIER, NAME, ORIGIN = "dpi-exemple", "DPI d’exemple", "https://dpi.exemple.test"
KEY_FILE = "dpi.key.pem"


def create(entity: LegalEntity, seed: int, at: datetime) -> None:
    """The record system of the guide and its public key."""
    key = _key(seed).public_key()
    system = RecordSystem.objects.create(
        legal_entity=entity, identifier=IDENTIFIER, name=NAME, origin=ORIGIN, created_at=at
    )
    public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()
    RecordSystemKey.objects.create(record_system=system, fingerprint=fingerprint(key), public_key=public, created_at=at)


def write_key(seed: int, directory: Path) -> None:
    """Its private key, for the visitor who plays the record system: fictitious, like everything beside it."""
    path = directory / KEY_FILE
    path.touch(mode=0o600)
    path.write_bytes(_key(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _key(seed: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{seed}/dpi-exemple".encode()).digest())
