"""The images of a structured document: found by the ID the narrative names, decoded once, within a budget."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.cda.html import data_url, h
from tramontane.dmp.cda.media import SHOWABLE_IMAGES, Embedded, read_embedded
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.xml import HL7

MAX_SHOWN = 30_000_000
"""Bytes of images one page may hold, each repetition counted."""


class Images:
    """Every `observationMedia` of one document.

    Attributes:
        unshown: files that were asked for, read, and cannot be shown (TIFF, PDF…): to be offered as downloads.
    """

    def __init__(self, root: etree._Element) -> None:
        media = root.iter(f"{{{HL7}}}observationMedia")
        self._values = {one.get("ID", ""): one.find(f"{{{HL7}}}value") for one in media if one.get("ID")}
        self._read: dict[str, Embedded | None] = {}
        self._left = MAX_SHOWN
        self.unshown: list[Embedded] = []

    def show(self, identifier: str, alternative: str) -> etree._Element | None:
        """The image of that ID; None when there is none, or none a page may show."""
        if identifier not in self._read:
            self._read[identifier] = self._readable(identifier)
        found = self._read[identifier]
        if found is None or len(found.data) > self._left:
            return None
        self._left -= len(found.data)
        return h("img", src=data_url(found.mime, found.data), alt=alternative)

    def _readable(self, identifier: str) -> Embedded | None:
        value = self._values.get(identifier)
        if value is None:
            return None
        try:
            found = read_embedded(value)
        except MalformedMessage:
            return None
        if found is not None and found.mime not in SHOWABLE_IMAGES:
            self.unshown.append(found)
            return None
        return found
