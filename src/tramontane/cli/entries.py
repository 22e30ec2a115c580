"""The words a reader needs about a document of the DMP: type, author, state, day of the act."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import AuthorPerson, AvailabilityStatus, DocumentEntry

PARIS = ZoneInfo("Europe/Paris")
_STATES = {
    AvailabilityStatus.APPROVED: "",
    AvailabilityStatus.ARCHIVED: "archivé",
    AvailabilityStatus.DEPRECATED: "remplacé",
    AvailabilityStatus.DELETED: "supprimé",
}


def type_label(entry: DocumentEntry) -> str:
    """The document's type in words, unknown ones included."""
    code = entry.type_code
    return (
        value_set(ValueSetName.TYPE_CODE).display(code.code, code.code_system, code.label) if code else "type non dit"
    )


def author(entry: DocumentEntry) -> str:
    """Who wrote it: ``ROUSSEAU Alice``, and where."""
    if not entry.authors:
        return ""
    person = AuthorPerson.parse(entry.authors[0].person)
    return "déposé par le patient" if entry.from_patient else f"{person.family} {person.given}".strip()


def states(entry: DocumentEntry) -> list[str]:
    """Its state and who may not see it, in words."""
    flags = (
        (entry.masked_to_professionals, "masqué aux professionnels"),
        (entry.invisible_to_patient, "non visible du patient"),
        (entry.invisible_to_legal_representatives, "caché aux représentants légaux"),
    )
    state = _STATES.get(entry.availability_status, "") if entry.availability_status else ""
    return [word for word in (state, *(text for shown, text in flags if shown)) if word]


def act_order(entry: DocumentEntry) -> str:
    """For sorting: the instant of the act, undated ones first."""
    return entry.service_start_time.isoformat() if entry.service_start_time else ""


def act_day(entry: DocumentEntry) -> str:
    """The day of the act, in Paris."""
    return f"{entry.service_start_time.astimezone(PARIS):%d/%m/%Y}" if entry.service_start_time else "non daté"
