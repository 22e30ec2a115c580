"""What an account manager may give: never a role stronger than their own, never the account of who holds one.

Whoever hands a password over could use it in the person's place. The roles that watch over accounts and traces are
therefore out of the reach of those they watch.
"""

from __future__ import annotations

from collections.abc import Iterable

from tramontane.hospital.accounts.models import Account, Role

# Role → who may give it, take it back, or hand a password to its holder: one of these roles is enough.
GIVERS: dict[Role, tuple[Role, ...]] = {
    Role.CLINICIAN: (Role.ACCOUNT_MANAGER,),
    Role.ADMISSIONS: (Role.ACCOUNT_MANAGER,),
    Role.ACCOUNT_MANAGER: (Role.ACCOUNT_MANAGER,),
    Role.RSSI: (Role.RSSI,),
    Role.DPO: (Role.DPO, Role.RSSI),
    # They decide on the homologation.
    Role.HOMOLOGATION: (Role.RSSI, Role.DIRECTION),
    Role.DIRECTION: (Role.RSSI, Role.DIRECTION),
}


def beyond(giver: Account, roles: Iterable[str]) -> list[Role]:
    """Those of `roles` that are out of the giver's reach, in their order; a role without giver is out of everyone's.

    What is no role at all is not judged here.
    """
    asked = set(roles)
    return [role for role in Role if role.value in asked and not any(map(giver.has_role, GIVERS.get(role, ())))]


def sentence(roles: Iterable[Role]) -> str:
    """Why, and who to ask."""
    named = " et ".join(str(role.label) for role in roles)
    return f"Rôle {named} : hors de votre portée. Demandez-le à une personne qui le tient déjà, ou à l’exploitation."
