"""ebRIM → values, from the text of a list of objects: for the usual shapes, the same values as `readers`, sooner.

An object of another shape is read by `readers`, from its own tree. When too many are, or one cannot be cut out, nothing is said.
The text must be known to be well-formed in its place, which is what the patterns of `flat_shapes` rely on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.signature.canonical import escape_attribute
from tramontane.dmp.xds.flat_shapes import ATTRIBUTE, VALUE, Part, Shapes, shapes
from tramontane.dmp.xds.keeping import CHARSET, LANGUAGE, Keeping
from tramontane.dmp.xds.model import Author, DocumentEntry, ObjectRef, RegistryObject, Slot, SubmissionSet
from tramontane.dmp.xds.names import SUBMISSION_SET
from tramontane.dmp.xds.placing import (
    AUTHOR,
    DOCUMENT_PLAN,
    SUBMISSION_PLAN,
    UNCLASSIFIED,
    Fields,
    Plan,
    Slots,
    Take,
    association_of,
    place_attributes,
    place_text,
    place_values,
)
from tramontane.dmp.xds.readers import read_objects
from tramontane.dmp.xds.tables import Form
from tramontane.dmp.xml import parse_lean

_AUTHORS, _CODE, _CODES = Form.AUTHORS, Form.CODE, Form.CODES
_PLANS: Mapping[str, Plan] = {"ExtrinsicObject": DOCUMENT_PLAN, "RegistryPackage": SUBMISSION_PLAN}

_UNKNOWN: tuple[str, Take | None] = ("", None)
_NO_FIELD = ("", "")
_REFERENCE = re.compile(r"&(#x?)?([^;]*);")
_LONGEST_NUMBER = 8  # of a character reference; more are zeros
_PREDEFINED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class _UnusualError(Exception):
    """An object, or a list, that is not for this module."""


def read_flat(text: str, prefix: str, namespaces: Mapping[str | None, str]) -> list[RegistryObject] | None:
    """The objects of a ``RegistryObjectList``, in order; None when `readers` must read them all.

    Args:
        text: the content of the list, well-formed, with the line ends it came with.
        prefix: of the namespace of ebRIM in this list, with its colon; empty for the default one.
        namespaces: in scope in the list, by prefix.
    """
    # XML 1.0, §2.11
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    try:
        return _read_all(text.strip(), _cut(prefix, namespaces))
    except (_UnusualError, MalformedMessage):
        return None


class _Cut(NamedTuple):
    """How objects are cut out of the text of one list, and what they share.

    Attributes:
        before: start tag of a list where one object can stand alone; `after` is its end tag.
        codes: by their received scheme, code, system and label: most objects have the same.
        authors: by their received slots.
    """

    prefix: str
    patterns: Shapes
    before: str
    after: str
    codes: dict[tuple[str, str, str, str], Coded]
    authors: dict[str, Author]


def _cut(prefix: str, namespaces: Mapping[str | None, str]) -> _Cut:
    declared = "".join(
        f' {f"xmlns:{name}" if name else "xmlns"}="{escape_attribute(uri)}"' for name, uri in namespaces.items()
    )
    tag = f"{prefix}RegistryObjectList"
    return _Cut(prefix, shapes(prefix), f"<{tag}{declared}>", f"</{tag}>", {}, {})


def _read_all(text: str, cut: _Cut) -> list[RegistryObject]:
    found: list[RegistryObject] = []
    position, odd = 0, 0
    while position < len(text):
        opening = cut.patterns.opening.match(text, position)
        if opening is None:
            raise _UnusualError
        kind, attributes, empty = opening.groups()
        start = inside = after = opening.end()
        if not empty:
            inside = text.find(f"</{cut.prefix}{kind}", start)
            after = text.find(">", inside) + 1
            if inside < 0 or not after:
                raise _UnusualError
        try:
            found.append(_read_one(kind, attributes, text[start:inside], cut))
        except _UnusualError:
            odd += 1
            if odd > 2 + len(found) // 4:  # trees of one object each cost more than one for all
                raise
            found.extend(_read_alone(text[position:after], cut))
        position = after
    return found


def _read_alone(element: str, cut: _Cut) -> list[RegistryObject]:
    """One object of any shape, by way of a tree. It is alone: what was cut is one element, from its start tag to its end tag."""
    if "xml:id" in element:  # unique in the whole document
        raise _UnusualError
    parent = parse_lean(f"{cut.before}{element}{cut.after}".encode())
    if len(parent) != 1:
        raise _UnusualError
    return list(read_objects(parent))


def _read_one(kind: str, attributes: str | None, body: str, cut: _Cut) -> RegistryObject:
    if attributes is None:
        raise _UnusualError
    items = ATTRIBUTE.findall(attributes)
    if "&" in attributes or "\n" in attributes or "\t" in attributes:
        items = [(name, _attribute(value)) for name, value in items]
    if kind in _PLANS:
        return _read_described(_PLANS[kind], items, body, cut)
    if kind == "Association":
        slots = [_free_slot(Part(*part)) for part in cut.patterns.part.findall(body)]
        return association_of(dict(items), slots, Keeping())
    if body:
        raise _UnusualError
    return ObjectRef(dict(items).get("id", ""))


def _free_slot(part: Part) -> Slot:
    if not part.slot:
        raise _UnusualError
    return Slot(_attribute(part.slot), _values(part.value, part.more))


def _read_described(plan: Plan, items: list[tuple[str, str]], body: str, cut: _Cut) -> DocumentEntry | SubmissionSet:
    """A document entry or a submission set."""
    slots = plan.slots
    fields: Fields = {}
    keeping = Keeping()
    # One tuple a child, see `Part` for what each place holds. Two children in three are slots: no function for them.
    for part in cut.patterns.part.findall(body):
        slot, value, more, scheme, code, system, label = part[:7]
        if slot:
            field, take = slots.get(slot, _UNKNOWN)
            value = (_resolved(value) if "&" in value else value).strip()
            if value and field and not more and field not in fields:
                fields[field] = take(slot, value, keeping) if take else value
            else:
                _place(slot, part[1], more, slots, fields, keeping)
        elif label:
            _read_code((scheme, code, system, label), plan, fields, cut.codes)
        else:
            _read_other(Part(*part), plan, fields, cut)
    place_attributes(items, fields, keeping)
    return plan.made(**fields)


def _read_code(
    received: tuple[str, str, str, str], plan: Plan, fields: Fields, codes: dict[tuple[str, str, str, str], Coded]
) -> None:
    scheme, code, system, label = received
    coded = codes.get(received)
    if coded is None:
        coded = codes[received] = Coded(_attribute(code), _text(system), _attribute(label))
    field, form = plan.classifications.get(scheme, UNCLASSIFIED)
    if form is _CODE and code and field not in fields:
        fields[field] = coded
    elif form is _CODES and code:
        fields[field] = (*fields.get(field, ()), coded)
    else:
        raise _UnusualError


def _read_other(part: Part, plan: Plan, fields: Fields, cut: _Cut) -> None:
    if part.scheme:
        field, form = plan.classifications.get(part.scheme, UNCLASSIFIED)
        if form is not _AUTHORS:
            raise _UnusualError
        fields[field] = (*fields.get(field, ()), cut.authors.get(part.author) or _read_author(part.author, cut))
    elif part.identifier:
        field, _ = plan.identifiers.get(part.identifier, _NO_FIELD)
        if not field or field in fields:
            raise _UnusualError
        fields[field] = _attribute(part.identified)
    elif part.name and (part.charset, part.language) == (CHARSET, LANGUAGE):
        fields["title" if part.name == "Name" else "comments"] = _attribute(part.text)
    elif part.version:
        fields["version"] = _attribute(part.version)
    elif part.node != SUBMISSION_SET:
        raise _UnusualError


def _read_author(slots: str, cut: _Cut) -> Author:
    author: Fields = {}
    keeping = Keeping()
    for name, value, more in cut.patterns.slot.findall(slots):
        _place(name, value, more, AUTHOR, author, keeping)
    made = cut.authors[slots] = Author(slots=keeping.slots(), **author)
    return made


def _place(name: str, value: str, more: str, known: Slots, fields: Fields, keeping: Keeping) -> None:
    if more:
        place_values(_attribute(name), _values(value, more), known, fields, keeping)
    else:
        place_text(_attribute(name), _text(value), known, fields, keeping)


def _values(first: str, more: str) -> tuple[str, ...]:
    return (_text(first), *[_text(value) for value in VALUE.findall(more)])


def _text(raw: str) -> str:
    """What a text node says, trimmed."""
    return (_resolved(raw) if "&" in raw else raw).strip()


def _attribute(raw: str) -> str:
    """What an attribute says (XML 1.0, §3.3.3)."""
    if "\n" in raw or "\t" in raw:
        raw = raw.replace("\n", " ").replace("\t", " ")
    return _resolved(raw) if "&" in raw else raw


def _resolved(raw: str) -> str:
    """References replaced. There is no DTD: they are those that XML defines."""
    if raw.count("&") == raw.count("&amp;"):
        return raw.replace("&amp;", "&")
    return _REFERENCE.sub(_referred, raw)


def _referred(reference: re.Match[str]) -> str:
    number, name = reference.groups()
    if number is None and name in _PREDEFINED:
        return _PREDEFINED[name]
    if number is None or len(name) > _LONGEST_NUMBER:
        raise _UnusualError
    return chr(int(name, 10 if number == "#" else 16))
