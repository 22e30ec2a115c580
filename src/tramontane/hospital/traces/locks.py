"""Why a seal never leaves a gap behind a concurrent transaction.

A PostgreSQL sequence gives rank 5 to one transaction and 6 to another; the second may commit first. Sealing « up to 6 »
at that moment would leave 5 outside the chain for ever. So every writer holds one advisory lock in shared mode until its
transaction ends, and the sealer takes it in exclusive mode: when it has it, no rank is in flight, and whatever rank is
missing was rolled back. Writers never wait for each other; a sealer that would make them wait gives up and comes back.

SQLite has one writer at a time (`BEGIN IMMEDIATE`): ranks are committed in their order, there is nothing to do.
"""

from __future__ import annotations

from django.db import connection

KEY = 0x7A2A_4E7E
# Shorter than PostgreSQL's deadlock_timeout (1 s): the sealer yields before anyone else is chosen as the victim.
PATIENCE_MS = 500


def writing() -> None:
    """Called by each writer, inside its transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEY])


def sealing() -> None:
    """Called by the sealer, inside its transaction.

    Raises:
        OperationalError: writers were still busy after `PATIENCE_MS`: seal later.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
