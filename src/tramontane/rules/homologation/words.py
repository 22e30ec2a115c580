"""French forms of the sentences: dates, plurals, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

NBSP = "\u00a0"
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def long_date(day: date) -> str:
    """« 1er mars 2027 », with non-breaking spaces."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}"


def plural(count: int, singular: str, several: str) -> str:
    """The form a count takes: French counts zero and one as singular."""
    return several if abs(count) >= 2 else singular


def of(words: str) -> str:
    """« de convoquer », « d’homologuer », « d’Yves »: every initial h is taken as silent."""
    return f"d’{words}" if _VOWEL.match(words) else f"de {words}"


_VOWEL = re.compile(r"[aâàäeéèêëiîïoôöœuùûüæh]|y[^aeiouh]", re.IGNORECASE)


def enumerated(names: Sequence[str]) -> str:
    """« a », « a et b », « a, b et c »."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} et {names[-1]}"
