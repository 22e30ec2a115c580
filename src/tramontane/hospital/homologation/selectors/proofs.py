"""The proofs of an establishment that may still serve."""

from __future__ import annotations

from django.db.models import QuerySet

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.models import Evidence


def usable(entity: LegalEntity) -> QuerySet[Evidence]:
    """Those nobody withdrew, newest first."""
    return Evidence.objects.filter(legal_entity=entity, withdrawal=None)
