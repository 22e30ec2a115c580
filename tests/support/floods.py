"""The most markup a sender nobody knows yet can fit into one envelope: each shape, up to the limits and no further."""

from __future__ import annotations

from collections.abc import Iterator

from tramontane.dmp.xml import ENVELOPE_MARKUP, Markup, markup

ENVELOPE_BYTES = 1_048_576
_MANY = " ".join(f'a{rank}=""' for rank in range(32))
_SPACES = " ".join(f'xmlns:p{rank}="u"' for rank in range(32))

# Shape: what opens it, what is repeated as often as the limits allow, what closes it. Ranks have five digits.
CONTENTS: dict[str, tuple[str, str, str]] = {
    "empty elements": ("", "<x/>", ""),
    "pairs of tags": ("", "<x></x>", ""),
    "elements with text": ("", "<x/>abcdefghijklmnopqrs", ""),
    "distinct names": ("", "<x{:05d}/>", ""),
    "prefixed names": ("", '<p:x xmlns:p="u"/>', ""),
    "distinct prefixes": ("", '<p{0:05d}:x xmlns:p{0:05d}="u"/>', ""),
    "distinct namespaces": ("", '<x xmlns="u{:05d}"/>', ""),
    "trees 250 deep": ("", "<x>" * 250 + "</x>" * 250, ""),
    "attributes of one element": ("<x ", 'a{:05d}="" ', "/>"),
    "32 attributes each": ("", f"<x {_MANY}/>", ""),
    "namespaces of one element": ("<x ", 'xmlns:p{:05d}="u" ', "/>"),
    "32 namespaces each": ("", f"<x {_SPACES}/>", ""),
    "xml:id": ("", '<x xml:id="a{:05d}"/>', ""),
    "identifiers": ("", '<x ID="a{:05d}"/>', ""),
    "long text": ("", "y", ""),
    "line breaks": ("", "\r\n", ""),
    "letters with accents": ("", "é", ""),
    "character references": ("", "&#9;", ""),
    "references in an attribute": ('<x a="', "&amp;", '"/>'),
    "predefined entities": ("", "&lt;", ""),
    "unknown entities": ("", "&a;", ""),
    "comments": ("", "<!---->", ""),
    "long comments": ("", "<!--" + "- " * 100 + "-->", ""),
    "processing instructions": ("", "<?x?>", ""),
    "CDATA sections": ("", "<![CDATA[]]>", ""),
    "a name of a megabyte": ("<", "y", "/>"),
    "an unclosed attribute": ('<x a="', "y", ""),
    "unclosed elements": ("", "<x>", ""),
    "nothing but openings": ("", "<", ""),
}
_ROOT = b"<soap:Envelope "
_PLACES = {"header": b"<soap:Header>", "body": b"<soap:Body>"}


def floods(envelope: bytes, most: Markup = ENVELOPE_MARKUP) -> Iterator[tuple[str, bytes]]:
    """`envelope` with each shape in its header, then in its body; and on its root what a root can hold."""
    for shape, content in CONTENTS.items():
        for name, place in _PLACES.items():
            yield f"{shape}, {name}", _filled(envelope, place, content, most)
    yield "namespaces of the root", _filled(envelope, _ROOT, ("", 'xmlns:p{:05d}="u" ', ""), most)
    yield "attributes of the root", _filled(envelope, _ROOT, ("", 'a{:05d}="" ', ""), most)


def _filled(envelope: bytes, place: bytes, content: tuple[str, str, str], most: Markup) -> bytes:
    opening, unit, closing = content
    held, one = markup(envelope + opening.encode() + closing.encode()), unit.format(0).encode()
    tags, attributes = markup(b"<" + one)
    tags -= 1
    times = (ENVELOPE_BYTES - len(envelope) - len(opening) - len(closing)) // len(one)
    if tags:
        times = min(times, (most.tags - held.tags) // tags)
    if attributes:
        times = min(times, (most.attributes - held.attributes) // attributes)
    repeated = "".join(unit.format(rank) for rank in range(times)) if "{" in unit else unit * times
    filling = opening + repeated + closing
    return envelope.replace(place, place + filling.encode(), 1)
