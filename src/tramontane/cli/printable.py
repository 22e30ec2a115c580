"""What comes from outside, made harmless for a terminal: a document may hold escape sequences."""

from __future__ import annotations

import re

# Controls but tab and line feed (an ESC or a C1 CSI drives the terminal), and what reorders the line around it.
_DRIVING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text`, each character that would drive the terminal replaced by U+FFFD."""
    return _DRIVING.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """JSON text, the same characters escaped as JSON allows: its value does not change."""
    return _DRIVING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
