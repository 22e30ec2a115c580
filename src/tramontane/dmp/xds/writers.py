"""Values → ebRIM, as text whose default namespace is ``rim`` (the caller declares it). Same tables as the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.signature.canonical import escape_attribute, escape_text
from tramontane.dmp.xds.keeping import CHARSET, LANGUAGE
from tramontane.dmp.xds.model import (
    Association,
    Author,
    Classification,
    DocumentEntry,
    ObjectRef,
    RegistryObject,
    Slot,
    SubmissionSet,
)
from tramontane.dmp.xds.names import DOCUMENT_ENTRY, RIM, SUBMISSION_SET
from tramontane.dmp.xds.tables import ATTRIBUTES, AUTHOR_SLOTS, DOCUMENT, SUBMISSION, Form, Layout, Place
from tramontane.dmp.xds.times import format_time, parse_number, parse_time


def write_objects(objects: Iterable[RegistryObject]) -> str:
    """Objects in order, each under its own identifier."""
    return "".join(_WRITERS[type(item)](item) for item in objects)


def write_document_entry(entry: DocumentEntry) -> str:
    """The ``ExtrinsicObject`` of an entry; an association may designate it by ``entry.entry_uuid``."""
    attributes = {**_attributes(entry), "objectType": DOCUMENT_ENTRY, **dict(entry.kept.attributes)}
    version = f"<VersionInfo{_xml({'versionName': entry.version})}/>" if entry.version else ""
    return _element("ExtrinsicObject", attributes, _content(entry, DOCUMENT, version))


def write_submission_set(submission_set: SubmissionSet) -> str:
    """The ``RegistryPackage`` of a submission set, classified as such."""
    attributes = {**_attributes(submission_set), **dict(submission_set.kept.attributes)}
    own_id = submission_set.entry_uuid
    node = {"id": f"{own_id}-ss", "classificationNode": SUBMISSION_SET, "classifiedObject": own_id}
    return _element(
        "RegistryPackage", attributes, _content(submission_set, SUBMISSION, "", _element("Classification", node))
    )


def write_association(association: Association) -> str:
    """The ``Association``."""
    attributes = {
        "id": association.entry_uuid,
        "associationType": str(association.type),
        "sourceObject": association.source,
        "targetObject": association.target,
        **dict(association.kept.attributes),
    }
    fragments = "".join(fragment.xml for fragment in association.kept.fragments)
    return _element("Association", attributes, _slots(association.slots) + fragments)


def write_object_ref(reference: ObjectRef) -> str:
    """The ``ObjectRef``."""
    return _element("ObjectRef", {"id": reference.entry_uuid})


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    DocumentEntry: write_document_entry,
    SubmissionSet: write_submission_set,
    Association: write_association,
    ObjectRef: write_object_ref,
}


def _attributes(item: DocumentEntry | SubmissionSet) -> dict[str, str]:
    """Only those that have a value: a submitted entry has neither ``lid`` nor ``status``."""
    attributes = {name: getattr(item, field, "") for name, field in ATTRIBUTES.items()}
    attributes["status"] = item.availability_status or dict(item.kept.spellings).get("status", "")
    return {name: value for name, value in attributes.items() if value}


def _content(item: DocumentEntry | SubmissionSet, layout: Layout, version: str, node: str = "") -> str:
    """The children, in the order of the ebRIM schema."""
    others = "".join(fragment.xml for fragment in item.kept.fragments if fragment.name not in (_NAME, _DESCRIPTION))
    return "".join(
        (
            _slots(_merged(_known_slots(item, layout), item.kept.slots)),
            _name(item, "Name", item.title),
            _name(item, "Description", item.comments),
            version,
            *_classifications(item, layout),
            node,
            *_identifiers(item, layout),
            others,
        )
    )


_NAME, _DESCRIPTION = f"{{{RIM}}}Name", f"{{{RIM}}}Description"


def _name(item: DocumentEntry | SubmissionSet, tag: str, text: str) -> str:
    """The name as it was received, when it still says the same."""
    for fragment in item.kept.fragments:
        if fragment.name == f"{{{RIM}}}{tag}" and fragment.says == text:
            return fragment.xml
    return _localized(tag, text) if text else ""


def _known_slots(item: DocumentEntry | SubmissionSet, layout: Layout) -> Iterator[Slot]:
    spellings = dict(item.kept.spellings)
    for name, place in layout.slots.items():
        value = getattr(item, place.field)
        spelling = spellings.get(name)
        if spelling is not None and _SAYS[place.form](spelling) == value:
            yield Slot(name, (spelling,))
        elif value not in (None, "", ()):
            yield Slot(name, _TEXTS[place.form](value))


def _time_text(instant: datetime) -> tuple[str, ...]:
    return (format_time(instant),)


_SAYS: Mapping[Form, Callable[[str], Any]] = {Form.TIME: parse_time, Form.NUMBER: parse_number}
_TEXTS: Mapping[Form, Callable[[Any], tuple[str, ...]]] = {
    Form.TEXT: lambda text: (text,),
    Form.TEXTS: lambda texts: texts,
    Form.TIME: _time_text,
    Form.NUMBER: lambda number: (str(number),),
}


def _merged(known: Iterable[Slot], kept: tuple[Slot, ...]) -> Iterator[Slot]:
    """A name occurs once: what was kept of a known slot follows what its field says."""
    if not kept:
        return iter(known)
    values: dict[str, tuple[str, ...]] = {}
    for slot in (*known, *kept):
        values[slot.name] = (*values.get(slot.name, ()), *slot.values)
    return (Slot(name, texts) for name, texts in values.items())


def _classifications(item: DocumentEntry | SubmissionSet, layout: Layout) -> Iterator[str]:
    """Each with an id of its own, and the object it classifies."""
    own_id = escape_attribute(item.entry_uuid)
    for rank, classification in enumerate(_classified(item, layout), 1):
        scheme = _attribute("classificationScheme", classification.scheme or None)
        node = _attribute("classificationNode", classification.node or None)
        code = _attribute("nodeRepresentation", classification.representation)
        name = _localized("Name", classification.label) if classification.label else ""
        opening = f'<Classification id="{own_id}-cl{rank:02d}"{scheme}{node} classifiedObject="{own_id}"{code}'
        yield opening + _end("Classification", _slots(classification.slots) + name)


def _classified(item: DocumentEntry | SubmissionSet, layout: Layout) -> Iterator[Classification]:
    """The table's fields; a kept classification speaks for the code it spells out, as long as the field has it."""
    kept = {(classification.scheme, classification.representation) for classification in item.kept.classifications}
    for scheme, place in layout.classifications.items():
        for value in _each(item, place):
            if isinstance(value, Author):
                yield Classification(scheme=scheme, representation="", slots=_author_slots(value))
            elif (scheme, value.code) not in kept:
                yield _code(scheme, value)
    for classification in item.kept.classifications:
        if not _is_gone(classification, item, layout):
            yield classification


def _is_gone(classification: Classification, item: DocumentEntry | SubmissionSet, layout: Layout) -> bool:
    """Whether it spells out a code that was since removed from its field: one that hides a document, for instance."""
    place = layout.classifications.get(classification.scheme)
    if place is None or place.form is not Form.CODES or not classification.representation:
        return False
    return all(value.code != classification.representation for value in getattr(item, place.field))


def _each(item: DocumentEntry | SubmissionSet, place: Place) -> tuple[Author | Coded, ...]:
    value = getattr(item, place.field)
    if place.form is Form.CODE:
        return () if value is None else (value,)
    return tuple(value)


def _code(scheme: str, coded: Coded) -> Classification:
    slots = (Slot("codingScheme", (coded.code_system,)),)
    return Classification(scheme=scheme, representation=coded.code, label=coded.label, slots=slots)


def _author_slots(author: Author) -> tuple[Slot, ...]:
    fields = ((name, place, getattr(author, place.field)) for name, place in AUTHOR_SLOTS.items())
    known = (Slot(name, _TEXTS[place.form](value)) for name, place, value in fields if value)
    return tuple(_merged(known, author.slots))


def _identifiers(item: DocumentEntry | SubmissionSet, layout: Layout) -> Iterator[str]:
    known = [
        (scheme, value, f"{layout.prefix}.{label}")
        for scheme, (field, label) in layout.identifiers.items()
        if (value := getattr(item, field))
    ]
    kept = [(identifier.scheme, identifier.value, identifier.label) for identifier in item.kept.identifiers]
    own_id = escape_attribute(item.entry_uuid)
    for rank, (scheme, value, label) in enumerate((*known, *kept), 1):
        opening = (
            f'<ExternalIdentifier id="{own_id}-ei{rank:02d}" identificationScheme="{escape_attribute(scheme)}" '
            f'registryObject="{own_id}" value="{escape_attribute(value)}"'
        )
        yield opening + _end("ExternalIdentifier", _localized("Name", label) if label else "")


def _slots(slots: Iterable[Slot]) -> str:
    return "".join([write_slot(slot) for slot in slots])


def write_slot(slot: Slot) -> str:
    """The ``Slot``."""
    values = "".join([f"<Value>{escape_text(value)}</Value>" for value in slot.values])
    return f'<Slot name="{escape_attribute(slot.name)}"><ValueList>{values}</ValueList></Slot>'


def _localized(tag: str, text: str) -> str:
    return f'<{tag}>{_LOCALIZED}"{escape_attribute(text)}"/></{tag}>'


_LOCALIZED = f'<LocalizedString charset="{CHARSET}" xml:lang="{LANGUAGE}" value='


def _element(tag: str, attributes: Mapping[str, str], content: str = "") -> str:
    return f"<{tag}{_xml(attributes)}" + _end(tag, content)


def _end(tag: str, content: str) -> str:
    """What follows the attributes."""
    return f">{content}</{tag}>" if content else "/>"


def _attribute(name: str, value: str | None) -> str:
    """Nothing when there is no value."""
    return "" if value is None else f' {name}="{escape_attribute(value)}"'


def _xml(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape_attribute(value)}"' for name, value in attributes.items())
