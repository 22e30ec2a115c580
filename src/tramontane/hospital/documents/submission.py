"""What is sent for a document of ours: a CDA level 1 around its file, its metadata, its submission set. Pure.

The same dispatch always gives the same bytes: a retry is the same message, and the registry can recognise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tramontane.client import Professional
from tramontane.dmp import cda, xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.identity import Ins
from tramontane.dmp.nomenclatures import Coded, ValueSetName, class_code_of, value_set
from tramontane.dmp.transactions.td2_1 import Submission, SubmittedDocument

# JDV_J60 for a CDA level 1, by what it holds.
FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
}
OTHER_FORMAT = "urn:asipSante:modelesHorsProfils:2011"
# JDV_J59 and JDV_J62: the hospital's, in an establishment.
HOSPITALISATION, ESTABLISHMENT = "03", "ETABLISSEMENT"


@dataclass(frozen=True, slots=True, repr=False)
class PatientIdentity:
    """The strict traits a CDA header carries. Nothing of them goes through `repr`."""

    ins: Ins
    birth_name: str
    given: str
    gender: str
    birth_date: str

    def __repr__(self) -> str:
        return "PatientIdentity(***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One document to send.

    Attributes:
        content: its file, a PDF or text; or a whole CDA, sent as it is.
        sender: who asked for the sending, and answers for it.
        author: who wrote it; the sender when nobody else is named.
        confidentiality: codes of JDV_J58 added to « normal ».
        at: when the sending was asked for, aware: the date of the CDA, the same at every attempt.
    """

    unique_id: str
    submission_unique_id: str
    software_oid: str
    content: bytes
    media_type: str
    type_code: str
    title: str
    act_date: datetime
    patient: PatientIdentity
    sender: Professional
    author: Professional
    site: str
    at: datetime
    confidentiality: tuple[str, ...] = ()


def sendable(content: bytes, media_type: str) -> bool:
    """Whether this file can go: what CDA level 1 holds here, or a CDA."""
    return media_type in FORMATS or _read(content) is not None


def build(outgoing: Outgoing) -> Submission:
    """The whole submission.

    Raises:
        UnknownCode: a type, sector or profession outside the value sets.
    """
    content = _content(outgoing)
    return Submission(_submission_set(outgoing), (SubmittedDocument(_entry(outgoing, content), content),))


def _content(outgoing: Outgoing) -> bytes:
    if outgoing.media_type not in FORMATS:
        return outgoing.content
    return cda.build_level1(_header(outgoing), outgoing.content, outgoing.media_type)


def _header(outgoing: Outgoing) -> cda.Header:
    patient, author = outgoing.patient, _participant(outgoing, outgoing.author)
    return cda.Header(
        identifier=cda.Identifier(outgoing.unique_id),
        type=value_set(ValueSetName.TYPE_CODE).require(outgoing.type_code),
        title=outgoing.title,
        created_at=cda.Timestamp.of(outgoing.at),
        patient=cda.Patient(
            (cda.Identifier(patient.ins.oid, patient.ins.value),),
            patient.birth_name,
            patient.given,
            gender=patient.gender,
            birth_date=cda.Timestamp(patient.birth_date),
        ),
        authors=(author,),
        custodian=author.organization,
        legal_authenticator=_participant(outgoing, outgoing.sender),
        service_events=(cda.ServiceEvent(cda.Timestamp.of(outgoing.act_date), performer=author),),
        template_ids=cda.UNSTRUCTURED_TEMPLATES,
    )


def _participant(outgoing: Outgoing, who: Professional) -> cda.Participant:
    person, structure = _person(who), who.finess_geographique.struct_idnat.value
    return cda.Participant(
        cda.Identifier(cda.PS_IDNAT, person.identifier),
        person.family,
        person.given,
        cda.Timestamp.of(outgoing.at),
        _specialty(who),
        cda.Organization(cda.Identifier(cda.STRUCT_IDNAT, structure), outgoing.site),
    )


def _person(who: Professional) -> xds.AuthorPerson:
    family, _, given = who.name.partition(" ")
    return xds.AuthorPerson(who.rpps.ps_idnat.value, family, given)


def _specialty(who: Professional) -> Coded:
    return value_set(ValueSetName.AUTHOR_SPECIALTY).require("G15_" + "/".join(role.code for role in who.roles))


def _author(outgoing: Outgoing, who: Professional) -> xds.Author:
    structure, specialty = who.finess_geographique.struct_idnat.value, _specialty(who)
    return xds.Author(
        person=_person(who).format(),
        institutions=(xds.AuthorInstitution(outgoing.site, structure).format(),),
        specialties=(f"{specialty.code}^{specialty.label}^{specialty.code_system}",),
    )


def _entry(outgoing: Outgoing, content: bytes) -> xds.DocumentEntry:
    type_code = value_set(ValueSetName.TYPE_CODE).require(outgoing.type_code)
    cx = outgoing.patient.ins.cx
    return xds.DocumentEntry(
        mime_type="text/xml",
        unique_id=outgoing.unique_id,
        language_code="fr-FR",
        creation_time=outgoing.at,
        service_start_time=outgoing.act_date,
        title=outgoing.title,
        patient_id=cx,
        source_patient_id=cx,
        authors=(_author(outgoing, outgoing.author),),
        legal_authenticator=_person(outgoing.sender).format(),
        class_code=class_code_of(type_code.code),
        type_code=type_code,
        format_code=value_set(ValueSetName.FORMAT_CODE).require(_format(outgoing, content)),
        facility_type=value_set(ValueSetName.FACILITY_TYPE).require(outgoing.sender.sector),
        practice_setting=value_set(ValueSetName.PRACTICE_SETTING).require(ESTABLISHMENT),
        confidentiality_codes=tuple(
            value_set(ValueSetName.CONFIDENTIALITY).require(code) for code in ("N", *outgoing.confidentiality)
        ),
    )


def _format(outgoing: Outgoing, content: bytes) -> str:
    embedded = cda.extract(content)
    return FORMATS.get(outgoing.media_type) or FORMATS.get(embedded.mime if embedded else "", OTHER_FORMAT)


def _submission_set(outgoing: Outgoing) -> xds.SubmissionSet:
    return xds.SubmissionSet(
        submission_time=outgoing.at,
        title=outgoing.title,
        authors=(_author(outgoing, outgoing.sender),),
        content_type=value_set(ValueSetName.CONTENT_TYPE).require(HOSPITALISATION),
        patient_id=outgoing.patient.ins.cx,
        source_id=outgoing.software_oid,
        unique_id=outgoing.submission_unique_id,
    )


def _read(content: bytes) -> cda.Document | None:
    try:
        return cda.read(content)
    except MalformedMessage:
        return None
