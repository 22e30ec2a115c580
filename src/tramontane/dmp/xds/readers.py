"""ebRIM → values: one walk of the tree per object, driven by the tables.

The tree must hold no comment nor processing instruction (`without_comments`): the text of an element is then in one
piece, and no comment can hide half of a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import etree

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.keeping import Keeping, classification_of, name_of, values_of
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
from tramontane.dmp.xds.names import DOCUMENT_ENTRY, RIM, SUBMISSION_SET, AssociationType, AvailabilityStatus
from tramontane.dmp.xds.tables import ATTRIBUTES, AUTHOR_SLOTS, DOCUMENT, SUBMISSION, Form, Layout
from tramontane.dmp.xds.times import parse_time

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
_ASSOCIATION_TYPES: Mapping[str, AssociationType] = {known.value: known for known in AssociationType}
_IMPLIED_ATTRIBUTES = frozenset({("objectType", DOCUMENT_ENTRY)})


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
    return DocumentEntry(**_fields(element, DOCUMENT))


def read_submission_set(element: etree._Element) -> SubmissionSet:
    """The value of a ``RegistryPackage``."""
    return SubmissionSet(**_fields(element, SUBMISSION))


def read_association(element: etree._Element) -> Association:
    """The value of an ``Association``."""
    attributes = dict(element.items())
    kind = attributes.pop("associationType", "")
    keeping = Keeping()
    slots = []
    for child in element:
        if child.tag == _SLOT:
            slots.append(Slot(child.get("name", ""), values_of(child)))
        else:
            keeping.fragment(child)
    return Association(
        entry_uuid=attributes.pop("id", ""),
        type=_ASSOCIATION_TYPES.get(kind, kind),
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


def _fields(element: etree._Element, layout: Layout) -> dict[str, Any]:
    """Keyword arguments of the model's class."""
    fields: dict[str, Any] = {}
    keeping = Keeping()
    for child in element:
        tag = child.tag
        if tag == _SLOT:
            _read_slot(child, layout, fields, keeping)
        elif tag == _CLASSIFICATION:
            _read_classification(child, layout, fields, keeping)
        elif tag == _EXTERNAL_IDENTIFIER:
            _read_identifier(child, layout, fields, keeping)
        else:
            _read_other(child, tag, fields, keeping)
    _read_attributes(element, fields, keeping)
    return fields


def _read_attributes(element: etree._Element, fields: dict[str, Any], keeping: Keeping) -> None:
    kept = []
    for item in element.items():
        name, value = item
        if name in ATTRIBUTES:
            fields[ATTRIBUTES[name]] = value
        elif name == "status":
            fields["availability_status"] = _STATUSES.get(value)
            if value not in _STATUSES:
                keeping.spelling("status", value)
        elif item not in _IMPLIED_ATTRIBUTES:
            kept.append(item)
    fields["kept"] = keeping.done(tuple(kept))


def _read_slot(slot: etree._Element, layout: Layout, fields: dict[str, Any], keeping: Keeping) -> None:
    name = slot.get("name", "")
    values = values_of(slot)
    place = layout.slots.get(name)
    if place is None or not values or not values[0] or (place.field in fields and place.form is not Form.TEXTS):
        keeping.slot(name, values)
        return
    if place.form is Form.TEXTS:
        fields[place.field] = fields.get(place.field, ()) + values
        return
    if len(values) > 1:
        keeping.slot(name, values[1:])
    fields[place.field] = _READ_TEXT[place.form](name, values[0], keeping)


def _read_time(name: str, text: str, keeping: Keeping) -> Any:
    if len(text) != 14:
        keeping.spelling(name, text)
    instant = parse_time(text)
    if instant is None and len(text) == 14:
        keeping.spelling(name, text)
    return instant


def _read_number(name: str, text: str, keeping: Keeping) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    if str(number) != text:
        keeping.spelling(name, text)
    return number


_READ_TEXT: Mapping[Form, Callable[[str, str, Keeping], Any]] = {
    Form.TEXT: lambda _, text, __: text,
    Form.TIME: _read_time,
    Form.NUMBER: _read_number,
}


def _read_classification(element: etree._Element, layout: Layout, fields: dict[str, Any], keeping: Keeping) -> None:
    place = layout.classifications.get(element.get("classificationScheme", ""))
    if place is None:
        if element.get("classificationNode") != SUBMISSION_SET:
            keeping.classification(classification_of(element))
    elif place.form is Form.AUTHORS:
        fields[place.field] = (*fields.get(place.field, ()), _read_author(element))
    else:
        _read_code(element, place.field, fields, keeping, several=place.form is Form.CODES)


def _read_code(element: etree._Element, field: str, fields: dict[str, Any], keeping: Keeping, *, several: bool) -> None:
    code = element.get("nodeRepresentation")
    system = label = ""
    plain = len(element) <= 2
    for child in element:
        if child.tag == _NAME:
            label = name_of(child)
        elif child.get("name") == "codingScheme" and len(values := values_of(child)) == 1:
            system = values[0]
        else:
            plain = False
    named = bool(code) and (several or field not in fields)
    if named:
        coded = Coded(code or "", system, label)
        fields[field] = (*fields.get(field, ()), coded) if several else coded
    if not (named and plain):
        keeping.classification(classification_of(element))


def _read_author(element: etree._Element) -> Author:
    fields: dict[str, Any] = {}
    kept: list[Slot] = []
    for child in element:
        if child.tag != _SLOT:
            continue
        name = child.get("name", "")
        values = values_of(child)
        place = AUTHOR_SLOTS.get(name)
        if place is None or not values or place.field in fields:
            kept.append(Slot(name, values))
        elif place.form is Form.TEXTS:
            fields[place.field] = values
        else:
            fields[place.field] = values[0]
            if len(values) > 1:
                kept.append(Slot(name, values[1:]))
    return Author(slots=tuple(kept), **fields)


def _read_identifier(element: etree._Element, layout: Layout, fields: dict[str, Any], keeping: Keeping) -> None:
    scheme = element.get("identificationScheme", "")
    field, _ = layout.identifiers.get(scheme, ("", ""))
    if field and field not in fields:
        fields[field] = element.get("value", "")
    else:
        label = next((name_of(child) for child in element if child.tag == _NAME), "")
        keeping.identifier(ExternalIdentifier(scheme, element.get("value", ""), label))


def _read_other(element: etree._Element, tag: str, fields: dict[str, Any], keeping: Keeping) -> None:
    if tag == _NAME:
        fields["title"] = keeping.name(element)
    elif tag == _DESCRIPTION:
        fields["comments"] = keeping.name(element)
    elif tag == _VERSION_INFO:
        fields["version"] = element.get("versionName", "")
    else:
        keeping.fragment(element)
