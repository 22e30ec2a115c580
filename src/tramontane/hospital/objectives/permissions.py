"""Who reads the board, who writes on it."""

from __future__ import annotations

from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may

READERS = (Role.DIRECTION, Role.HOMOLOGATION, Role.RSSI, Role.DPO)
EDITORS = (Role.DIRECTION, Role.HOMOLOGATION)
# The decision to show one's own figures to another establishment.
OPENERS = (Role.DIRECTION,)


def edits(account: Account) -> bool:
    """Whether the account closes months, deposits documents and sets dates."""
    return may(account, *EDITORS)


def opens(account: Account) -> bool:
    """Whether the account shows the figures of its establishment to another."""
    return may(account, *OPENERS)
