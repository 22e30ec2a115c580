"""The header of the document, as the reader sees it (EX_3.2-1030), in French."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from lxml import etree

from tramontane.dmp.cda.html import h
from tramontane.dmp.cda.values import Header, Identifier, Organization, Participant, Patient
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set

Row = tuple[str, str]


def show_header(header: Header, *, zone: tzinfo | None, show_traits: bool) -> etree._Element:
    """Title, then what is known, row by row; an unknown row is absent."""
    shown = [row for row in _rows(header, zone, show_traits=show_traits) if row[1]]
    rows = [one for name, value in shown for one in (h("dt", name), h("dd", value))]
    return h("header", h("h1", title_of(header)), h("dl", *rows))


def title_of(header: Header) -> str:
    """The document's title, or its type when it has none."""
    return header.title or type_of(header) or "Document sans titre"


def type_of(header: Header) -> str:
    """The type's official label; an unknown type is shown with its code, never refused (EX_3.1-1050)."""
    code = header.type
    return value_set(ValueSetName.TYPE_CODE).display(code.code, code.code_system, code.label) if code.code else ""


def _rows(header: Header, zone: tzinfo | None, *, show_traits: bool) -> Iterator[Row]:
    yield "Type", type_of(header)
    yield "Date du document", header.created_at.display(zone)
    for event in header.service_events:
        yield "Acte", event.code.label if event.code else ""
        yield "Date de l'acte", _period(event.start.display(zone), event.end.display(zone))
    if header.encounter:
        yield "Prise en charge", _period(header.encounter.start.display(zone), header.encounter.end.display(zone))
    yield "Patient", _patient(header.patient, zone, show_traits=show_traits)
    yield "Auteur" if len(header.authors) < 2 else "Auteurs", " ; ".join(map(_participant, header.authors))
    yield "Responsable", _participant(header.legal_authenticator) if header.legal_authenticator else ""
    yield "Conservé par", _organization(header.custodian)
    yield "Confidentialité", _confidentiality(header.confidentiality)
    yield "Version", str(header.version) if header.version else ""
    yield "Remplace", " ; ".join(identifier.unique_id for identifier in header.replaces)
    yield "Identifiant", header.identifier.unique_id


def _period(start: str, end: str) -> str:
    if not end or end == start:
        return start
    return f"du {start} au {end}" if start else f"jusqu'au {end}"


def _patient(patient: Patient, zone: tzinfo | None, *, show_traits: bool) -> str:
    """The INS masked; traits only when the application asks for them (RG_0320)."""
    ins = patient.ins
    identity = f"INS {ins.masked}" if ins else ""
    if not show_traits:
        return identity
    names = _words((patient.given, patient.used_name or patient.birth_name))
    born = patient.birth_date.display(zone)
    return ", ".join(part for part in (names, f"né(e) le {born}" if born else "", identity) if part)


def _participant(participant: Participant) -> str:
    place = _organization(participant.organization)
    role = participant.speciality.label if participant.speciality else ""
    identity = participant.name or _extension(participant.identifier)
    return ", ".join(part for part in (identity, role, place) if part)


def _organization(organization: Organization | None) -> str:
    return (organization.name or _extension(organization.identifier)) if organization else ""


def _extension(identifier: Identifier | None) -> str:
    return identifier.extension if identifier else ""


def _confidentiality(code: Coded | None) -> str:
    return value_set(ValueSetName.CONFIDENTIALITY).display(code.code, code.code_system, code.label) if code else ""


def _words(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
