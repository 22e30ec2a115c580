"""What an establishment may set about consultation, with documented defaults: `settings.CONSULTATION`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.conf import settings

from tramontane.rules.consultation import ConsultationPolicy

GUIDE = ConsultationPolicy()


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations and sizes.

    Attributes:
        answer_minutes: a record shown again within this time asks the DMP nothing.
        failure_seconds: the same, after a failure: the next display tries again sooner.
        state_hours: beyond, an answer of TD0.2 no longer opens anything: it is asked again.
        emergency_hours: an emergency access nobody ended stops by itself.
        refusal_minutes: a refusal of the white list is believed for this long, then the next opening asks again.
        unanswered_seconds: a call without answer for this long is counted as unanswered; above the client's deadline.
        preload_workers: calls made at the same time by one preload.
        preload_attempts: tries for one patient before the preload says « échec ».
        search: depth of the first search, size of the batches of the next ones.
    """

    answer_minutes: int = 5
    failure_seconds: int = 30
    state_hours: int = 4
    emergency_hours: int = 4
    refusal_minutes: int = 15
    unanswered_seconds: int = 120
    preload_workers: int = 4
    preload_attempts: int = 3
    search: ConsultationPolicy = GUIDE

    @property
    def answer(self) -> timedelta:
        return timedelta(minutes=self.answer_minutes)

    @property
    def failure(self) -> timedelta:
        return timedelta(seconds=self.failure_seconds)

    @property
    def state(self) -> timedelta:
        return timedelta(hours=self.state_hours)

    @property
    def emergency(self) -> timedelta:
        return timedelta(hours=self.emergency_hours)

    @property
    def refusal(self) -> timedelta:
        return timedelta(minutes=self.refusal_minutes)

    @property
    def unanswered(self) -> timedelta:
        return timedelta(seconds=self.unanswered_seconds)


def policy() -> Policy:
    """The policy in force.

    Raises:
        TypeError: a setting nobody knows.
    """
    return _policy(tuple(sorted(getattr(settings, "CONSULTATION", {}).items())))


@lru_cache(maxsize=8)
def _policy(values: tuple[tuple[str, object], ...]) -> Policy:
    return Policy(**dict(values))  # type: ignore[arg-type]  # a wrong type fails where it is used, at start-up checks
