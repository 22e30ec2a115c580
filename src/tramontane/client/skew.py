"""How far the peer's clock is from ours, told by the `Date` header of its answers (one-second resolution)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_HALF_SECOND = timedelta(milliseconds=500)


def measure(date_header: str, *, sent_at: datetime, received_at: datetime) -> timedelta | None:
    """Peer's clock minus ours, or None when the header is absent or unreadable.

    Positive: the peer is ahead. `sent_at` and `received_at` (aware) bound the instant the peer wrote the header,
    so the measure is right within half that interval plus half a second.
    """
    try:
        written = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    if written.tzinfo is None:
        written = written.replace(tzinfo=UTC)  # "-0000": RFC 9110 §5.6.7, always GMT
    return written + _HALF_SECOND - (sent_at + (received_at - sent_at) / 2)
