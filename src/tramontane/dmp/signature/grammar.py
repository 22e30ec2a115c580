"""The grammar of canonical XML, as pieces of regular expressions.

Canonical XML has one way to write each thing: double quotes, one space before an attribute, explicit end tags, six
character references, no CDATA, no comment when they are left out. Matching the whole of it against the one form allowed
is a stricter reading than walking a tree, and a quarter of its cost.
"""

from __future__ import annotations

import re

NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"
PREFIX = rf"(?:{NAME}:)?"
TEXT = "[^<]*"
VALUE = '[^"]*'
SPACE = r"[ \t\n]*"
NAMESPACES = rf'(?: xmlns(?::{NAME})?="{VALUE}")*'

# What is its own canonical form wherever it stands: no control character, no mark that has a second spelling.
_PLAIN = r"\x00-\x1f\x7f-\x9f\ufffe\uffff<>&"
PLAIN_TEXT = f"[^{_PLAIN}]*+(?:&(?:amp|lt|gt);[^{_PLAIN}]*+)*+"
PLAIN_VALUE = f'[^{_PLAIN}"]*+(?:&(?:amp|lt|quot);[^{_PLAIN}"]*+)*+'

_REFERENCES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x9;", "\t"), ("&#xA;", "\n"), ("&#xD;", "\r"))


def form(template: str, *parts: str) -> str:
    """The pattern of what ``template % values`` writes, each value having the form of its part."""
    pieces = [re.escape(piece) for piece in template.split("%s")]
    return "".join([pieces[0], *[part + piece for part, piece in zip(parts, pieces[1:], strict=True)]])


def unescape(text: str) -> str:
    """What a canonical text or attribute value stands for."""
    if "&" not in text:
        return text
    for reference, character in _REFERENCES:
        text = text.replace(reference, character)
    return text.replace("&amp;", "&")  # the last: what it gives begins no other reference
