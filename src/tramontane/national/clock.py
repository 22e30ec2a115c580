"""The stand-in's only clock, and the only source of its identifiers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, UTC."""
    return datetime.now(UTC)


def new_urn() -> str:
    """A fresh ``urn:uuid:…``."""
    return uuid.uuid4().urn
