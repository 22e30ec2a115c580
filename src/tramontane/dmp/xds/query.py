"""Stored queries (ITI-18) as values, and the builders of those the DMP answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.names import AvailabilityStatus
from tramontane.dmp.xds.times import format_time, parse_time


class QueryId(StrEnum):
    """The stored queries that the DMP answers (data file `stored_queries`, those whose use was seen)."""

    FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
    FIND_DOCUMENTS_BY_REFERENCE_ID = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"
    FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
    GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
    GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
    GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"


class ReturnType(StrEnum):
    """Whole metadata, or references only (the sole one allowed outside AIR consultation, TD3.1b)."""

    LEAF_CLASS = "LeafClass"
    OBJECT_REF = "ObjectRef"


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """One parameter.

    Attributes:
        name: with its dollar, ``$XDSDocumentEntryStatus``.
        values: texts, or bare numbers (dates are numbers on the wire).
        is_list: written in parentheses; any of the values may match.
    """

    name: str
    values: tuple[str | int, ...]
    is_list: bool = False


class StoredQuery(msgspec.Struct, frozen=True, gc=False):
    """A query. A name that repeats asks for all its parameters at once (ITI-18 §3.18.4.1.2.3.5).

    Attributes:
        id: a `QueryId`, or another one, verbatim.
    """

    id: QueryId | str
    parameters: tuple[Parameter, ...] = ()
    return_type: ReturnType = ReturnType.LEAF_CLASS

    def groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The values of each parameter of that name, as texts: all groups must match, any value in a group."""
        return tuple(tuple(map(str, known.values)) for known in self.parameters if known.name == name)

    def texts(self, name: str) -> tuple[str, ...]:
        """The values of the first parameter of that name."""
        return next(iter(self.groups(name)), ())

    def text(self, name: str) -> str:
        """The first value of that name; empty when there is none."""
        return next(iter(self.texts(name)), "")

    def codes(self, name: str) -> tuple[tuple[Coded, ...], ...]:
        """Groups of ``code^^system``."""
        return tuple(tuple(map(_coded, group)) for group in self.groups(name))

    def time(self, name: str) -> datetime | None:
        """The instant, aware, in UTC; None when absent or unreadable."""
        return parse_time(self.text(name))


class Period(msgspec.Struct, frozen=True, gc=False):
    """Bounds of a date, aware; None is open. The lower one belongs to the period, the upper one does not."""

    start: datetime | None = None
    end: datetime | None = None


ALWAYS = Period()


class DocumentCriteria(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What FindDocuments filters on; empty filters nothing.

    Attributes:
        patient_id: CX, as in `Ins.cx`; empty: the patient of the VIHF (RG_3010).
        statuses: at least one (ITI-18).
        author_persons: patterns with ``%``, on the XCN.
        event_codes, confidentiality_codes: groups; all must match, any code in a group.
    """

    patient_id: str = ""
    statuses: tuple[AvailabilityStatus, ...] = (AvailabilityStatus.APPROVED,)
    class_codes: tuple[Coded, ...] = ()
    type_codes: tuple[Coded, ...] = ()
    practice_settings: tuple[Coded, ...] = ()
    facility_types: tuple[Coded, ...] = ()
    format_codes: tuple[Coded, ...] = ()
    event_codes: tuple[tuple[Coded, ...], ...] = ()
    confidentiality_codes: tuple[tuple[Coded, ...], ...] = ()
    author_persons: tuple[str, ...] = ()
    creation: Period = ALWAYS
    service_start: Period = ALWAYS
    service_stop: Period = ALWAYS


_ENTRY = "$XDSDocumentEntry"


def find_documents(criteria: DocumentCriteria, *, return_type: ReturnType = ReturnType.LEAF_CLASS) -> StoredQuery:
    """Documents by criteria."""
    return StoredQuery(QueryId.FIND_DOCUMENTS, tuple(_document_parameters(criteria)), return_type)


def find_documents_by_reference_id(
    criteria: DocumentCriteria, reference_ids: Sequence[str], *, return_type: ReturnType = ReturnType.LEAF_CLASS
) -> StoredQuery:
    """Documents that bear one of these references (CXi), e.g. ``ACC^^^&oid&ISO^urn:ihe:iti:xds:2013:accession``."""
    references = Parameter(f"{_ENTRY}ReferenceIdList", tuple(reference_ids), is_list=True)
    parameters = (*_document_parameters(criteria), references)
    return StoredQuery(QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID, parameters, return_type)


def find_submission_sets(
    patient_id: str = "",
    *,
    submitted: Period = ALWAYS,
    statuses: Sequence[AvailabilityStatus] = (AvailabilityStatus.APPROVED,),
    return_type: ReturnType = ReturnType.LEAF_CLASS,
) -> StoredQuery:
    """Submission sets, e.g. those since the last connection."""
    parameters = (
        *_single("$XDSSubmissionSetPatientId", patient_id),
        *_list("$XDSSubmissionSetStatus", statuses),
        *_period("$XDSSubmissionSetSubmissionTime", submitted),
    )
    return StoredQuery(QueryId.FIND_SUBMISSION_SETS, parameters, return_type)


def get_associations(uuids: Sequence[str]) -> StoredQuery:
    """The associations of these objects, whichever end they are."""
    return StoredQuery(QueryId.GET_ASSOCIATIONS, tuple(_list("$uuid", uuids)))


def get_documents(
    *,
    entry_uuids: Sequence[str] = (),
    unique_ids: Sequence[str] = (),
    return_type: ReturnType = ReturnType.LEAF_CLASS,
) -> StoredQuery:
    """Descriptions by entryUUID or by uniqueId."""
    return StoredQuery(QueryId.GET_DOCUMENTS, _designated(entry_uuids, unique_ids), return_type)


def get_documents_and_associations(
    *,
    entry_uuids: Sequence[str] = (),
    unique_ids: Sequence[str] = (),
    return_type: ReturnType = ReturnType.LEAF_CLASS,
) -> StoredQuery:
    """Descriptions and what links them; the DMP asks for batches of 20 (PDSm, exemples d'usage)."""
    return StoredQuery(QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS, _designated(entry_uuids, unique_ids), return_type)


def _designated(entry_uuids: Sequence[str], unique_ids: Sequence[str]) -> tuple[Parameter, ...]:
    return (*_list(f"{_ENTRY}EntryUUID", entry_uuids), *_list(f"{_ENTRY}UniqueId", unique_ids))


def _document_parameters(criteria: DocumentCriteria) -> Iterable[Parameter]:
    yield from _single(f"{_ENTRY}PatientId", criteria.patient_id)
    yield from _list(f"{_ENTRY}Status", criteria.statuses)
    yield from _period(f"{_ENTRY}CreationTime", criteria.creation)
    yield from _period(f"{_ENTRY}ServiceStartTime", criteria.service_start)
    yield from _period(f"{_ENTRY}ServiceStopTime", criteria.service_stop)
    for name, codes in (
        ("ClassCode", criteria.class_codes),
        ("TypeCode", criteria.type_codes),
        ("PracticeSettingCode", criteria.practice_settings),
        ("HealthcareFacilityTypeCode", criteria.facility_types),
        ("FormatCode", criteria.format_codes),
    ):
        yield from _list(_ENTRY + name, map(_code_text, codes))
    for name, groups in (
        ("EventCodeList", criteria.event_codes),
        ("ConfidentialityCode", criteria.confidentiality_codes),
    ):
        for group in groups:
            yield from _list(_ENTRY + name, map(_code_text, group))
    yield from _list(f"{_ENTRY}AuthorPerson", criteria.author_persons)


def _single(name: str, text: str) -> Iterable[Parameter]:
    return (Parameter(name, (text,)),) if text else ()


def _list(name: str, texts: Iterable[str]) -> Iterable[Parameter]:
    values = tuple(map(str, texts))
    return (Parameter(name, values, is_list=True),) if values else ()


def _period(name: str, period: Period) -> Iterable[Parameter]:
    for suffix, instant in (("From", period.start), ("To", period.end)):
        if instant is not None:
            yield Parameter(name + suffix, (int(format_time(instant)),))


def _code_text(coded: Coded) -> str:
    return f"{coded.code}^^{coded.code_system}"


def _coded(text: str) -> Coded:
    code, _, rest = text.partition("^")
    return Coded(code, rest.rpartition("^")[2])
