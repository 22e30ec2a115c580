"""Small readers shared by the modules that read a CDA: every one of them tolerates absence."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.cda.timestamps import Timestamp
from tramontane.dmp.cda.values import Identifier
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xml import HL7, text_of

CLINICAL_DOCUMENT = f"{{{HL7}}}ClinicalDocument"


def clark(path: str) -> str:
    """``a/b`` as an ElementPath of HL7 V3 names."""
    return "/".join(f"{{{HL7}}}{step}" for step in path.split("/"))


def find(element: etree._Element | None, path: str) -> etree._Element | None:
    return None if element is None else element.find(clark(path))


def find_all(element: etree._Element | None, path: str) -> list[etree._Element]:
    return [] if element is None else element.findall(clark(path))


def attribute(element: etree._Element | None, path: str, name: str) -> str:
    found = find(element, path)
    return "" if found is None else (found.get(name) or "").strip()


def text(element: etree._Element | None, path: str) -> str:
    """Text of the element, blanks collapsed: titles and names are often laid out on several lines."""
    return " ".join(text_of(find(element, path)).split())


def timestamp(element: etree._Element | None, path: str) -> Timestamp:
    return Timestamp(attribute(element, path, "value"))


def identifier(element: etree._Element | None) -> Identifier | None:
    """The `II` an element carries; None when it carries none (absent, or a nullFlavor)."""
    if element is None or not (element.get("root") or element.get("extension")):
        return None
    return Identifier(element.get("root", ""), element.get("extension", ""))


def identifiers(element: etree._Element | None, path: str) -> tuple[Identifier, ...]:
    found = (identifier(one) for one in find_all(element, path))
    return tuple(one for one in found if one is not None)


def coded(element: etree._Element | None, path: str) -> Coded | None:
    """The coded value at `path`; None when absent or null."""
    found = find(element, path)
    if found is None or not found.get("code"):
        return None
    return Coded(found.get("code", ""), found.get("codeSystem", ""), found.get("displayName", ""))
