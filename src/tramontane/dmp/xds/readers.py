"""ebRIM → values: one walk of the tree per object, driven by the tables.

The tree must hold no comment nor processing instruction (`without_comments`): the text of an element is then in one
piece, and no comment can hide half of a value.

Attributes that most objects have are asked for by names in bytes: lxml then has nothing to encode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.keeping import Keeping, attributes_of, classification_of, name_of, values_of
from tramontane.dmp.xds.model import (
    Association,
    Author,
    DocumentEntry,
    ExternalIdentifier,
    ObjectRef,
    RegistryObject,
    Slot,
    SubmissionSet,
)
from tramontane.dmp.xds.names import DOCUMENT_ENTRY, RIM, SUBMISSION_SET, AvailabilityStatus
from tramontane.dmp.xds.tables import ATTRIBUTES, AUTHOR_SLOTS, DOCUMENT, SUBMISSION, Form, Layout, Place
from tramontane.dmp.xds.times import parse_full_time, parse_number, parse_time

EXTRINSIC_OBJECT = f"{{{RIM}}}ExtrinsicObject"
REGISTRY_PACKAGE = f"{{{RIM}}}RegistryPackage"
ASSOCIATION = f"{{{RIM}}}Association"
OBJECT_REF = f"{{{RIM}}}ObjectRef"

_SLOT = f"{{{RIM}}}Slot"
_CLASSIFICATION = f"{{{RIM}}}Classification"
_EXTERNAL_IDENTIFIER = f"{{{RIM}}}ExternalIdentifier"
_NAME = f"{{{RIM}}}Name"
_DESCRIPTION = f"{{{RIM}}}Description"
_VERSION_INFO = f"{{{RIM}}}VersionInfo"

_STATUSES: Mapping[str, AvailabilityStatus] = {status.value: status for status in AvailabilityStatus}

_Take = Callable[[str, str, Keeping], Any]
_Slots = Mapping[str, tuple[str, _Take | None]]
_Codes = Mapping[str, Place]
# Members of an Enum are slow to look up, and this happens for every code read.
_AUTHORS, _CODE, _CODES = Form.AUTHORS, Form.CODE, Form.CODES
_UNCLASSIFIED = Place("", Form.TEXT)
_UNKNOWN: tuple[str, _Take | None] = ("", None)


class _Plan(NamedTuple):
    """A layout, its forms resolved to the functions that read them."""

    slots: _Slots
    classifications: _Codes
    identifiers: Mapping[str, tuple[str, str]]


def without_comments(element: etree._Element) -> etree._Element:
    """The same tree, its comments and processing instructions removed in place."""
    etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)
    return element


def read_objects(parent: etree._Element) -> Iterator[RegistryObject]:
    """The objects of a ``RegistryObjectList``, in order. Elements the DMP does not use (folders…) are passed over."""
    for child in parent:
        reader = READERS.get(child.tag)
        if reader is not None:
            yield reader(child)


def read_document_entry(element: etree._Element) -> DocumentEntry:
    """The value of an ``ExtrinsicObject``."""
    return DocumentEntry(**_fields(element, _DOCUMENT))


def read_submission_set(element: etree._Element) -> SubmissionSet:
    """The value of a ``RegistryPackage``."""
    return SubmissionSet(**_fields(element, _SUBMISSION))


def read_association(element: etree._Element) -> Association:
    """The value of an ``Association``."""
    attributes = dict(attributes_of(element))
    keeping = Keeping()
    slots = []
    for child in element:
        if child.tag == _SLOT:
            slots.append(Slot(child.get("name", ""), values_of(child)))
        else:
            keeping.fragment(child)
    return Association(
        entry_uuid=attributes.pop("id", ""),
        type=attributes.pop("associationType", ""),
        source=attributes.pop("sourceObject", ""),
        target=attributes.pop("targetObject", ""),
        slots=tuple(slots),
        kept=keeping.done(tuple(attributes.items())),
    )


def read_object_ref(element: etree._Element) -> ObjectRef:
    """The value of an ``ObjectRef``."""
    return ObjectRef(element.get("id", ""))


READERS: Mapping[str, Callable[[etree._Element], RegistryObject]] = {
    EXTRINSIC_OBJECT: read_document_entry,
    REGISTRY_PACKAGE: read_submission_set,
    ASSOCIATION: read_association,
    OBJECT_REF: read_object_ref,
}


def _fields(element: etree._Element, plan: _Plan) -> dict[str, Any]:
    """Keyword arguments of the model's class."""
    slots, classifications, identifiers = plan
    fields: dict[str, Any] = {}
    keeping = Keeping()
    for child in element:
        tag = child.tag
        if tag == _SLOT:
            _read_slot(child, slots, fields, keeping)
        elif tag == _CLASSIFICATION:
            _read_classification(child, classifications, fields, keeping)
        elif tag == _EXTERNAL_IDENTIFIER:
            _read_identifier(child, identifiers, fields, keeping)
        else:
            _read_other(child, tag, fields, keeping)
    _read_attributes(element, fields, keeping)
    return fields


def _read_attributes(element: etree._Element, fields: dict[str, Any], keeping: Keeping) -> None:
    kept: tuple[tuple[str, str], ...] = ()
    for item in attributes_of(element):
        name, value = item
        if name in ATTRIBUTES:
            fields[ATTRIBUTES[name]] = value
        elif name == "status":
            status = fields["availability_status"] = _STATUSES.get(value)
            if status is None:
                keeping.spelling(name, value)
        elif value != DOCUMENT_ENTRY:  # objectType, implied
            kept = (*kept, item)
    fields["kept"] = keeping.done(kept)


def _read_slot(slot: etree._Element, known: _Slots, fields: dict[str, Any], keeping: Keeping) -> None:
    """A known slot with one value, by far the most common shape; the others go to `_read_odd_slot`."""
    name = slot.get(b"name") or ""
    field, take = known.get(name, _UNKNOWN)
    if field and len(slot) == 1 and field not in fields and len(values := slot[0]) == 1:
        text = (values[0].text or "").strip()
        if text:
            fields[field] = take(name, text, keeping) if take else text
            return
    _read_odd_slot(slot, name, known, fields, keeping)


def _read_odd_slot(slot: etree._Element, name: str, known: _Slots, fields: dict[str, Any], keeping: Keeping) -> None:
    """Unknown, or with several values, or none, or repeated."""
    values = values_of(slot)
    field, take = known.get(name, _UNKNOWN)
    if take is _take_texts and values:
        fields[field] = fields.get(field, ()) + values
    elif not field or field in fields or not values or not values[0]:
        keeping.slot(name, values)
    else:
        fields[field] = take(name, values[0], keeping) if take else values[0]
        keeping.slot(name, values[1:])


def _take_time(name: str, text: str, keeping: Keeping) -> datetime | None:
    instant = parse_full_time(text)
    if instant is not None:
        return instant
    keeping.spelling(name, text)
    return parse_time(text)


def _take_number(name: str, text: str, keeping: Keeping) -> int | None:
    number = parse_number(text)
    if str(number) != text:
        keeping.spelling(name, text)
    return number


def _take_texts(_: str, text: str, __: Keeping) -> tuple[str, ...]:
    return (text,)


_TAKE: Mapping[Form, _Take | None] = {
    Form.TEXT: None,
    Form.TEXTS: _take_texts,
    Form.TIME: _take_time,
    Form.NUMBER: _take_number,
}


def _read_classification(element: etree._Element, known: _Codes, fields: dict[str, Any], keeping: Keeping) -> None:
    field, form = known.get(element.get(b"classificationScheme") or "", _UNCLASSIFIED)
    if form is _CODE and field not in fields and (coded := _coded(element)):
        fields[field] = coded
    elif form is _CODES and (coded := _coded(element)):
        fields[field] = (*fields.get(field, ()), coded)
    elif form is _AUTHORS:
        fields[field] = (*fields.get(field, ()), _read_author(element))
    elif field:
        _read_odd_code(element, field, fields, keeping, several=form is _CODES)
    elif element.get("classificationNode") != SUBMISSION_SET:
        keeping.classification(classification_of(element))


def _coded(element: etree._Element) -> Coded | None:
    """The code of a classification that is exactly one coding scheme and one name; None for any other shape."""
    code = element.get(b"nodeRepresentation")
    if not code or len(element) != 2:
        return None
    slot, name = element[0], element[1]
    if len(slot) != 1 or len(name) != 1 or slot.get(b"name") != "codingScheme":
        return None
    values = slot[0]
    label = name[0].get(b"value")  # only a LocalizedString has one
    if label is None or len(values) != 1:
        return None
    return Coded(code, (values[0].text or "").strip(), label)


def _read_odd_code(
    element: etree._Element, field: str, fields: dict[str, Any], keeping: Keeping, *, several: bool
) -> None:
    """A code without name or scheme, or with more than that, or one too many: it is kept whole, and named if it can."""
    whole = classification_of(element)
    keeping.classification(whole)
    if whole.representation and (several or field not in fields):
        system = next((slot.values[0] for slot in whole.slots if slot.name == "codingScheme" and slot.values), "")
        coded = Coded(whole.representation, system, whole.label)
        fields[field] = (*fields.get(field, ()), coded) if several else coded


def _read_author(element: etree._Element) -> Author:
    author: dict[str, Any] = {}
    keeping = Keeping()
    for child in element:
        if child.tag == _SLOT:
            _read_slot(child, _AUTHOR_SLOTS, author, keeping)
    return Author(slots=keeping.slots(), **author)


def _read_identifier(
    element: etree._Element, known: Mapping[str, tuple[str, str]], fields: dict[str, Any], keeping: Keeping
) -> None:
    scheme = element.get(b"identificationScheme") or ""
    field, _ = known.get(scheme, ("", ""))
    if field and field not in fields:
        fields[field] = element.get(b"value") or ""
    else:
        label = next((name_of(child) for child in element if child.tag == _NAME), "")
        keeping.identifier(ExternalIdentifier(scheme, element.get("value", ""), label))


def _read_other(element: etree._Element, tag: str, fields: dict[str, Any], keeping: Keeping) -> None:
    if tag == _NAME:
        fields["title"] = keeping.name(element)
    elif tag == _DESCRIPTION:
        fields["comments"] = keeping.name(element)
    elif tag == _VERSION_INFO:
        fields["version"] = element.get(b"versionName") or ""
    else:
        keeping.fragment(element)


def _plan(layout: Layout) -> _Plan:
    return _Plan(
        {name: (place.field, _TAKE[place.form]) for name, place in layout.slots.items()},
        layout.classifications,
        layout.identifiers,
    )


_AUTHOR_SLOTS: _Slots = {name: (place.field, _TAKE[place.form]) for name, place in AUTHOR_SLOTS.items()}
_DOCUMENT = _plan(DOCUMENT)
_SUBMISSION = _plan(SUBMISSION)
