"""Registering record systems, rotating their keys, closing them. Each write carries its trace."""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import IntegrityError, transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.interfaces.link import fingerprint
from tramontane.hospital.interfaces.models import RecordSystem, RecordSystemKey
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


class RegistryError(Exception):
    """A registration refused; `field` names the form field at fault."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def register(legal_entity: LegalEntity, *, identifier: str, name: str, origin: str, actor: Actor) -> RecordSystem:
    """Register a record system, without key yet: it can launch nothing.

    Raises:
        RegistryError: the identifier is taken, or the origin is not one.
    """
    values = {"identifier": identifier, "name": name, "origin": checked_origin(origin)}
    try:
        with transaction.atomic():
            system = RecordSystem.objects.create(legal_entity=legal_entity, created_at=clock.now(), **values)
            record(_event(actor, {"record_system": identifier, "change": "enregistré"}))
    except IntegrityError as error:
        raise RegistryError("Cet identifiant est déjà pris.", "identifier") from error
    return system


def add_key(system: RecordSystem, pem: str, *, actor: Actor) -> RecordSystemKey:
    """Accept one more public key: the former ones stay in force until they are revoked (rotation without a gap).

    Raises:
        RegistryError: not an Ed25519 public key, or one already registered.
    """
    try:
        key = load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RegistryError("Attendu : une clé publique Ed25519 au format PEM.", "public_key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise RegistryError("Attendu : une clé publique Ed25519 ; reçu : une clé d’un autre type.", "public_key")
    kid = fingerprint(key)
    try:
        with transaction.atomic():
            row = RecordSystemKey.objects.create(
                record_system=system, fingerprint=kid, public_key=pem.strip(), created_at=clock.now()
            )
            record(_event(actor, {"record_system": system.identifier, "change": "clé ajoutée", "key": kid}))
    except IntegrityError as error:
        raise RegistryError("Cette clé est déjà enregistrée.", "public_key") from error
    return row


@transaction.atomic
def revoke_key(key: RecordSystemKey, *, actor: Actor) -> None:
    """Refuse every link signed by this key from now on."""
    if RecordSystemKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        detail = {"record_system": key.record_system.identifier, "change": "clé révoquée", "key": key.fingerprint}
        record(_event(actor, detail))


@transaction.atomic
def close(system: RecordSystem, *, actor: Actor) -> None:
    """Refuse every launch of this record system, those already open included."""
    if RecordSystem.objects.filter(pk=system.pk, closed_at=None).update(closed_at=clock.now()):
        record(_event(actor, {"record_system": system.identifier, "change": "fermé"}))


def checked_origin(text: str) -> str:
    """An origin as a browser writes it: scheme, host, port, and nothing else. Empty: no page may embed the panel.

    Raises:
        RegistryError: anything else, a wildcard included.
    """
    if not text:
        return ""
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1")
    plain = parts.scheme == "https" or (parts.scheme == "http" and local)
    host = parts.netloc.replace("-", "").replace(".", "").replace(":", "")
    if not plain or not host.isalnum() or not host.isascii() or text != f"{parts.scheme}://{parts.netloc}":
        raise RegistryError("Attendu : une origine, par exemple https://dpi.exemple.fr, sans chemin.", "origin")
    return text.lower()


def _event(actor: Actor, detail: dict[str, str]) -> Event:
    return Event("configuration.modifiee", actor, detail=detail)
