"""The bytes of a document: a CDA of the French profile around a PDF, a text, or structured sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from tramontane.demo import compose, pdf
from tramontane.demo.documents import DOCUMENT_ROOT, PATIENT_ROOT, DemoDocument
from tramontane.demo.structures import HOSPITAL, SERVICES, SITES
from tramontane.demo.values import Staff
from tramontane.dmp import cda
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set

_PARIS = ZoneInfo("Europe/Paris")


def content(document: DemoDocument) -> bytes:
    """The CDA of a document. The same document always gives the same bytes."""
    return _BODIES[document.kind.body](document)


def header(document: DemoDocument, templates: tuple[cda.Identifier, ...] = cda.FRENCH_TEMPLATES) -> cda.Header:
    """The CDA header of a document."""
    author = _participant(document)
    first = document.versions[-1]
    return cda.Header(
        identifier=cda.Identifier(document.unique_id),
        type=value_set(ValueSetName.TYPE_CODE).require(document.kind.type),
        title=document.report.title,
        created_at=_stamp(document.written_at),
        patient=_patient(document),
        authors=(author,),
        custodian=author.organization or _organization_of_hospital(),
        legal_authenticator=author,
        set_id=cda.Identifier(f"{DOCUMENT_ROOT}.0.{first.rank}"),
        version=len(document.versions),
        service_events=(_service_event(document, author),),
        encounter=_encounter(document),
        replaces=(cda.Identifier(document.replaces.unique_id),) if document.replaces else (),
        template_ids=templates,
    )


def letterhead(document: DemoDocument) -> pdf.Letterhead:
    """What a reader sees around the text of a PDF."""
    patient, author = document.patient, document.author
    born = f"né{'e' if patient.sex == 'F' else ''} {patient.birth_name.upper()}"
    written = document.written_at.astimezone(_PARIS)
    place = SITES[author.site] if author else None
    service = SERVICES[author.service].name if author and author.service else ""
    names = (
        (place.name, " – ".join(filter(None, (service, place.city)))) if place else ("Document déposé par le patient",)
    )
    return pdf.Letterhead(
        establishment=names,
        patient=(
            f"{patient.display}, {born}, {patient.birth_date:%d/%m/%Y}, {patient.birth_place}, sexe {patient.sex}",
            f"Matricule INS (test) : {patient.ins.value}   IPP : {patient.ipp}",
        ),
        date_line=f"Le {written:%d/%m/%Y} à {written:%H h %M}",
        signature=_signature(author, document),
    )


def _signature(author: Staff | None, document: DemoDocument) -> tuple[str, ...]:
    if author is None:
        return (document.patient.display,)
    return (author.display, author.specialty.label, f"RPPS {author.rpps}")


def _level1_pdf(document: DemoDocument) -> bytes:
    file = pdf.render(document.report, letterhead(document))
    return cda.build_level1(header(document, cda.UNSTRUCTURED_TEMPLATES), file, "application/pdf")


def _level1_text(document: DemoDocument) -> bytes:
    lines = [document.report.title, "", *_lines(document), "", *_signature(document.author, document)]
    text = "\n".join(lines).encode()
    return cda.build_level1(header(document, cda.UNSTRUCTURED_TEMPLATES), text, "text/plain")


def _lines(document: DemoDocument) -> list[str]:
    return [
        line
        for section in document.report.sections
        for line in (section.heading, *_texts(section.content), "")
        if line or not section.heading
    ]


def _texts(content: str | tuple[str, ...] | compose.Table) -> tuple[str, ...]:
    if isinstance(content, compose.Table):
        return tuple(" ; ".join(row) for row in content.rows)
    return (content,) if isinstance(content, str) else content


def _level3(document: DemoDocument) -> bytes:
    sections = [
        cda.Section(
            section.heading or document.report.title,
            (_block(section.content),),
            Coded(section.code, cda.LOINC) if section.code else None,
        )
        for section in document.report.sections
    ]
    return cda.build_level3(header(document), sections)


def _block(content: str | tuple[str, ...] | compose.Table) -> cda.Paragraph | cda.BulletList | cda.Table:
    if isinstance(content, compose.Table):
        return cda.Table("", content.header, content.rows)
    return cda.Paragraph(content) if isinstance(content, str) else cda.BulletList(content)


_BODIES: Mapping[str, Callable[[DemoDocument], bytes]] = {
    "pdf": _level1_pdf,
    "texte": _level1_text,
    "structure": _level3,
}


def _participant(document: DemoDocument) -> cda.Participant:
    author, patient = document.author, document.patient
    at = _stamp(document.written_at)
    if author is None:
        person = cda.Identifier(patient.ins.oid, patient.ins.value)
        return cda.Participant(person, patient.birth_name, patient.given_names[0], at)
    assert author.rpps is not None
    return cda.Participant(
        cda.Identifier(cda.PS_IDNAT, author.rpps.ps_idnat.value),
        author.family_name.upper(),
        author.given_name,
        at,
        author.specialty,
        _organization(author),
    )


def _organization(author: Staff) -> cda.Organization:
    site = SITES[author.site]
    return cda.Organization(cda.Identifier(cda.STRUCT_IDNAT, site.finess.struct_idnat.value), site.name)


def _organization_of_hospital() -> cda.Organization:
    identifier = cda.Identifier(cda.STRUCT_IDNAT, HOSPITAL.finess.struct_idnat.value)
    return cda.Organization(identifier, HOSPITAL.name)


def _patient(document: DemoDocument) -> cda.Patient:
    patient = document.patient
    return cda.Patient(
        identifiers=(cda.Identifier(patient.ins.oid, patient.ins.value), cda.Identifier(PATIENT_ROOT, patient.ipp)),
        birth_name=patient.birth_name.upper(),
        given=" ".join(patient.given_names),
        used_name=patient.usage_name.upper(),
        gender=patient.sex,
        birth_date=cda.Timestamp(f"{patient.birth_date:%Y%m%d}"),
    )


def _service_event(document: DemoDocument, author: cda.Participant) -> cda.ServiceEvent:
    setting = value_set(ValueSetName.PRACTICE_SETTING).require(document.kind.setting)
    return cda.ServiceEvent(_stamp(document.act_at), _stamp(document.written_at), None, author, setting)


def _encounter(document: DemoDocument) -> cda.Encounter:
    sector = SITES[document.author.site].sector if document.author else "EXP_PATIENT"
    facility = value_set(ValueSetName.FACILITY_TYPE).require(sector)
    return cda.Encounter(_stamp(document.act_at), _stamp(document.written_at), None, facility)


def _stamp(instant: datetime) -> cda.Timestamp:
    return cda.Timestamp.of(instant.astimezone(_PARIS))
