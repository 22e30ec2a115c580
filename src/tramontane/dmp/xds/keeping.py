"""What a reader found and has no field for; and the small readers of ebRIM's building bricks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lxml import etree

from tramontane.dmp.xds.model import NOTHING, Classification, ExternalIdentifier, Fragment, Kept, Slot
from tramontane.dmp.xds.names import RIM

_NAME = f"{{{RIM}}}Name"
_SLOT = f"{{{RIM}}}Slot"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# How the DMP writes its names; our writers do the same.
CHARSET, LANGUAGE = "UTF8", "FR"


def values_of(slot: etree._Element) -> tuple[str, ...]:
    """The values of a ``Slot``, trimmed."""
    return tuple([(value.text or "").strip() for values in slot for value in values])


def attributes_of(element: etree._Element) -> list[tuple[str, str]]:
    """Attribute names and values, in order."""
    return cast("list[tuple[str, str]]", element.items())  # the stubs allow bytes, which lxml never gives


def name_of(name: etree._Element) -> str:
    """The first text of a ``Name`` or ``Description``; empty when it has none."""
    return (name[0].get("value") or "") if len(name) else ""


def classification_of(element: etree._Element) -> Classification:
    """A whole ``Classification``, without its own id nor the object it classifies."""
    return Classification(
        scheme=element.get("classificationScheme", ""),
        node=element.get("classificationNode", ""),
        representation=element.get("nodeRepresentation"),
        label=next((name_of(child) for child in element if child.tag == _NAME), ""),
        slots=tuple(Slot(child.get("name", ""), values_of(child)) for child in element if child.tag == _SLOT),
    )


class Keeping:
    """Gathers while one object is read. `_found` appears with the first thing kept: most objects keep little."""

    _found: dict[str, list[object]] | None = None

    def slot(self, name: str, values: tuple[str, ...]) -> None:
        """An unknown slot, or what a field could not take of it."""
        self._add("slots", Slot(name, values))

    def classification(self, classification: Classification) -> None:
        """An unknown classification, or one that says more than a code."""
        self._add("classifications", classification)

    def identifier(self, identifier: ExternalIdentifier) -> None:
        """An unknown external identifier."""
        self._add("identifiers", identifier)

    def spelling(self, name: str, text: str) -> None:
        """The text received, when ours would differ."""
        self._add("spellings", (name, text))

    def fragment(self, element: etree._Element, *, says: str = "") -> None:
        """An element that no field describes, or not wholly."""
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        self._add(
            "fragments", Fragment(element.tag, says, etree.tostring(alone, method="c14n", exclusive=True).decode())
        )

    def name(self, element: etree._Element) -> str:
        """The text of a name; the element too when it is in other languages than ours."""
        text = name_of(element)
        usual = len(element) == 1 and (element[0].get("charset"), element[0].get(_LANGUAGE)) == (CHARSET, LANGUAGE)
        if not usual:
            self.fragment(element, says=text)
        return text

    def done(self, attributes: tuple[tuple[str, str], ...]) -> Kept:
        """All that was kept, with the attributes no field took; ``xsi:…`` ones are not metadata."""
        if self._found is None:
            return _SHARED.get(attributes) or Kept(attributes=_metadata(attributes))
        found = {name: tuple(found) for name, found in self._found.items()}
        return Kept(attributes=_metadata(attributes), **found)  # type: ignore[arg-type]  # each list has its own type

    def slots(self) -> tuple[Slot, ...]:
        """The slots kept."""
        return () if self._found is None else self.done(()).slots

    def _add(self, name: str, what: object) -> None:
        if self._found is None:
            self._found = {}
        self._found.setdefault(name, []).append(what)


# What most objects keep: they share it.
_OPAQUE = (("isOpaque", "false"),)
_SHARED: Mapping[object, Kept] = {(): NOTHING, _OPAQUE: Kept(attributes=_OPAQUE)}


def _metadata(attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(item for item in attributes if not item[0].startswith("{"))
