"""Reading the interfaces app: record systems of an entity, the key a link names, a launch in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.db.models import QuerySet

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.consultations.models import KnownDocument, Sighting
from tramontane.hospital.interfaces.models import Launch, RecordSystem, RecordSystemKey


def record_systems(legal_entity: LegalEntity) -> QuerySet[RecordSystem]:
    """The record systems of an entity, closed ones last."""
    return RecordSystem.objects.filter(legal_entity=legal_entity).prefetch_related("keys").order_by("closed_at", "name")


def key_in_force(fingerprint: str) -> tuple[Ed25519PublicKey, RecordSystem] | None:
    """The key a `kid` names, unless it or its record system was revoked."""
    row = (
        RecordSystemKey.objects.select_related("record_system__legal_entity")
        .filter(fingerprint=fingerprint, revoked_at=None, record_system__closed_at=None)
        .first()
    )
    if row is None:
        return None
    key = load_pem_public_key(row.public_key.encode())
    assert isinstance(key, Ed25519PublicKey), "services.registry lets no other in"
    return key, row.record_system


def launch_in_force(launch_id: UUID, at: datetime) -> Launch | None:
    """A launch, for as long as a session may last, while its record system is not closed."""
    lives = timedelta(hours=settings.ENVIRONMENT.session_hours)
    return (
        Launch.objects.select_related("record_system", "account", "patient__legal_entity", "episode__service")
        .filter(pk=launch_id, launched_at__gt=at - lives, record_system__closed_at=None)
        .first()
    )


def sighted(account: Account, resource_id: str) -> KnownDocument | None:
    """The document whose entryUUID ends a FHIR address, when the DMP showed it to this professional."""
    sighting = (
        Sighting.objects.select_related("document")
        .filter(account=account, document__entry_uuid=f"urn:uuid:{resource_id}")
        .first()
    )
    return sighting.document if sighting else None
