"""The application's only clock and source of identifiers."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.utils import timezone


def now() -> datetime:
    """The current instant, UTC."""
    return timezone.now()


def new_uuid() -> UUID:
    """A fresh random identifier."""
    return uuid4()


def utc_text(moment: datetime) -> str:
    """`2026-11-23T09:41:00.123456Z`: the form kept in digests and exports."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
