"""Names as people type them: without accents or capitals, a space for a hyphen. A name not found becomes a second identity."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

# The longest text that is searched: a regular expression of more is refused by PostgreSQL.
LONGEST = 100
# What separates the words of a name: « LE GALL », « JEAN-PIERRE », « D’ARTAGNAN ».
BETWEEN = "[ '’-]"


def _letters() -> dict[str, str]:
    """Each letter without accent, and every Latin letter that is one with an accent, in both cases."""
    found: defaultdict[str, str] = defaultdict(str)
    for letter in map(chr, range(0xC0, 0x180)):
        plain = _plain(letter)
        if plain.isascii():
            found[plain] += letter
    return {plain: f"[{plain}{plain.upper()}{accented}]" for plain, accented in found.items()}


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()


_LETTERS = _letters()


def words(text: str) -> list[str]:
    """The words to look for."""
    return [word for word in re.split(r"[\s'’-]+", text[:LONGEST]) if word]


def spelled(word: str) -> str:
    """A regular expression, for the `iregex` of both databases, of the ways to write `word`: « lea » finds « LÉA »."""
    composed = unicodedata.normalize("NFC", word)
    return "".join(_LETTERS.get(_plain(letter)) or re.escape(letter) for letter in composed)


def whole(name: str) -> str:
    """The same for a whole name, and nothing else."""
    return "^" + BETWEEN.join(spelled(word) for word in words(name)) + "$"
