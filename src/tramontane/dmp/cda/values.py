"""The CDA R2 header, as values: what the French profile puts in it, and nothing the reader cannot find again."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.dmp.cda.timestamps import UNSAID, Timestamp
from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.nomenclatures import Coded

PS_IDNAT = "1.2.250.1.71.4.2.1"
STRUCT_IDNAT = "1.2.250.1.71.4.2.2"
LOINC = "2.16.840.1.113883.6.1"
NORMAL = Coded("N", "2.16.840.1.113883.5.25", "Normal")
"""The usual confidentiality."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """HL7 `II`: root OID (or UUID) and extension, either possibly empty on reading."""

    root: str
    extension: str = ""

    @property
    def unique_id(self) -> str:
        """The XDS uniqueId of a document so identified: ``root`` or ``root^extension`` (IHE ITI TF-3, 4.2.3.2.26)."""
        return f"{self.root}^{self.extension}" if self.extension else self.root


# Declared by every French document: HL7 France, then CI-SIS « Structuration minimale des documents de santé ».
FRENCH_TEMPLATES = (Identifier("2.16.840.1.113883.2.8.2.1"), Identifier("1.2.250.1.213.1.1.1.1"))
# Added by a document whose body is not structured (IHE XDS-SD).
UNSTRUCTURED_TEMPLATES = (*FRENCH_TEMPLATES, Identifier("1.3.6.1.4.1.19376.1.2.20"))


@dataclass(frozen=True, slots=True)
class Organization:
    """A structure: its Struct_IdNat and its name."""

    identifier: Identifier | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """Who wrote, or answers for, the document: a professional, the patient, or a device.

    Attributes:
        identifier: PS_IdNat of a professional (root 1.2.250.1.71.4.2.1), INS of a patient who is the author.
        at: when he took part; empty when unsaid.
        speciality: code of profession and savoir-faire, system 1.2.250.1.213.1.1.4.5.
        software: name of the device, when the author is one.
    """

    identifier: Identifier | None = None
    family: str = ""
    given: str = ""
    at: Timestamp = UNSAID
    speciality: Coded | None = None
    organization: Organization | None = None
    software: str = ""

    @property
    def name(self) -> str:
        """Given then family name, or the device's; empty when nobody is named."""
        return " ".join(part for part in (self.given, self.family) if part) or self.software


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """The patient. Nothing of him goes through `repr`.

    Attributes:
        identifiers: INS first in the French profile, then local ones.
        gender: HL7 code, ``M``, ``F`` or ``U``.
    """

    identifiers: tuple[Identifier, ...] = ()
    birth_name: str = ""
    given: str = ""
    used_name: str = ""
    gender: str = ""
    birth_date: Timestamp = UNSAID

    def __repr__(self) -> str:
        return "Patient(***)"

    @property
    def ins(self) -> Ins | None:
        """The first identifier that is a well-formed INS."""
        return next((ins for ins in map(_ins, self.identifiers) if ins), None)


def _ins(identifier: Identifier) -> Ins | None:
    try:
        return Ins(identifier.extension, InsAuthority.from_oid(identifier.root))
    except InvalidIdentifier:
        return None


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """The act the document is about; in the French profile its start is the document's serviceStartTime."""

    start: Timestamp = UNSAID
    end: Timestamp = UNSAID
    code: Coded | None = None
    performer: Participant | None = None
    practice_setting: Coded | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The stay or visit; `facility_type` is the healthcareFacilityTypeCode."""

    start: Timestamp = UNSAID
    end: Timestamp = UNSAID
    facility: Identifier | None = None
    facility_type: Coded | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one clinical document.

    Attributes:
        identifier: the document's own; its `unique_id` is the XDS uniqueId.
        type: LOINC or TRE_A05 code of the document type, unknown ones included (EX_3.1-1050).
        set_id: common to every version of the document.
        version: 1 for the first; None when unsaid or unreadable.
        replaces: documents this one replaces (`relatedDocument` RPLC).
        template_ids: what the document claims to conform to.
    """

    identifier: Identifier
    type: Coded
    title: str
    created_at: Timestamp
    patient: Patient
    authors: tuple[Participant, ...] = ()
    custodian: Organization | None = None
    legal_authenticator: Participant | None = None
    confidentiality: Coded | None = NORMAL
    language: str = "fr-FR"
    set_id: Identifier | None = None
    version: int | None = 1
    service_events: tuple[ServiceEvent, ...] = ()
    encounter: Encounter | None = None
    replaces: tuple[Identifier, ...] = ()
    template_ids: tuple[Identifier, ...] = FRENCH_TEMPLATES
