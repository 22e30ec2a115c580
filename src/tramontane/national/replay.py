"""Each assertion once: a unique row, seen by every worker and kept across restarts, until it would be refused as too old."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection

from tramontane.national.models import AssertionSeen

# One statement, so that two workers cannot both find the row missing (security anchor S11).
_CLAIM = "INSERT INTO national_assertionseen (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


def claim(issuer: str, assertion_id: str, *, expires_at: datetime) -> bool:
    """Record an assertion as presented.

    Args:
        issuer: the issuer's DN; two issuers may use the same ID.
        expires_at: instant after which its age alone refuses it.

    Returns:
        True for the first presentation only.
    """
    digest = hashlib.sha256(f"{issuer}\0{assertion_id}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [digest, connection.ops.adapt_datetimefield_value(expires_at)])
        return cursor.rowcount == 1


def purge(at: datetime) -> int:
    """Forget the assertions that are now too old to be accepted; their number."""
    return AssertionSeen.objects.filter(expires_at__lt=at).delete()[0]
