"""Who reads, who writes, who decides in the workspace: one table, for the views and for the buttons."""

from __future__ import annotations

from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may

READERS = (Role.HOMOLOGATION, Role.DIRECTION, Role.RSSI, Role.DPO)
EDITORS = (Role.HOMOLOGATION, Role.RSSI)
DECIDERS = (Role.HOMOLOGATION, Role.DIRECTION)
# Who says what was done of the RGPD: the DPO keeps the register.
KEEPERS = (Role.HOMOLOGATION, Role.DPO)
# Anyone of the team may say something; only some may change something.
COMMENTERS = READERS


def edits(account: Account) -> bool:
    """Whether the account writes assessments, proofs, réserves and the support."""
    return may(account, *EDITORS)


def keeps(account: Account) -> bool:
    """Whether the account says what was done of the RGPD."""
    return may(account, *KEEPERS)


def decides(account: Account) -> bool:
    """Whether the account records what the commission decides, and has the PV signed."""
    return may(account, *DECIDERS)
