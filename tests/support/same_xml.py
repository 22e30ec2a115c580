"""Structural equality of XML: same names, attributes and texts; prefixes, blanks between elements, order of attributes ignored."""

from __future__ import annotations

from lxml import etree


def shape(element: etree._Element) -> tuple:
    """The element as nested tuples, ready for `==` and for a readable pytest difference."""
    children = [child for child in element if isinstance(child.tag, str)]
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    return element.tag, tuple(sorted(element.attrib.items())), text, tuple(shape(child) for child in children)


def shape_of(data: bytes) -> tuple:
    return shape(etree.fromstring(data))


def without(root: etree._Element, *tags: str) -> etree._Element:
    """The same tree without the elements of these names (Clark notation)."""
    for tag in tags:
        for element in list(root.iter(tag)):
            element.getparent().remove(element)
    return root
