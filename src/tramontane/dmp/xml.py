"""The one XML parser of the library: no DTD, no entity, no network, bounded depth and size.

Everything that comes from outside goes through `parse`; two parsers that disagree are how signed
messages get forged (CVE-2024-45409, CVE-2025-25291).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

from lxml import etree

from tramontane.dmp.errors import MalformedMessage

XSI = "http://www.w3.org/2001/XMLSchema-instance"
HL7 = "urn:hl7-org:v3"


class Markup(NamedTuple):
    """How much there is to build in a document, counted in its bytes: never less than what a parser finds.

    Attributes:
        tags: ``<``: two for an element with content, one for an empty one, a comment, an instruction.
        attributes: ``=``: attributes and namespace declarations; and those of the texts. An ``xml:id`` counts for five.
    """

    tags: int
    attributes: int


# For an envelope of 1 MiB. The densest legitimate ones, metadata without indentation, hold a tag every 30 bytes and an
# attribute every 54: 35,000 and 19,000 in 1 MiB. The shortest element takes four bytes: a flood would hold 260,000.
ENVELOPE_MARKUP = Markup(tags=40_000, attributes=24_000)

_SHORTEST = 4  # bytes: <x/>
_START = 256  # bytes where the XML declaration must end
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")
_ASCII_BASED = re.compile(
    rb"UTF-?8|UTF-?16(?:LE|BE)?|(?:US-)?ASCII|ISO-8859-\d{1,2}|(?:WINDOWS-|CP)125\d", re.IGNORECASE
)


def markup(data: bytes) -> Markup:
    """What `data` may hold at most. In an encoding that does not write ``<`` as 3C (EBCDIC, UTF-7), what its size allows."""
    if not _countable(data):
        return Markup(len(data) // _SHORTEST, len(data) // _SHORTEST)
    identifiers = data.count(b"xml:id") + data.count(b"x\0m\0l\0:\0i\0d")  # kept in a table, and taken out of it: slow
    return Markup(data.count(b"<"), data.count(b"=") + 4 * identifiers)


def _countable(data: bytes) -> bool:
    start = data[:_START].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")  # UTF-16 too
    if start.startswith(b"<?xml") and b"?>" not in start:
        return False
    declared = _DECLARED.match(start)
    return start.startswith(b"<") and (declared is None or _ASCII_BASED.fullmatch(declared[1]) is not None)


def parse_bounded(data: bytes, most: Markup = ENVELOPE_MARKUP) -> etree._Element:
    """Parse a message of someone who is not known yet: what would be a flood is not parsed.

    Raises:
        MalformedMessage: as `parse`; or more markup than `most`.
    """
    found = markup(data)
    if found.tags > most.tags or found.attributes > most.attributes:
        raise MalformedMessage(
            "Le message contient trop de balises ou d'attributs.",
            code="xml-trop-de-balises",
            expected=f"au plus {most.tags} balises et {most.attributes} attributs",
            received=f"{found.tags} balises, {found.attributes} attributs",
            next_step="répartissez les documents en plusieurs lots",
        )
    return parse(data)


def parser(*, large: bool = False) -> etree.XMLParser:
    """A new hardened parser. lxml parsers are not shared between threads.

    Never with `collect_ids=False`: libxml2 then opens the external DTD that it is told not to load.

    `large` lifts libxml2's limit of 10 MB a text node, for documents that embed a file; depth stays limited (2,048).
    """
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=large, remove_blank_text=False
    )


def lean_options() -> dict[str, Any]:
    """The same hardening, for answers that nobody signs: comments, PIs and indentation are not built.

    Without comments the text of an element is in one piece; and the tree is smaller, and faster to read.
    """
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_blank_text": True,
        "remove_comments": True,
        "remove_pis": True,
    }


def parse(data: bytes, *, large: bool = False) -> etree._Element:
    """Parse a whole document. `large` is for clinical documents only; never for a message or a token.

    Raises:
        MalformedMessage: not well-formed, carries a DOCTYPE, or exceeds libxml2's safe limits.
    """
    return _parse(data, parser(large=large))


def parse_lean(data: bytes) -> etree._Element:
    """Parse a whole document that nobody signs, see `lean_options`.

    Raises:
        MalformedMessage: as `parse`.
    """
    return _parse(data, etree.XMLParser(**lean_options()))


class _Nothing:
    """A parser target that builds nothing."""

    def close(self) -> None:
        """The document ends."""


def is_well_formed(data: bytes) -> bool:
    """Whether libxml2 reads the document to its end, hardened as for `parse`; namespaces are not looked at. Builds nothing."""
    target = cast("Any", _Nothing())  # the stubs ask for the methods that lxml can do without
    try:
        etree.fromstring(data, etree.XMLParser(target=target, **lean_options()))
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def _parse(data: bytes, with_parser: etree.XMLParser) -> etree._Element:
    try:
        root = etree.fromstring(data, with_parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise not_well_formed(error) from error
    return without_doctype(root)


def not_well_formed(error: Exception) -> MalformedMessage:
    """The error for what libxml2 refuses to read."""
    return MalformedMessage(
        "Le message n'est pas un document XML bien formé.",
        code="xml-mal-forme",
        received=str(error),
        reference="XML 1.0",
    )


def without_doctype(root: etree._Element) -> etree._Element:
    """The same element, once its document is known to have no DOCTYPE.

    Raises:
        MalformedMessage: it has one.
    """
    # The tree is asked, not the bytes: an UTF-16 DOCTYPE has no ASCII "<!DOCTYPE".
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedMessage(
            "Le message contient une déclaration DOCTYPE, toujours refusée.",
            code="xml-doctype",
            expected="aucune DTD",
            received="DOCTYPE",
            reference="SOAP 1.2 partie 1, §5",
        )
    return root


def text_of(element: etree._Element | None) -> str:
    """The element's own text nodes, joined and stripped: a comment between two of them never truncates the value."""
    if element is None:
        return ""
    if len(element) == 0:  # no child, not even a comment: libxml2 keeps one text node
        return (element.text or "").strip()
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


class Maker:
    """Makes elements of one namespace, typed: ``H = Maker(HL7)``, then ``H("id", root="1.2.3")`` or ``H.id(root="1.2.3")``.

    Content is text and elements, in order; a dict among it carries attributes whose names are qualified.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        # None is the default namespace: lxml takes it, its stubs forgot it.
        self._nsmap = cast("dict[str, str]", {None: namespace, "xsi": XSI})

    def __call__(self, tag: str, *content: str | etree._Element | dict[str, str], **attributes: str) -> etree._Element:
        made = etree.Element(f"{{{self._namespace}}}{tag}", nsmap=self._nsmap)
        for name, value in attributes.items():
            made.set(name, value)
        for item in content:
            _add(made, item)
        return made

    def __getattr__(self, tag: str) -> Callable[..., etree._Element]:
        return partial(self, tag)


def _add(made: etree._Element, item: str | etree._Element | dict[str, str]) -> None:
    if isinstance(item, dict):
        for name, value in item.items():
            made.set(name, value)
    elif not isinstance(item, str):
        made.append(item)
    elif len(made):
        made[-1].tail = (made[-1].tail or "") + item
    else:
        made.text = (made.text or "") + item
