"""The structured body to HTML: every section, its title at its level, its narrative."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tramontane.dmp.cda.elements import clark, coded, find, text
from tramontane.dmp.cda.html import h
from tramontane.dmp.cda.narrative import Context, show
from tramontane.dmp.xml import HL7

_SECTION = f"{{{HL7}}}section"
_COMPONENT = f"{{{HL7}}}component"


def show_sections(body: etree._Element, context: Context) -> Iterator[etree._Element]:
    """The sections in document order, one after the other: their headings alone tell how they nest (h2 to h6)."""
    for section in body.iter(_SECTION):
        parent = section.getparent()
        if parent is None or parent.tag != _COMPONENT:  # not a section of the body
            continue
        level = sum(1 for _ in section.iterancestors(_SECTION))
        yield _section(section, level, context)


def _section(section: etree._Element, level: int, context: Context) -> etree._Element:
    anchor = context.anchors.get(section.get("ID", ""))
    title = text(section, "title") or _label(section)
    heading = [h(f"h{min(level + 2, 6)}", title)] if title else []
    return h("section", *heading, *_content(section, context), **({"id": anchor} if anchor else {}))


def _label(section: etree._Element) -> str:
    code = coded(section, "code")
    return code.label if code else ""


def _content(section: etree._Element, context: Context) -> list[str | etree._Element]:
    narrative = find(section, "text")
    if narrative is not None:
        return show(narrative, context)
    if section.find(clark("entry")) is not None:
        return [h("p", "Cette section ne contient que des données codées, sans texte à afficher.", class_="absent")]
    return []
