"""The usual shapes of ebRIM in text, as patterns: each tag and attribute is spelled out, and any other shape is unknown.

They are matched against text that libxml2 found well-formed, and rely on it: no ``<`` stands in an attribute value, no
attribute comes twice, and an element that was opened is closed by its own end tag, so that its name need not be read again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_GAP = r"\s*+"
_END = rf"</[^>]*+>{_GAP}"

ATTRIBUTE = re.compile(r'([A-Za-z]++)="([^"]*+)"', re.ASCII)
VALUE = re.compile(r">([^<]*+)</", re.ASCII)


class Shapes(NamedTuple):
    """The patterns of one prefix.

    Attributes:
        opening: the start tag of an object: kind, attributes (None in a tag of another shape), ``/`` when it is empty.
        part: a child of an object, see `Part`.
        slot: name, first value, elements of the other values.
    """

    opening: re.Pattern[str]
    part: re.Pattern[str]
    slot: re.Pattern[str]


class Part(NamedTuple):
    """What `Shapes.part` captures: the groups of one shape, all others empty. What has none of the shapes is `other`."""

    slot: str
    value: str
    more: str
    scheme: str
    code: str
    system: str
    label: str
    author: str
    identifier: str
    identified: str
    name: str
    charset: str
    language: str
    text: str
    version: str
    node: str
    other: str


@lru_cache(maxsize=8)
def shapes(prefix: str) -> Shapes:
    """The patterns for elements written with `prefix`, its colon included; empty for a default namespace."""
    tag = f"<{prefix}"
    value = rf"{tag}Value>([^<]*+){_END}"
    values = rf"{_start(f'{tag}ValueList')}{value}"
    slot = rf"{_start(f'{tag}Slot', _read('name'), _passed('slotType'))}{values}((?:{_bare(value)})*){_END}{_END}"
    text = f"{tag}LocalizedString"
    label = rf"{tag}Name>{_GAP}{_empty(text, _passed('charset'), _passed('xml:lang'), _read('value'))}{_END}"
    code = rf'{tag}Slot name="codingScheme">{_GAP}{values}{_END}{_END}{label}'
    whose = (_passed("id"), _passed("classifiedObject"))
    parts = (
        slot,
        _start(f"{tag}Classification", *whose, _read("classificationScheme"), _read("nodeRepresentation"))
        + rf"(?:{code}|((?:{_bare(slot)})*)(?:{_bare(label)})?){_END}",
        _start(
            f"{tag}ExternalIdentifier",
            *(_passed("id"), _passed("registryObject")),
            _read("identificationScheme"),
            _read("value"),
        )
        + _bare(label)
        + _END,
        rf"{tag}(Name|Description)>{_GAP}{_empty(text, _read('charset'), _read('xml:lang'), _read('value'))}{_END}",
        _empty(f"{tag}VersionInfo", _read("versionName")),
        _empty(f"{tag}Classification", *whose, _read("classificationNode")),
        "(.++)",  # all the rest of the text: nothing is passed over
    )
    return Shapes(_opening(tag), re.compile("|".join(parts), re.ASCII | re.DOTALL), re.compile(slot, re.ASCII))


def _opening(tag: str) -> re.Pattern[str]:
    attributes = r'(?:\s++(?!xmlns)[A-Za-z]++="[^"]*+")*'
    kinds = "ExtrinsicObject|RegistryPackage|Association|ObjectRef"
    return re.compile(rf"{_GAP}{tag}({kinds})(?:({attributes})\s*+(/?)>{_GAP})?", re.ASCII)


def _start(tag: str, *attributes: str, end: str = ">") -> str:
    """A start tag with any of these attributes, in any order."""
    any_of_them = rf"(?:\s++(?:{'|'.join(attributes)}))*" if attributes else ""
    return rf"{tag}{any_of_them}\s*+{end}{_GAP}"


def _empty(tag: str, *attributes: str) -> str:
    return _start(tag, *attributes, end="/>")


def _read(attribute: str) -> str:
    return f'{attribute}="([^"]*+)"'


def _passed(attribute: str) -> str:
    return f'{attribute}="[^"]*+"'


def _bare(pattern: str) -> str:
    """The same pattern, capturing nothing."""
    return re.sub(r"\((?!\?)", "(?:", pattern)
