"""Which claims prove two factors: a table per provider, read strictly. What is unknown, missing or odd proves nothing.

Référentiel DMP, EXI 23; RFC 8176 §1 (`amr` is a JSON array of strings); OpenID Connect Core §2 (`acr`, `auth_time`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramontane.hospital.accounts.oidc.profiles import Acceptance, ProviderProfile

# Clocks of two well-kept servers differ by seconds.
SKEW = 30

NO_TABLE = "Aucune preuve de deux facteurs n’est attendue de ce fournisseur d’identité."
NOT_LISTED = (
    "Votre fournisseur d’identité n’a pas indiqué une authentification à deux facteurs que l’établissement reconnaît."
)
NO_TIME = "Votre fournisseur d’identité n’a pas indiqué quand vous vous êtes authentifié."
FUTURE = "Votre fournisseur d’identité indique une authentification dans le futur : une horloge est déréglée."
STALE = "Votre authentification auprès du fournisseur d’identité est trop ancienne."


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the claims prove: two families or more, or none with the reason."""

    factors: tuple[str, ...]
    why_not: str = ""


def judge(profile: ProviderProfile, claims: Mapping[str, Any], at: datetime) -> Evidence:
    """Read `acr`, `amr` and `auth_time` with the provider's table."""
    if not profile.acceptance:
        return Evidence((), NO_TABLE)
    late = _time_fault(claims.get("auth_time"), profile.max_auth_age, at)
    if late:
        return Evidence((), late)
    acr, amr = claims.get("acr"), _methods(claims.get("amr"))
    for row in profile.acceptance:
        if _matches(row, acr, amr):
            return Evidence(row.factors)
    return Evidence((), NOT_LISTED)


def _matches(row: Acceptance, acr: Any, amr: frozenset[str] | None) -> bool:
    acr_held = row.acr is None or (isinstance(acr, str) and acr == row.acr)
    return acr_held and (row.amr is None or row.amr == amr)


def _methods(amr: Any) -> frozenset[str] | None:
    """The set of methods; None for anything but an array of strings."""
    if isinstance(amr, list) and all(isinstance(name, str) for name in amr):
        return frozenset(amr)
    return None


def _time_fault(auth_time: Any, max_age: int, at: datetime) -> str:
    if isinstance(auth_time, bool) or not isinstance(auth_time, int | float) or not auth_time > 0:
        return NO_TIME
    age = at.timestamp() - auth_time
    if age < -SKEW:
        return FUTURE
    return STALE if age > max_age else ""
