"""Instants on the wire: UTC, written ``yyyy-MM-ddTHH:mm:ss.fffZ`` as the official samples do."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tramontane.dmp.errors import MalformedMessage

# SAML 2.0 core §1.3.3: UTC, no other time zone. The fraction is optional; .NET writes seven digits.
_INSTANT = re.compile(
    r"(?P<seconds>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?Z", re.ASCII
)

# What `write_instant` writes; the date may still not exist.
WRITTEN_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"


def write_instant(instant: datetime) -> str:
    """Milliseconds, truncated.

    Args:
        instant: aware, any zone.

    Raises:
        ValueError: naive datetime.
    """
    if instant.tzinfo is None:
        raise ValueError("naive datetime: give it a time zone")
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def read_instant(text: str) -> datetime:
    """An aware UTC datetime, truncated to the microsecond.

    Raises:
        MalformedMessage: another form, a zone other than Z, or a date that does not exist.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise _refused(text)
    fraction = (found["fraction"] or "0")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{found['seconds']}.{fraction}+00:00")
    except ValueError:
        raise _refused(text) from None


def read_written_instant(text: str) -> datetime:
    """An instant that matches `WRITTEN_INSTANT`.

    Raises:
        ValueError: a date that does not exist.
    """
    return datetime.fromisoformat(text)


def _refused(text: str) -> MalformedMessage:
    return MalformedMessage(
        "Cette date n'est pas un instant UTC.",
        code="date-invalide",
        expected="aaaa-mm-jjThh:mm:ss.fffZ",
        received=text[:40],
        reference="SAML 2.0 core §1.3.3",
        next_step="écrivez la date en UTC, avec le suffixe Z",
    )
