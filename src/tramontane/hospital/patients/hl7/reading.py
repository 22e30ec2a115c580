"""From a message to values: the identity, the visit, the consent it carries (PAM-FR 2.11).

Positions: PID-3 with CX.5 = INS or PI, PID-5 type L, PID-11 type BDL, PID-32, PV1-2, -3, -19, -44, -45, MRG-1,
ZFA-9 to -12 counted on the published ANS examples. Where the INSEE code sits in PID-11 is inferred (XAD.9).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Model

from tramontane.hospital.patients.hl7.message import Message, component_of, read_date, read_time, repetitions
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient

Choice = ConsentRecord.Choice
# ZFA-9: opposition to feeding. ZFA-11: consent to consultation. NA and empty say nothing.
FEEDING = {"INO": Choice.INFORMED, "IO": Choice.OPPOSITION}
CONSULTATION = {"IC": Choice.CONSENT, "INC": Choice.OPPOSITION}
# PID-32. An identity that came with an INS and VALI is what PAM-FR calls qualifiée (inferred from the samples).
PROVEN = frozenset({"VALI", "QUAL"})
# These say that the identity is not, or not only, that of the person cared for: no INS may stand for it.
DISTRUSTED = frozenset({"DOUT", "FICT", "USUR", "INVA", "ANOM", "COLP", "COLV"})

# Where what a patient's row keeps was written.
_PLACES = {"ipp": "PID-3 (IPP)", "birth_name": "PID-5 (L)", "first_given_name": "PID-5 (L)", "birth_given_names": "PID-5 (L)",
           "used_name": "PID-5 (D)", "used_given_name": "PID-5 (D)"}  # fmt: skip


class IncompleteError(Exception):
    """A field without which the event means nothing, or longer than what is kept of it; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """PID: who."""

    ipp: str
    traits: dict[str, Any]
    reliability: frozenset[str]  # PID-32, which repeats: a status and its attributes
    ins: str = ""
    ins_oid: str = ""

    @property
    def distrusted(self) -> bool:
        """Whether one of its attributes forbids an INS."""
        return not DISTRUSTED.isdisjoint(self.reliability)

    @property
    def proven(self) -> bool:
        """Whether it was controlled on a document."""
        return not PROVEN.isdisjoint(self.reliability) and not self.distrusted


@dataclass(frozen=True, slots=True)
class Visit:
    """PV1: where and when."""

    number: str
    kind: str
    service_code: str
    facility: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Declared:
    """ZFA: one declaration and its own date."""

    subject: str
    choice: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that an event may use."""

    event: str
    at: datetime | None
    identity: Identity
    visit: Visit | None
    former_ipp: str
    declarations: tuple[Declared, ...] = field(default=())


def read(message: Message, zone: tzinfo) -> Reading:
    """Read the values of a message; `zone` is that of times written without offset.

    Raises:
        IncompleteError: no IPP, birth name, sex or birth date; a value too long to be kept whole; several merges at once.
    """
    if sum(segment[0] == "MRG" for segment in message.segments) > 1:
        raise IncompleteError("MRG : plusieurs fusions dans un message. Faites envoyer un message par fusion.")
    return Reading(
        event=message.value("MSH", 9, 2),
        at=read_time(message.value("EVN", 6) or message.value("EVN", 2), zone),
        identity=_identity(message),
        visit=_visit(message, zone),
        former_ipp=former_key(message),
        declarations=tuple(_declarations(message, zone)),
    )


def patient_key(message: Message) -> str:
    """The IPP, to keep the messages of one patient in order; empty when there is none."""
    return _identifier(message.field("PID", 3), "PI")[0][:60]


def former_key(message: Message) -> str:
    """The IPP that the message ends: merged, or renamed. Empty when it ends none."""
    return _identifier(message.field("MRG", 1), "PI")[0][:60]


def _identifier(raw: str, kind: str) -> tuple[str, str]:
    """The CX whose identifier type is `kind`: value and OID of its authority."""
    for repetition in repetitions(raw):
        if component_of(repetition, 5) == kind:
            return component_of(repetition, 1), component_of(repetition, 4, 2)
    return "", ""


def _identity(message: Message) -> Identity:
    ipp = patient_key(message)
    ins, oid = _identifier(message.field("PID", 3), "INS")
    traits = _traits(message)
    missing = [name for name, value in (("PID-3 (IPP)", ipp), ("PID-5 (L)", traits["birth_name"]), ("PID-7", traits["birth_date"]), ("PID-8", traits["sex"])) if not value]  # fmt: skip
    if missing:
        raise IncompleteError(f"Champ absent ou illisible : {', '.join(missing)}.")
    for name, place in _PLACES.items():
        _require_room(Patient, name, place, {"ipp": ipp, **traits}[name])
    reliability = frozenset(component_of(code, 1) for code in repetitions(message.field("PID", 32)))
    return Identity(ipp, traits, reliability, ins, oid)


def _require_room(model: type[Model], name: str, place: str, value: str) -> None:
    """PostgreSQL would refuse the row, and the message with it, each time it is sent again."""
    room = model._meta.get_field(name).max_length  # type: ignore[union-attr]  # noqa: SLF001 - documented; a CharField
    if len(value) > (room or 0):
        raise IncompleteError(
            f"{place} : {len(value)} caractères reçus, {room} au plus. Faites corriger cette valeur dans le logiciel émetteur."
        )


def _traits(message: Message) -> dict[str, Any]:
    names = repetitions(message.field("PID", 5))
    birth = next((name for name in names if component_of(name, 7) == "L"), names[0])
    used = next((name for name in names if component_of(name, 7) == "D"), "")
    places = repetitions(message.field("PID", 11))
    birthplace = next((place for place in places if component_of(place, 7) == "BDL"), "")
    first, others = component_of(birth, 2), component_of(birth, 3)
    return {
        "birth_name": component_of(birth, 1).upper(),
        "first_given_name": first.upper(),
        "birth_given_names": (others if others.startswith(first) else f"{first} {others}").strip().upper(),
        "used_name": component_of(used, 1).upper(),
        "used_given_name": component_of(used, 2).upper(),
        "birth_date": read_date(message.value("PID", 7)),
        "sex": {"M": "M", "F": "F"}.get(message.value("PID", 8), "I" if message.value("PID", 8) else ""),
        "birth_place_code": component_of(birthplace, 9)[:5],
        "birth_place": component_of(birthplace, 3).upper()[:80],
    }


def _visit(message: Message, zone: tzinfo) -> Visit | None:
    number = message.value("PV1", 19)
    if not number:
        return None
    kind = message.value("PV1", 2) or "N"
    _require_room(Episode, "visit_number", "PV1-19", number)
    _require_room(Episode, "kind", "PV1-2", kind)
    return Visit(
        number=number,
        kind=kind,
        service_code=message.value("PV1", 3),
        facility=component_of(repetitions(message.field("PV1", 3))[0], 4, 1),
        starts_at=read_time(message.value("PV1", 44), zone),
        ends_at=read_time(message.value("PV1", 45), zone),
    )


def _declarations(message: Message, zone: tzinfo) -> list[Declared]:
    found = []
    for subject, table, rank in (("feeding", FEEDING, 9), ("consultation", CONSULTATION, 11)):
        choice = table.get(message.value("ZFA", rank))
        if choice is not None:
            found.append(Declared(subject, choice, read_time(message.value("ZFA", rank + 1), zone)))
    return found
