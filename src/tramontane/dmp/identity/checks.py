"""The two check digits of French identifiers, and the one way an identifier is refused."""

from __future__ import annotations

import re

from tramontane.dmp.errors import InvalidIdentifier

# Twice a digit, its own two digits added.
_DOUBLED = str.maketrans("0123456789", "0246813579")
_CORSICA = {"2A": "19", "2B": "18"}


def luhn_ok(digits: str) -> bool:
    """Whether a string of ASCII digits passes the Luhn check (ISO/IEC 7812-1, annex B)."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[-1::-2] + doubled)) % 10 == 0


def ins_key(matricule: str) -> str:
    """The two-digit key of a 13-character INS: 97 − (N mod 97), with Corsica 2A → 19 and 2B → 18.

    Args:
        matricule: the 13 characters before the key, form already checked.
    """
    digits = matricule if matricule.isdigit() else matricule[:5] + _CORSICA[matricule[5:7]] + matricule[7:]
    return f"{97 - int(digits) % 97:02d}"


def refuse(
    message: str, *, code: str, expected: str, received: str, reference: str, next_step: str
) -> InvalidIdentifier:
    """The error to raise for an identifier that cannot exist."""
    return InvalidIdentifier(
        message, code=code, expected=expected, received=received, reference=reference, next_step=next_step
    )


def matches(pattern: re.Pattern[str], value: str) -> bool:
    """Whether the whole value has the form of `pattern`."""
    return pattern.fullmatch(value) is not None
