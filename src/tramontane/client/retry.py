"""When to try again, and after how long. Pure: chance and attempts are arguments."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.client.errors import AnswerTooLarge, CircuitOpen, DeadlineExceeded, TlsRefused, TransportError

# Trying again would give the same answer, or there is no time left.
_FINAL = (AnswerTooLarge, CircuitOpen, DeadlineExceeded, TlsRefused)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounded exponential back-off with full jitter.

    Attributes:
        attempts: tries in all, the first included; 1 never retries.
        first_pause: upper bound of the first pause, seconds; doubles at each try.
        longest_pause: upper bound of any pause, seconds.
    """

    attempts: int = 3
    first_pause: float = 0.2
    longest_pause: float = 2.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_pause < 0 or self.longest_pause < 0:
            raise ValueError("attempts starts at 1 and pauses are not negative")

    def allows(self, error: TransportError, *, attempt: int, idempotent: bool) -> bool:
        """Whether `attempt` (from 1), failed with `error`, may be followed by another.

        A transaction that changes the record is never sent twice, not even when it probably did not leave.
        """
        return idempotent and attempt < self.attempts and not isinstance(error, _FINAL)

    def pause(self, *, attempt: int, draw: float) -> float:
        """Seconds to wait after `attempt` (from 1); `draw` in [0, 1)."""
        return draw * min(self.longest_pause, self.first_pause * 2.0 ** (attempt - 1))
