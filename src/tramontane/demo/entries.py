"""The XDS metadata of the demo's documents, as their producers would have sent them."""

from __future__ import annotations

from tramontane.demo.documents import OID, PATIENT_ROOT, SUBMISSION_ROOT, DemoDocument
from tramontane.demo.structures import SITES
from tramontane.dmp.nomenclatures import Coded, ValueSetName, class_code_of, value_set
from tramontane.dmp.xds.hl7 import AuthorInstitution, AuthorPerson
from tramontane.dmp.xds.model import Author, DocumentEntry, SubmissionSet
from tramontane.dmp.xds.names import AvailabilityStatus

_CIM10 = "2.16.840.1.113883.6.3"


def document_entry(document: DemoDocument) -> DocumentEntry:
    """The DocumentEntry, without hash, size nor repository: those are the repository's to say."""
    kind, patient = document.kind, document.patient
    return DocumentEntry(
        entry_uuid=document.entry_uuid,
        availability_status=document.status,
        mime_type="text/xml",
        unique_id=document.unique_id,
        language_code="fr-FR",
        creation_time=document.written_at,
        service_start_time=document.act_at,
        service_stop_time=document.written_at,
        title=document.report.title,
        patient_id=patient.ins.cx,
        source_patient_id=f"{patient.ipp}^^^&{PATIENT_ROOT}&ISO^PI",
        source_patient_info=_patient_info(document),
        authors=(author(document),),
        legal_authenticator=_person(document).format(),
        class_code=class_code_of(kind.type),
        type_code=value_set(ValueSetName.TYPE_CODE).require(kind.type),
        format_code=value_set(ValueSetName.FORMAT_CODE).require(kind.format),
        facility_type=_facility(document),
        practice_setting=value_set(ValueSetName.PRACTICE_SETTING).require(kind.setting),
        confidentiality_codes=_confidentiality(document),
        event_codes=(Coded(document.story.cim10, _CIM10, document.story.label),),
    )


def submission_set(document: DemoDocument) -> SubmissionSet:
    """The SubmissionSet that brought the document."""
    content_type = value_set(ValueSetName.CONTENT_TYPE)
    return SubmissionSet(
        entry_uuid=_sibling(document.entry_uuid),
        availability_status=AvailabilityStatus.APPROVED,
        submission_time=document.submitted_at,
        title=document.report.title,
        authors=(author(document),),
        content_type=content_type.require(document.kind.activity),
        patient_id=document.patient.ins.cx,
        source_id=OID,
        unique_id=f"{SUBMISSION_ROOT}.{document.rank}",
    )


def author(document: DemoDocument) -> Author:
    """The author of the document, and of its submission."""
    if document.author is None:
        return Author(person=_person(document).format(), specialties=(_specialty(_expression()),))
    site = SITES[document.author.site]
    return Author(
        person=_person(document).format(),
        institutions=(AuthorInstitution(site.name, site.finess.struct_idnat.value).format(),),
        specialties=(_specialty(document.author.specialty),),
    )


def _person(document: DemoDocument) -> AuthorPerson:
    one, patient = document.author, document.patient
    if one is None:
        return AuthorPerson(
            patient.ins.value, patient.birth_name, patient.given_names[0], patient.ins.oid, identifier_type="NH"
        )
    assert one.rpps is not None
    return AuthorPerson(one.rpps.ps_idnat.value, one.family_name.upper(), one.given_name.upper())


def _sibling(entry_uuid: str) -> str:
    """Another identifier, as random as the first: the submission set needs its own."""
    prefix, digits = entry_uuid[:9], entry_uuid[9:]
    return f"{prefix}{digits[-8:]}{digits[8:-8]}{digits[:8]}"


def _specialty(specialty: Coded) -> str:
    return f"{specialty.code}^{specialty.label}^{specialty.code_system}"


def _expression() -> Coded:
    return value_set(ValueSetName.AUTHOR_SPECIALTY).require("EXP_PATIENT")


def _facility(document: DemoDocument) -> Coded:
    sector = SITES[document.author.site].sector if document.author else "EXP_PATIENT"
    return value_set(ValueSetName.FACILITY_TYPE).require(sector)


def _patient_info(document: DemoDocument) -> tuple[str, ...]:
    patient = document.patient
    return (
        f"PID-5|{patient.birth_name.upper()}^{patient.given_names[0].upper()}^^^^^L",
        f"PID-7|{patient.birth_date:%Y%m%d}",
        f"PID-8|{patient.sex}",
    )


def _confidentiality(document: DemoDocument) -> tuple[Coded, ...]:
    codes = value_set(ValueSetName.CONFIDENTIALITY)
    return (codes.require("N"), *((codes.require(document.visibility),) if document.visibility else ()))
