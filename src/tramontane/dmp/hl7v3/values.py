"""The values of the DMP's two demographics messages, as they are on the wire.

Timestamps stay the wire's strings: HL7 `TS` in local time, ``yyyyMMddHHmmss`` without offset (official samples of TD0.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why the demographics are asked: `reasonCode`, code system 1.2.250.1.213.1.1.4.11."""

    TEST_EXST = "TEST_EXST"
    """TD0.2: does a DMP exist, is it open, may I read it?"""
    CNSLT_DATA = "CNSLT_DATA"
    """TD1.3a: administrative data, with the patient's two oppositions."""


@dataclass(frozen=True, slots=True)
class InstanceId:
    """HL7 V3 `II`: an OID or UUID root, and an extension that may be empty."""

    root: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class PatientId(InstanceId):
    """The `II` of a patient: never shown whole by `repr`, so never whole in a log."""

    def __repr__(self) -> str:
        return f"PatientId(root={self.root!r}, extension={self.extension[:1]}***)"


@dataclass(frozen=True, slots=True)
class Device:
    """A sending or receiving system: its OID and the name of its software."""

    oid: str
    software_name: str


DMP = Device("1.2.250.1.213.4.1.1.1", "DMP")


@dataclass(frozen=True, slots=True)
class DemographicsQuery:
    """PRPA_IN201307UV02: one patient, one reason.

    Attributes:
        message: identifier of this message (root: the software's OID + ``.1``).
        query: identifier of the query (root: the software's OID + ``.2``).
        creation_time: local ``yyyyMMddHHmmss``.
        reason: a `Reason`, or any other code verbatim.
        patient: root is the OID of the INS authority, extension the 15 characters.
        processing_code: ``D`` in the official sample of the request.
    """

    message: InstanceId
    query: InstanceId
    creation_time: str
    sender: Device
    reason: str
    patient: PatientId
    processing_code: str = "D"


@dataclass(frozen=True, slots=True)
class Flag:
    """One statement of the DMP about the patient: an attention line or an administrative observation.

    Attributes:
        code: e.g. ``AUTORISATION``, ``STATUT_MT``, ``RATTACHEMENT_ENS``.
        value: ``true``/``false`` for `BL`, the code for `CV`, the text for the rest; verbatim.
        value_type: the wire's `xsi:type`.
        value_system: code system of a `CV` value.
    """

    code: str
    code_system: str
    value: str
    value_type: str = "BL"
    value_system: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Traits:
    """Identity traits the DMP holds. Written by the national side only: they are not shown to the user (RG_0320)."""

    prefix: str = ""
    given: str = ""
    usage_name: str = ""
    birth_name: str = ""
    gender: str = ""
    birth_date: str = ""

    def __repr__(self) -> str:
        return "Traits(***)"


@dataclass(frozen=True, slots=True)
class Closing:
    """When and why a DMP was closed. The motive's code system is official; its place in the message is inferred."""

    on: date | None = None
    motive: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """A DMP, as its registration event tells it. `status` is ``active`` or ``terminated``, verbatim."""

    patient_ids: tuple[PatientId, ...]
    status: str
    observations: tuple[Flag, ...] = ()
    closing: Closing | None = None
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`AA` accepted, `AE`/`AR` refused; then `details` holds (code, text) pairs, verbatim."""

    type_code: str
    target: InstanceId
    details: tuple[tuple[str, str], ...] = ()

    @property
    def accepted(self) -> bool:
        return self.type_code == "AA"


@dataclass(frozen=True, slots=True)
class DemographicsAnswer:
    """PRPA_IN201308UV02.

    Attributes:
        response_code: `queryResponseCode`: ``OK`` found, ``NF`` no DMP for that INS, else verbatim.
        attention: attention lines (authorisation, attending physician).
        registration: absent when nothing was found or the query was refused.
    """

    message: InstanceId
    creation_time: str
    receiver: Device
    acknowledgement: Acknowledgement
    reason: str
    query: InstanceId
    response_code: str
    attention: tuple[Flag, ...] = ()
    registration: Registration | None = None
    sender: Device = field(default=DMP)

    def flag(self, code: str) -> Flag | None:
        """The attention line or observation called `code`."""
        observations = self.registration.observations if self.registration else ()
        return next((flag for flag in (*self.attention, *observations) if flag.code == code), None)


def timestamp(instant: datetime) -> str:
    """The wall clock of `instant` in its own zone, ``yyyyMMddHHmmss``: pass an instant of the zone you mean."""
    return instant.strftime("%Y%m%d%H%M%S")
