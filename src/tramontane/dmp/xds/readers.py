"""ebRIM → values: one walk of the tree per object, driven by the tables.

The tree must hold no comment nor processing instruction (`without_comments`): the text of an element is then in one
piece, and no comment can hide half of a value.

Attributes that most objects have are asked for by names in bytes: lxml then has nothing to encode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
from tramontane.dmp.xds.names import RIM, SUBMISSION_SET
from tramontane.dmp.xds.placing import (
    AUTHOR,
    DOCUMENT_PLAN,
    SUBMISSION_PLAN,
    UNCLASSIFIED,
    Codes,
    Fields,
    Identifiers,
    Plan,
    Slots,
    association_of,
    place_attributes,
    place_text,
    place_values,
)
from tramontane.dmp.xds.tables import Form

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

# Members of an Enum are slow to look up, and this happens for every code read.
_AUTHORS, _CODE, _CODES = Form.AUTHORS, Form.CODE, Form.CODES


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
    return DocumentEntry(**_fields(element, DOCUMENT_PLAN))


def read_submission_set(element: etree._Element) -> SubmissionSet:
    """The value of a ``RegistryPackage``."""
    return SubmissionSet(**_fields(element, SUBMISSION_PLAN))


def read_association(element: etree._Element) -> Association:
    """The value of an ``Association``."""
    keeping = Keeping()
    slots = []
    for child in element:
        if child.tag == _SLOT:
            slots.append(Slot(child.get("name", ""), values_of(child)))
        else:
            keeping.fragment(child)
    return association_of(dict(attributes_of(element)), slots, keeping)


def read_object_ref(element: etree._Element) -> ObjectRef:
    """The value of an ``ObjectRef``."""
    return ObjectRef(element.get("id", ""))


READERS: Mapping[str, Callable[[etree._Element], RegistryObject]] = {
    EXTRINSIC_OBJECT: read_document_entry,
    REGISTRY_PACKAGE: read_submission_set,
    ASSOCIATION: read_association,
    OBJECT_REF: read_object_ref,
}


def _fields(element: etree._Element, plan: Plan) -> Fields:
    """Keyword arguments of the model's class."""
    _, slots, classifications, identifiers = plan
    fields: Fields = {}
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
    place_attributes(attributes_of(element), fields, keeping)
    return fields


def _read_slot(slot: etree._Element, known: Slots, fields: Fields, keeping: Keeping) -> None:
    name = slot.get(b"name") or ""
    if len(slot) == 1 and len(values := slot[0]) == 1:
        place_text(name, (values[0].text or "").strip(), known, fields, keeping)
    else:
        place_values(name, values_of(slot), known, fields, keeping)


def _read_classification(element: etree._Element, known: Codes, fields: Fields, keeping: Keeping) -> None:
    field, form = known.get(element.get(b"classificationScheme") or "", UNCLASSIFIED)
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


def _read_odd_code(element: etree._Element, field: str, fields: Fields, keeping: Keeping, *, several: bool) -> None:
    """A code without name or scheme, or with more than that, or one too many: it is kept whole, and named if it can."""
    whole = classification_of(element)
    keeping.classification(whole)
    if whole.representation and (several or field not in fields):
        system = next((slot.values[0] for slot in whole.slots if slot.name == "codingScheme" and slot.values), "")
        coded = Coded(whole.representation, system, whole.label)
        fields[field] = (*fields.get(field, ()), coded) if several else coded


def _read_author(element: etree._Element) -> Author:
    author: Fields = {}
    keeping = Keeping()
    for child in element:
        if child.tag == _SLOT:
            _read_slot(child, AUTHOR, author, keeping)
    return Author(slots=keeping.slots(), **author)


def _read_identifier(element: etree._Element, known: Identifiers, fields: Fields, keeping: Keeping) -> None:
    scheme = element.get(b"identificationScheme") or ""
    field, _ = known.get(scheme, ("", ""))
    if field and field not in fields:
        fields[field] = element.get(b"value") or ""
    else:
        label = next((name_of(child) for child in element if child.tag == _NAME), "")
        keeping.identifier(ExternalIdentifier(scheme, element.get("value", ""), label))


def _read_other(element: etree._Element, tag: str, fields: Fields, keeping: Keeping) -> None:
    if tag == _NAME:
        fields["title"] = keeping.name(element)
    elif tag == _DESCRIPTION:
        fields["comments"] = keeping.name(element)
    elif tag == _VERSION_INFO:
        fields["version"] = element.get(b"versionName") or ""
    else:
        keeping.fragment(element)
