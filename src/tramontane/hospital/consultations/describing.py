"""The words of a document's line, from its entry: kept beside it, so that a list of thousands reads no entry. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.xds import AuthorInstitution, AuthorPerson, DocumentEntry

# One letter a mark, in `KnownDocument.marks`.
FROM_PATIENT, MASKED, INVISIBLE_TO_PATIENT, INVISIBLE_TO_REPRESENTATIVES = "P", "M", "I", "R"


@dataclass(frozen=True, slots=True)
class Described:
    """What a line says of a document.

    Attributes:
        on: date of the act, else of the document; aware, UTC, shown in local time (EX_3.1-1070).
        status: URN of the availability status, empty when the DMP gave none.
        marks: letters of FROM_PATIENT, MASKED, INVISIBLE_TO_PATIENT, INVISIBLE_TO_REPRESENTATIVES.
    """

    unique_id: str
    type_code: str
    class_code: str
    title: str
    label: str
    author: str
    institution: str
    on: datetime | None
    status: str
    marks: str


def described(entry: DocumentEntry) -> Described:
    """The words of an entry."""
    return Described(
        unique_id=entry.unique_id,
        type_code=entry.type_code.code if entry.type_code else "",
        class_code=entry.class_code.code if entry.class_code else "",
        title=entry.title,
        label=label_of(entry.type_code),
        author=author_of(entry),
        institution=institution_of(entry),
        on=entry.service_start_time or entry.creation_time,
        status=entry.availability_status.value if entry.availability_status else "",
        marks="".join(letter for letter, holds in _MARKS if holds(entry)),
    )


_MARKS = (
    (FROM_PATIENT, lambda entry: entry.from_patient),
    (MASKED, lambda entry: entry.masked_to_professionals),
    (INVISIBLE_TO_PATIENT, lambda entry: entry.invisible_to_patient),
    (INVISIBLE_TO_REPRESENTATIVES, lambda entry: entry.invisible_to_legal_representatives),
)


def label_of(coded: Coded | None) -> str:
    """The type in French; an unknown one as the DMP wrote it (EX_3.1-1050)."""
    if coded is None:
        return "Type non précisé"
    return value_set(ValueSetName.TYPE_CODE).display(coded.code, coded.code_system, coded.label)


def author_of(entry: DocumentEntry) -> str:
    """The first author. A patient is never named: identity traits of the DMP are not shown (RG_0320)."""
    if entry.from_patient:
        return "Le patient"
    person = AuthorPerson.parse(entry.authors[0].person) if entry.authors else None
    if person is None or person.identifier_type == "NH":
        return "Le patient" if person else ""
    return " ".join(part for part in (person.given, person.family) if part)


def institution_of(entry: DocumentEntry) -> str:
    """The structure of the first author."""
    institutions = entry.authors[0].institutions if entry.authors else ()
    return AuthorInstitution.parse(institutions[0]).name if institutions else ""
