"""What the French profile requires of metadata that we write. Reading is tolerant, writing is not.

Source: PDSm `DocumentEntry.fsh` and `SubmissionSet.fsh`, ANS mapping of the CDA transmission (cardinalities), JDV J57–J66.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tramontane.dmp.errors import InvalidMetadata
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.xds.model import CONFIDENTIALITY_SYSTEM, Author, DocumentEntry, SubmissionSet

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)
_INS = re.compile(r"[0-9]{6}[0-9AB][0-9]{8}\^\^\^&[0-9.]+&ISO\^NH(\^\^[0-9]{8})?", re.ASCII)
_LEVELS_SYSTEM = "2.16.840.1.113883.5.25"


@dataclass(frozen=True, slots=True)
class MetadataFault:
    """One fault. `received` never shows a patient trait."""

    field: str
    expected: str
    received: str
    reference: str


class ProfileViolation(InvalidMetadata):
    """Metadata that the French profile forbids; every fault is in `faults`."""

    def __init__(self, faults: Sequence[MetadataFault]) -> None:
        lines = [f"{fault.field} : {fault.expected} (reçu : {fault.received})" for fault in faults]
        super().__init__(
            "Les métadonnées ne respectent pas le profil français : " + " ; ".join(lines) + ".",
            expected=" ; ".join(f"{fault.field} : {fault.expected}" for fault in faults),
            received=" ; ".join(f"{fault.field} : {fault.received}" for fault in faults),
            reference=" ; ".join(dict.fromkeys(fault.reference for fault in faults)),
            next_step="corrigez chacun de ces champs avant l'envoi",
        )
        self.faults = tuple(faults)


def require_submittable(submission_set: SubmissionSet, entries: Sequence[DocumentEntry]) -> None:
    """Do nothing when a submission may be sent.

    Raises:
        ProfileViolation: with every fault of the set and of its documents.
    """
    faults = list(submission_set_faults(submission_set))
    if not entries:
        faults.append(MetadataFault("documents", "au moins un document", "aucun", "IHE ITI-41"))
    for rank, entry in enumerate(entries, 1):
        faults += (_located(fault, rank) for fault in document_entry_faults(entry))
    _require_none(faults)


def require_submission_set(submission_set: SubmissionSet) -> None:
    """Do nothing when this submission set may be sent.

    Raises:
        ProfileViolation: with every fault.
    """
    _require_none(list(submission_set_faults(submission_set)))


def _require_none(faults: list[MetadataFault]) -> None:
    if faults:
        raise ProfileViolation(faults)


def _located(fault: MetadataFault, rank: int) -> MetadataFault:
    return MetadataFault(f"document {rank}, {fault.field}", fault.expected, fault.received, fault.reference)


_ENTRY = "PDSm, DocumentEntry"
_SET = "PDSm, SubmissionSet"

_REQUIRED_OF_ENTRY = (
    "mime_type", "language_code", "creation_time", "service_start_time", "title", "authors", "legal_authenticator",
    "patient_id", "source_patient_id", "unique_id", "class_code", "type_code", "format_code", "facility_type",
    "practice_setting", "confidentiality_codes",
)  # fmt: skip
_REQUIRED_OF_SET = ("submission_time", "patient_id", "source_id", "unique_id", "content_type", "authors")

# Field → value set, when the code is what matters.
_CODES_OF_ENTRY = {
    "class_code": ValueSetName.CLASS_CODE,
    "type_code": ValueSetName.TYPE_CODE,
    "format_code": ValueSetName.FORMAT_CODE,
    "facility_type": ValueSetName.FACILITY_TYPE,
    "practice_setting": ValueSetName.PRACTICE_SETTING,
}


def document_entry_faults(entry: DocumentEntry) -> Iterator[MetadataFault]:
    """Every fault of an entry about to be submitted (required metadata, forms, codes)."""
    yield from _absent(entry, _REQUIRED_OF_ENTRY, _ENTRY)
    yield from _forms(entry.patient_id, entry.unique_id, _ENTRY)
    yield from _author_faults(entry.authors, _ENTRY)
    for field, name in _CODES_OF_ENTRY.items():
        yield from _unknown_code(field, getattr(entry, field), name)
    yield from _confidentiality_faults(entry.confidentiality_codes)
    if entry.service_start_time and entry.service_stop_time and entry.service_stop_time < entry.service_start_time:
        yield MetadataFault("service_stop_time", "une date après service_start_time", "une date antérieure", _ENTRY)


def submission_set_faults(submission_set: SubmissionSet) -> Iterator[MetadataFault]:
    """Every fault of a submission set about to be sent."""
    yield from _absent(submission_set, _REQUIRED_OF_SET, _SET)
    yield from _forms(submission_set.patient_id, submission_set.unique_id, _SET)
    if submission_set.source_id and not _OID.fullmatch(submission_set.source_id):
        yield MetadataFault("source_id", "un OID", submission_set.source_id, _SET)
    if len(submission_set.authors) > 1:
        yield MetadataFault("authors", "un seul auteur", f"{len(submission_set.authors)} auteurs", _SET)
    yield from _author_faults(submission_set.authors, _SET)
    yield from _unknown_code("content_type", submission_set.content_type, ValueSetName.CONTENT_TYPE)


def _absent(item: DocumentEntry | SubmissionSet, fields: Iterable[str], reference: str) -> Iterator[MetadataFault]:
    return (
        MetadataFault(field, "une valeur, obligatoire", "aucune", reference)
        for field in fields
        if getattr(item, field) in (None, "", ())
    )


def _forms(patient_id: str, unique_id: str, reference: str) -> Iterator[MetadataFault]:
    if patient_id and not _INS.fullmatch(patient_id):
        yield MetadataFault("patient_id", "<INS>^^^&<OID>&ISO^NH", "une autre forme", reference)
    if unique_id and not (_OID.fullmatch(unique_id) and len(unique_id) <= 64):
        yield MetadataFault("unique_id", "un OID d'au plus 64 caractères", unique_id, reference)


def _author_faults(authors: Sequence[Author], reference: str) -> Iterator[MetadataFault]:
    return (
        MetadataFault(f"authors[{rank}].person", "un XCN, obligatoire", "aucun", reference)
        for rank, author in enumerate(authors)
        if not author.person
    )


def _unknown_code(field: str, coded: Coded | None, name: ValueSetName) -> Iterator[MetadataFault]:
    if coded is None:
        return
    known = value_set(name)
    # Some codes are published without their code system: any is then accepted.
    if coded not in known and Coded(coded.code, "") not in known:
        yield MetadataFault(field, f"un code de {known.name}", f"{coded.code} ({coded.code_system})", known.name)


def _confidentiality_faults(codes: Sequence[Coded]) -> Iterator[MetadataFault]:
    """JDV_J58: exactly one level (N, R or V) and up to three visibility codes, each once."""
    for coded in codes:
        yield from _unknown_code("confidentiality_codes", coded, ValueSetName.CONFIDENTIALITY)
    levels = [coded.code for coded in codes if coded.code_system == _LEVELS_SYSTEM]
    if codes and len(levels) != 1:
        received = ", ".join(levels) or "aucun"
        yield MetadataFault("confidentiality_codes", "exactement un niveau N, R ou V", received, "JDV_J58")
    masks = [coded.code for coded in codes if coded.code_system == CONFIDENTIALITY_SYSTEM]
    if len(masks) != len(set(masks)):
        yield MetadataFault("confidentiality_codes", "chaque code une fois", ", ".join(masks), "JDV_J58")
