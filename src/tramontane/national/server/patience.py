"""How long a client may take to send a request: a slow one, certified or not, must not hold a connection for ever."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_HEAD, _BODY = "TRAMONTANE_NATIONAL_HEAD_SECONDS", "TRAMONTANE_NATIONAL_BODY_SECONDS"


@dataclass(frozen=True, slots=True)
class Patience:
    """Whole durations, in seconds: a byte now and then does not extend them.

    Attributes:
        head: from the opening of the connection, or the first byte of its next request, to the end of the headers.
        body: from there to the end of the body; 300 lets 50 MB through at 1.4 Mbit/s.
    """

    head: float = 20.0
    body: float = 300.0

    def __post_init__(self) -> None:
        if self.head <= 0 or self.body <= 0:
            raise ValueError("both durations are positive")

    def environment(self) -> dict[str, str]:
        """For the worker processes, that read it back with `of`."""
        return {_HEAD: str(self.head), _BODY: str(self.body)}

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Patience:
        """What the environment says; the defaults where it says nothing."""
        return cls(float(environment.get(_HEAD) or cls().head), float(environment.get(_BODY) or cls().body))


class Countdown:
    """One timer at a time; `late` is called when it runs out."""

    def __init__(self, late: Callable[[], None]) -> None:
        self._late = late
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """A duration is being counted."""
        return self._timer is not None

    def start(self, seconds: float) -> None:
        """Count from now, instead of whatever was counted."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._late)

    def stop(self) -> None:
        """Count no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
