"""The only way to make HTML here: elements and attributes of an allow-list, text that cannot become markup.

Nothing of a document's own markup is ever copied. What is not in these tables cannot be produced, whatever is read.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from lxml import etree

# No script, style attribute, event handler, form, frame, object, svg or math; `meta` and `style` come from `page` alone.
_EVERYWHERE = frozenset({"class", "id"})
ALLOWED = {
    "a": frozenset({"href", "download"}),
    "caption": frozenset[str](),
    "dd": frozenset[str](),
    "div": frozenset({"role", "tabindex", "aria-label"}),
    "dl": frozenset[str](),
    "dt": frozenset[str](),
    "em": frozenset[str](),
    "figcaption": frozenset[str](),
    "figure": frozenset[str](),
    "footer": frozenset[str](),
    "h1": frozenset[str](),
    "h2": frozenset[str](),
    "h3": frozenset[str](),
    "h4": frozenset[str](),
    "h5": frozenset[str](),
    "h6": frozenset[str](),
    "header": frozenset[str](),
    "img": frozenset({"src", "alt"}),
    "li": frozenset[str](),
    "main": frozenset[str](),
    "ol": frozenset[str](),
    "p": frozenset[str](),
    "pre": frozenset[str](),
    "section": frozenset[str](),
    "br": frozenset[str](),
    "span": frozenset[str](),
    "strong": frozenset[str](),
    "sub": frozenset[str](),
    "sup": frozenset[str](),
    "table": frozenset[str](),
    "tbody": frozenset[str](),
    "td": frozenset({"colspan", "rowspan"}),
    "tfoot": frozenset[str](),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "thead": frozenset[str](),
    "tr": frozenset[str](),
    "ul": frozenset[str](),
}
# A link goes inside the page, or saves a file without opening it; an image is in the page. Nothing leaves the page.
_ADDRESSES = {
    "href": re.compile(r"#[a-z][a-z0-9-]*|data:application/(?:pdf|octet-stream);base64,[A-Za-z0-9+/]*={0,2}"),
    "src": re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/]*={0,2}"),
}
# Characters XML forbids, and the bidirectional overrides that show « 01 mg » for « 10 mg ».
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

Content: TypeAlias = "str | etree._Element"  # noqa: SLF001 - lxml has no other name for an element


def clean(text: str) -> str:
    """The text without what cannot be shown safely."""
    return _UNPRINTABLE.sub("", text)


def h(tag: str, *content: Content, **attributes: str) -> etree._Element:
    """One element. `class_` is written `class`, `aria_label` `aria-label`.

    Raises:
        ValueError: an element, attribute or address outside the allow-list: a defect of this package.
    """
    allowed = ALLOWED.get(tag)
    if allowed is None:
        raise ValueError(f"element not allowed: {tag}")
    made = etree.Element(tag)
    for name, value in attributes.items():
        _set(made, name.rstrip("_").replace("_", "-"), value, allowed | _EVERYWHERE)
    extend(made, content)
    return made


def _set(made: etree._Element, name: str, value: str, allowed: frozenset[str]) -> None:
    address = _ADDRESSES.get(name)
    if name not in allowed or (address is not None and not address.fullmatch(value)):
        raise ValueError(f"attribute not allowed: {name}")
    made.set(name, clean(value))


def extend(made: etree._Element, content: Iterable[Content]) -> None:
    """Append text and elements, in order, to an element that is still empty.

    Each text is set once, and no child is counted: a document of a million pieces costs a million steps, not their square.
    """
    last: etree._Element | None = None
    pending: list[str] = []
    for item in content:
        if isinstance(item, str):
            pending.append(item)
            continue
        _write(made, last, pending)
        made.append(item)
        last, pending = item, []
    _write(made, last, pending)


def _write(made: etree._Element, last: etree._Element | None, pending: list[str]) -> None:
    """The text that comes after `last`, or first of all."""
    text = clean("".join(pending))
    if text and last is not None:
        last.tail = text
    elif text:
        made.text = text


def data_url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{b64encode(data).decode()}"


def page(title: str, css: str, content: Iterable[Content]) -> str:
    """A whole page that can load nothing: its policy allows its own style sheet, by digest, and images it contains."""
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    head = etree.Element("head")
    etree.SubElement(head, "meta", charset="utf-8")
    etree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    etree.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    etree.SubElement(head, "meta", name="referrer", content="no-referrer")
    etree.SubElement(head, "title").text = clean(title)
    etree.SubElement(head, "style").text = css
    body = etree.Element("body")
    extend(body, content)
    root = etree.Element("html", lang="fr")
    root.extend((head, body))
    return etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
