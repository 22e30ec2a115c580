"""A section's narrative block to HTML: each element of the CDA narrative has its rule; any other shows only its text.

Source: CDA R2, narrative block schema (NarrativeBlock.xsd).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from lxml import etree

from tramontane.dmp.cda.html import Content, h
from tramontane.dmp.cda.images import Images
from tramontane.dmp.xml import HL7, text_of

MAX_DEPTH = 48
"""Nested elements followed by a rule; deeper ones show their text alone."""
MAX_ELEMENTS = 60_000
"""Elements shown in one document; a page that holds more cannot be opened."""
_HL7_PREFIX = f"{{{HL7}}}"

# Text inside these is code or drawing, not words of the author.
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "applet"})
_BLOCKS = tuple(f"{_HL7_PREFIX}{name}" for name in ("list", "table", "paragraph", "renderMultiMedia"))

# Style codes of the narrative block that have a meaning here, and the class that shows each.
STYLES = {
    "Bold": "gras",
    "Italics": "italique",
    "Underline": "souligne",
    "Emphasis": "accent",
    "Lrule": "filet-gauche",
    "Rrule": "filet-droit",
    "Toprule": "filet-haut",
    "Botrule": "filet-bas",
    "Arabic": "chiffres",
    "LittleRoman": "petits-romains",
    "BigRoman": "grands-romains",
    "LittleAlpha": "petites-lettres",
    "BigAlpha": "grandes-lettres",
    "Disc": "disque",
    "Circle": "cercle",
    "Square": "carre",
}
ALIGNMENTS = {"left": "a-gauche", "center": "au-centre", "right": "a-droite", "justify": "justifie"}
MAX_SPAN = 200
MAX_WORDS = 20
"""Style codes, or images, that one element may name."""


class Notice(StrEnum):
    """What the reader must know about what he sees, in French."""

    REMOVED = "Un contenu actif ou étranger au format des documents médicaux a été retiré de l'affichage."
    EXTERNAL = "Un lien ou une image externe n'a pas été chargé : l'affichage ne sort jamais du document."
    FLATTENED = "Une partie du document, trop imbriquée, est affichée sans sa mise en forme."
    CUT = "Ce document est trop long pour être affiché en entier : téléchargez-le pour lire la suite."
    MISPLACED = (
        "Un texte mal placé dans un tableau ou une liste n'est pas affiché : téléchargez le document pour le lire."
    )
    UNREADABLE_MEDIA = "Un fichier contenu dans le document n'a pas pu être affiché."


@dataclass
class Context:
    """What the rules share while one document is shown.

    Attributes:
        anchors: each ID of the document and the name it has in the page: never the document's own, which could
            clash with the page's.
        images: the images the narrative may name.
        notices: what was removed or cut.
        notes: footnotes of the current section.
    """

    anchors: Mapping[str, str]
    images: Images
    notices: set[str] = field(default_factory=set)
    notes: list[etree._Element] = field(default_factory=list)
    elements: int = 0
    footnotes: int = 0


def anchors_of(root: etree._Element) -> dict[str, str]:
    """A name of our own for each ID; the first of two equal ones wins."""
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        identifier = element.get("ID")
        if identifier and identifier not in found:
            found[identifier] = f"ref-{len(found) + 1}"
    return found


def show(text: etree._Element, context: Context) -> list[Content]:
    """The content of a section's `text`, then its footnotes."""
    context.notes.clear()
    content = list(_flow(text, context, 0))
    if context.notes:
        content.append(h("ol", *context.notes, class_="notes"))
    return content


def _flow(parent: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    """Text and children, in order."""
    yield parent.text or ""
    for child in parent:
        if context.elements > MAX_ELEMENTS:
            return
        if isinstance(child.tag, str):  # neither comment nor processing instruction
            yield from _element(child, context, depth)
        yield child.tail or ""


def _element(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    context.elements += 1
    if context.elements > MAX_ELEMENTS:
        context.notices.add(Notice.CUT)
        return
    name = etree.QName(element)
    rule = _RULES.get(name.localname) if name.namespace == HL7 else None
    if depth >= MAX_DEPTH and rule is not None:
        context.notices.add(Notice.FLATTENED)
        yield _words(element)
    elif rule is not None:
        yield from rule(element, context, depth + 1)
    else:
        context.notices.add(Notice.REMOVED)
        yield from _foreign(element, context, depth)


def _foreign(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    """An element without rule: its words, never its nature. What is code or drawing says nothing."""
    if etree.QName(element).localname.lower() in _SILENT:
        return
    yield from [_words(element)] if depth >= MAX_DEPTH else _flow(element, context, depth + 1)


def _words(element: etree._Element) -> str:
    """Every word below, whatever the depth, but for what is code or drawing."""
    spoken = []
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, one in walker:
        if event == "start":
            if etree.QName(one).localname.lower() in _SILENT:
                walker.skip_subtree()
            else:
                spoken.append(one.text or "")
        elif one is not element:
            spoken.append(one.tail or "")
    return "".join(spoken)


# ── Rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Rule: TypeAlias = "Callable[[etree._Element, Context, int], Iterator[Content]]"  # noqa: SLF001 - same


def _attributes(element: etree._Element, context: Context, *classes: str) -> dict[str, str]:
    """Class and anchor, from what the element says of its style and identity, if it is known."""
    styles = (STYLES.get(code, "") for code in element.get("styleCode", "").split()[:MAX_WORDS])
    names = [name for name in (*classes, *styles, ALIGNMENTS.get(element.get("align", ""), "")) if name]
    anchor = context.anchors.get(element.get("ID", ""))
    return ({"class_": " ".join(names)} if names else {}) | ({"id": anchor} if anchor else {})


def _holds_block(element: etree._Element) -> bool:
    return next(element.iter(*_BLOCKS), None) is not None


def _plain(tag: str) -> Rule:
    """The element becomes `tag`, with its style and anchor."""

    def rule(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
        yield h(tag, *_flow(element, context, depth), **_attributes(element, context))

    return rule


def _content(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    tag = "div" if _holds_block(element) else "span"
    revised = {"insert": "ajoute", "delete": "supprime"}.get(element.get("revised", ""), "")
    yield h(tag, *_flow(element, context, depth), **_attributes(element, context, revised))


def _paragraph(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    inner = (child for child in element.iter(*_BLOCKS) if child is not element)
    tag = "div" if next(inner, None) is not None else "p"
    yield h(tag, *_flow(element, context, depth), **_attributes(element, context, "paragraphe"))


def _caption(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    yield h("div", *_flow(element, context, depth), **_attributes(element, context, "legende"))


def _break(_element: etree._Element, _context: Context, _depth: int) -> Iterator[Content]:
    yield h("br")


def _list(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    for caption in element.findall(f"{_HL7_PREFIX}caption"):
        yield from _caption(caption, context, depth)
    tag = "ol" if element.get("listType") == "ordered" else "ul"
    items = _children(element, context, "item", aside=("caption",))
    yield h(tag, *_each(items, context, depth), **_attributes(element, context))


def _children(
    element: etree._Element, context: Context, *names: str, aside: tuple[str, ...] = ()
) -> list[etree._Element]:
    """The children of these names; the reader is told when there is anything else but what is handled `aside`."""
    wanted = {_HL7_PREFIX + name for name in names}
    known = wanted | {_HL7_PREFIX + name for name in aside}
    if text_of(element) or any(isinstance(child.tag, str) and child.tag not in known for child in element):
        context.notices.add(Notice.MISPLACED)
    return [child for child in element if child.tag in wanted]


def _each(elements: list[etree._Element], context: Context, depth: int) -> Iterator[Content]:
    for element in elements:
        yield from _element(element, context, depth)


# The parts of a table, in the order HTML wants them, and what each may hold.
_TABLE_PARTS = ("caption", "thead", "tbody", "tr", "tfoot")


def _table(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    children = _children(element, context, *_TABLE_PARTS, aside=("col", "colgroup"))
    parts = [child for name in _TABLE_PARTS for child in children if child.tag == _HL7_PREFIX + name]
    captions = [part for part in parts if part.tag == f"{_HL7_PREFIX}caption"]
    content = (piece for part in parts for piece in _table_part(part, context, depth))
    table = h("table", *content, **_attributes(element, context))
    title = _words(captions[0]).strip() if captions else ""
    # Focusable and named, so that a wide table can be scrolled with the keyboard.
    yield h("div", table, class_="tableau", role="region", tabindex="0", aria_label=title or "Tableau")


def _table_part(part: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    """A part of a table; its caption is not the one of a list or an image."""
    if part.tag == f"{_HL7_PREFIX}caption":
        yield h("caption", *_flow(part, context, depth), **_attributes(part, context))
    else:
        yield from _element(part, context, depth)


def _rows(tag: str, *inside: str) -> Rule:
    """A part of a table that holds only certain parts."""

    def rule(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
        children = _children(element, context, *inside)
        yield h(tag, *_each(children, context, depth), **_attributes(element, context))

    return rule


def _cell(tag: str) -> Rule:
    def rule(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
        attributes = _attributes(element, context)
        for name in ("colspan", "rowspan"):
            span = element.get(name, "")
            if span.isascii() and span.isdigit() and len(span) < 5:
                attributes[name] = str(min(max(int(span), 1), MAX_SPAN))
        if tag == "th":
            parent = element.getparent()
            head = parent is not None and next(parent.iterancestors(f"{_HL7_PREFIX}thead"), None) is not None
            attributes["scope"] = "col" if head else "row"
        yield h(tag, *_flow(element, context, depth), **attributes)

    return rule


def _link(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    """A link inside the document stays a link; any other shows its words, and where it led when it is a web address."""
    target = element.get("href", "").strip()
    anchor = context.anchors.get(target[1:]) if target.startswith("#") else None
    if anchor:
        yield h("a", *_flow(element, context, depth), href=f"#{anchor}", **_attributes(element, context))
        return
    context.notices.add(Notice.EXTERNAL)
    yield h("span", *_flow(element, context, depth), **_attributes(element, context, "lien-inactif"))
    if _is_web(target):
        yield f" ({target})"


def _is_web(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def _footnote(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    context.footnotes += 1
    number = context.footnotes
    anchor = context.anchors.get(element.get("ID", ""), f"note-{number}")
    mark = f"{number}. "
    context.notes.append(h("li", h("span", mark, class_="numero"), *_flow(element, context, depth), id=anchor))
    yield h("sup", h("a", f"[{number}]", href=f"#{anchor}"), class_="appel")


def _footnote_reference(element: etree._Element, context: Context, _depth: int) -> Iterator[Content]:
    anchor = context.anchors.get(element.get("IDREF", ""))
    yield h("sup", h("a", "[note]", href=f"#{anchor}") if anchor else "[note]", class_="appel")


def _render_multimedia(element: etree._Element, context: Context, depth: int) -> Iterator[Content]:
    captions = [c for one in element.findall(f"{_HL7_PREFIX}caption") for c in _flow(one, context, depth)]
    for reference in element.get("referencedObject", "").split()[:MAX_WORDS]:
        image = context.images.show(reference, _alternative(element))
        if image is None:
            context.notices.add(Notice.UNREADABLE_MEDIA)
            image = h("p", "[Image non affichée]", class_="absent")
        yield h("figure", image, *([h("figcaption", *captions)] if captions else []))
        captions = []


def _alternative(element: etree._Element) -> str:
    caption = element.find(f"{_HL7_PREFIX}caption")
    return " ".join(text_of(caption).split()) or "Image du document, sans description"


_RULES: Mapping[str, Rule] = {
    "br": _break,
    "caption": _caption,
    "content": _content,
    "footnote": _footnote,
    "footnoteRef": _footnote_reference,
    "item": _plain("li"),
    "linkHtml": _link,
    "list": _list,
    "paragraph": _paragraph,
    "renderMultiMedia": _render_multimedia,
    "sub": _plain("sub"),
    "sup": _plain("sup"),
    "table": _table,
    "tbody": _rows("tbody", "tr"),
    "td": _cell("td"),
    "tfoot": _rows("tfoot", "tr"),
    "th": _cell("th"),
    "thead": _rows("thead", "tr"),
    "tr": _rows("tr", "td", "th"),
}
