"""The client's only clock, and its only source of identifiers and chance. Inject another one in tests."""

from __future__ import annotations

import random
import time
import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time, identifiers and chance."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin, never going back: for durations and deadlines."""

    def new_id(self) -> str:
        """A fresh random UUID, lower case."""

    def draw(self) -> float:
        """A number in [0, 1), for the jitter of retries."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def draw(self) -> float:
        return random.random()  # noqa: S311 (spreads retries, protects nothing)
