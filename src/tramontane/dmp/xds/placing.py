"""Where what was read goes: texts → fields of the model, driven by the tables. Shared by the readers of trees and of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tramontane.dmp.xds.keeping import Keeping
from tramontane.dmp.xds.model import Association, DocumentEntry, Slot, SubmissionSet
from tramontane.dmp.xds.names import DOCUMENT_ENTRY, AvailabilityStatus
from tramontane.dmp.xds.tables import ATTRIBUTES, AUTHOR_SLOTS, DOCUMENT, SUBMISSION, Form, Layout, Place
from tramontane.dmp.xds.times import parse_full_time, parse_number, parse_time

Fields = dict[str, Any]
Take = Callable[[str, str, Keeping], Any]
Slots = Mapping[str, tuple[str, Take | None]]
Codes = Mapping[str, Place]
Identifiers = Mapping[str, tuple[str, str]]

UNCLASSIFIED = Place("", Form.TEXT)
_UNKNOWN: tuple[str, Take | None] = ("", None)
_STATUSES: Mapping[str, AvailabilityStatus] = {status.value: status for status in AvailabilityStatus}


class Plan(NamedTuple):
    """A layout, its forms resolved to the functions that read them."""

    made: type[DocumentEntry | SubmissionSet]
    slots: Slots
    classifications: Codes
    identifiers: Identifiers


def place_attributes(items: Iterable[tuple[str, str]], fields: Fields, keeping: Keeping) -> None:
    """The attributes of an object, in order. Called last: what was kept is closed."""
    kept: list[tuple[str, str]] = []
    for item in items:
        name, value = item
        if name in ATTRIBUTES:
            fields[ATTRIBUTES[name]] = value
        elif name == "status":
            status = fields["availability_status"] = _STATUSES.get(value)
            if status is None:
                keeping.spelling(name, value)
        elif value != DOCUMENT_ENTRY:  # objectType, implied
            kept.append(item)
    fields["kept"] = keeping.done(tuple(kept))


def association_of(attributes: dict[str, str], slots: Iterable[Slot], keeping: Keeping) -> Association:
    """An association: its attributes, in order; what has no field is kept."""
    return Association(
        entry_uuid=attributes.pop("id", ""),
        type=attributes.pop("associationType", ""),
        source=attributes.pop("sourceObject", ""),
        target=attributes.pop("targetObject", ""),
        slots=tuple(slots),
        kept=keeping.done(tuple(attributes.items())),
    )


def place_text(name: str, text: str, known: Slots, fields: Fields, keeping: Keeping) -> None:
    """A slot with one value, by far the most common shape."""
    field, take = known.get(name, _UNKNOWN)
    if text and field and field not in fields:
        fields[field] = take(name, text, keeping) if take else text
    else:
        place_values(name, (text,), known, fields, keeping)


def place_values(name: str, values: tuple[str, ...], known: Slots, fields: Fields, keeping: Keeping) -> None:
    """Any slot: unknown, or with several values, or none, or repeated."""
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


_TAKE: Mapping[Form, Take | None] = {
    Form.TEXT: None,
    Form.TEXTS: _take_texts,
    Form.TIME: _take_time,
    Form.NUMBER: _take_number,
}


def _slots(places: Mapping[str, Place]) -> Slots:
    return {name: (place.field, _TAKE[place.form]) for name, place in places.items()}


def _plan(made: type[DocumentEntry | SubmissionSet], layout: Layout) -> Plan:
    return Plan(made, _slots(layout.slots), layout.classifications, layout.identifiers)


AUTHOR = _slots(AUTHOR_SLOTS)
DOCUMENT_PLAN = _plan(DocumentEntry, DOCUMENT)
SUBMISSION_PLAN = _plan(SubmissionSet, SUBMISSION)
