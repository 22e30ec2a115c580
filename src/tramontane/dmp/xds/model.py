"""XDS metadata as values, under their IHE names (ITI TF-3 §4.2.3). What has no field is in `Kept`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.names import AssociationType, AvailabilityStatus


class Slot(msgspec.Struct, frozen=True, gc=False):
    """A named list of texts."""

    name: str
    values: tuple[str, ...]


class Classification(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An ebRIM classification that the model does not name.

    Attributes:
        scheme: ``classificationScheme``.
        node: ``classificationNode``.
        representation: ``nodeRepresentation``; None when the attribute is absent.
    """

    scheme: str = ""
    node: str = ""
    representation: str | None = None
    label: str = ""
    slots: tuple[Slot, ...] = ()


class ExternalIdentifier(msgspec.Struct, frozen=True, gc=False):
    """An ebRIM identifier that the model does not name."""

    scheme: str
    value: str
    label: str = ""


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A child element that was read and is written back as it came.

    Attributes:
        name: its qualified name, ``{namespace}local``.
        says: the text that a field took from it; empty when none did.
        xml: exclusive canonical XML.
    """

    name: str
    says: str
    xml: str


class Kept(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What was read and has no field: it is written back as it came.

    Attributes:
        attributes: XML attributes, ``isOpaque`` for instance.
        slots: unknown slots; and the values beyond the first of a slot whose field holds one.
        classifications: unknown ones; and those that say more than a code.
        fragments: other child elements; and a name in another language than ours, or in several.
        spellings: (slot or attribute, text received) when the text is not the one we would write:
            a date of lower precision, a size that is no number, an unknown status.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    slots: tuple[Slot, ...] = ()
    classifications: tuple[Classification, ...] = ()
    identifiers: tuple[ExternalIdentifier, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()


NOTHING = Kept()


class Author(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Who made a document or a submission.

    Attributes:
        person: XCN, see `hl7.AuthorPerson`.
        institutions: XON, see `hl7.AuthorInstitution`; none for a document of the patient.
        roles: JDV_J47 displays.
        specialties: ``code^label^code system`` of JDV_J01.
        slots: unknown slots, kept.
    """

    person: str = ""
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()


# Confidentiality codes that govern visibility (JDV_J58, system of TRE_A07); protocol meaning in EX_3.1-1030.
CONFIDENTIALITY_SYSTEM = "1.2.250.1.213.1.1.4.13"
MASQUE_PS = "MASQUE_PS"
INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
INVISIBLE_REPRESENTANTS_LEGAUX = "INVISIBLE_REPRESENTANTS_LEGAUX"


class DocumentEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The description of one document in the registry. Empty text or None: absent. Times are aware, in UTC.

    Attributes:
        entry_uuid: identifier of this version of the description.
        logical_id: stable while the description changes, new when the document is replaced.
        version: of the description, ``1``…
        unique_id: OID that its producer gave the document; the one that TD3.2 asks for.
        hash: SHA-1 of the content, lower-case hexadecimal.
        size: of the content, bytes.
        patient_id: CX with the INS.
        source_patient_info: ``PID-5|…``, ``PID-7|…``: traits, never to be logged.
        legal_authenticator: XCN.
        reference_ids: CXi, e.g. an accession number.
    """

    entry_uuid: str = ""
    logical_id: str = ""
    version: str = ""
    availability_status: AvailabilityStatus | None = None
    mime_type: str = ""
    unique_id: str = ""
    repository_unique_id: str = ""
    hash: str = ""
    size: int | None = None
    language_code: str = ""
    creation_time: datetime | None = None
    service_start_time: datetime | None = None
    service_stop_time: datetime | None = None
    title: str = ""
    comments: str = ""
    patient_id: str = ""
    source_patient_id: str = ""
    source_patient_info: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    legal_authenticator: str = ""
    class_code: Coded | None = None
    type_code: Coded | None = None
    format_code: Coded | None = None
    facility_type: Coded | None = None
    practice_setting: Coded | None = None
    confidentiality_codes: tuple[Coded, ...] = ()
    event_codes: tuple[Coded, ...] = ()
    reference_ids: tuple[str, ...] = ()
    uri: str = ""
    kept: Kept = NOTHING

    @property
    def masked_to_professionals(self) -> bool:
        """Hidden from professionals, except its author and the médecin traitant."""
        return self._has_confidentiality(MASQUE_PS)

    @property
    def invisible_to_patient(self) -> bool:
        """Not shown to the patient yet, until a professional announces it."""
        return self._has_confidentiality(INVISIBLE_PATIENT)

    @property
    def invisible_to_legal_representatives(self) -> bool:
        """Not shown to the legal representatives of a minor."""
        return self._has_confidentiality(INVISIBLE_REPRESENTANTS_LEGAUX)

    @property
    def from_patient(self) -> bool:
        """Deposited by the patient, to be shown apart (EX_3.1-1040: classCode 90 or typeCode DOCPAT*)."""
        return (self.class_code is not None and self.class_code.code == "90") or (
            self.type_code is not None and self.type_code.code.startswith("DOCPAT")
        )

    def _has_confidentiality(self, code: str) -> bool:
        return any(confidentiality.code == code for confidentiality in self.confidentiality_codes)


class SubmissionSet(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What was sent together (ITI TF-3 §4.2.3.3). Empty text or None: absent. Times are aware, in UTC.

    Attributes:
        source_id: OID of the system that sent it.
        content_type: JDV_J59.
    """

    entry_uuid: str = ""
    logical_id: str = ""
    availability_status: AvailabilityStatus | None = None
    submission_time: datetime | None = None
    title: str = ""
    comments: str = ""
    authors: tuple[Author, ...] = ()
    content_type: Coded | None = None
    patient_id: str = ""
    source_id: str = ""
    unique_id: str = ""
    intended_recipients: tuple[str, ...] = ()
    kept: Kept = NOTHING


class Association(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A link between two objects.

    Attributes:
        type: an `AssociationType` (their values are texts), or the peer's own, verbatim.
        source: entry_uuid, or local id within one submission.
        slots: ``SubmissionSetStatus``, ``PreviousVersion``, ``OriginalStatus``, ``NewStatus``…
    """

    entry_uuid: str = ""
    type: str = AssociationType.HAS_MEMBER
    source: str = ""
    target: str = ""
    slots: tuple[Slot, ...] = ()
    kept: Kept = NOTHING

    def slot(self, name: str) -> str:
        """The first value of a slot; empty when there is none."""
        return next((slot.values[0] for slot in self.slots if slot.name == name and slot.values), "")


class ObjectRef(msgspec.Struct, frozen=True, gc=False):
    """A reference to an object, which queries with return type ``ObjectRef`` answer."""

    entry_uuid: str


RegistryObject = DocumentEntry | SubmissionSet | Association | ObjectRef
