"""From a file and options to a submission (TD2.1): a CDA speaks for itself, a PDF or a text is put in one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tramontane.cli.configuration import Configuration
from tramontane.cli.inputs import read_input
from tramontane.client import DmpClient, Professional, Setting
from tramontane.dmp import cda, xds
from tramontane.dmp.errors import InvalidMetadata, MalformedMessage
from tramontane.dmp.identity import Ins
from tramontane.dmp.nomenclatures import Coded, ValueSetName, class_code_of, value_set
from tramontane.dmp.transactions.td2_1 import Submission, SubmittedDocument

# JDV_J60: what the body of the CDA is; a structured one whose model is not told is « hors profils ».
_FORMATS = {
    cda.Mime.PDF: "urn:ihe:iti:xds-sd:pdf:2008",
    cda.Mime.TEXT: "urn:ihe:iti:xds-sd:text:2008",
    cda.Mime.JPEG: "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    cda.Mime.RTF: "urn:ihe:iti-fr:xds-sd:rtf:2010",
    cda.Mime.TIFF: "urn:ihe:iti-fr:xds-sd:tiff:2010",
}
_OTHER_FORMAT = "urn:asipSante:modelesHorsProfils:2011"
_CONSULTATION = "07"  # JDV_J59


@dataclass(frozen=True, slots=True)
class Sender:
    """Who feeds, from where, with which software."""

    configuration: Configuration
    who: Professional
    site: str
    now: datetime

    @property
    def author(self) -> xds.Author:
        """The author that the DMP compares with the VIHF."""
        person, structure = self.person, self.who.finess_geographique.struct_idnat.value
        specialty = self.specialty
        return xds.Author(
            person=person.format(),
            institutions=(xds.AuthorInstitution(self.site, structure).format(),),
            specialties=(f"{specialty.code}^{specialty.label}^{specialty.code_system}",),
        )

    @property
    def person(self) -> xds.AuthorPerson:
        """The professional, as metadata name them."""
        family, _, given = self.who.name.partition(" ")
        return xds.AuthorPerson(self.who.rpps.ps_idnat.value, family, given)

    @property
    def specialty(self) -> Coded:
        """authorSpecialty (JDV_J01) of the profession and savoir-faire."""
        code = "G15_" + "/".join(role.code for role in self.who.roles)
        return value_set(ValueSetName.AUTHOR_SPECIALTY).require(code)


def submit(configuration: Configuration, key: str, patient: Ins, file: Path, said: Mapping[str, Any]) -> str:
    """Feed the file to the patient's DMP; the unique_id of its document.

    Raises:
        InvalidMetadata: an option is missing, or the CDA is another patient's.
        RemoteError, TransportError: as the client says.
    """
    sender = Sender(configuration, configuration.professional(key), configuration.site_name(key), datetime.now(UTC))
    content = _as_cda(sender, patient, read_input(str(file)), said)
    entry = _entry(sender, patient, content, said)
    submission = Submission(
        _submission_set(sender, patient, entry), (SubmittedDocument(entry, content, replaces=said["replaces"] or ""),)
    )
    setting = Setting(configuration.identity, configuration.endpoint, configuration.software)
    with DmpClient(setting) as dmp:
        dmp.submit(sender.who, patient, submission)
    return entry.unique_id


def _as_cda(sender: Sender, patient: Ins, data: bytes, said: Mapping[str, Any]) -> bytes:
    try:
        read = cda.read(data)
    except MalformedMessage:
        return cda.build_level1(_header(sender, patient, said), data, _mime(data))
    if read.header.patient.ins != patient:
        raise InvalidMetadata(
            "Ce document CDA n'est pas celui de ce patient.",
            code="cda-autre-patient",
            expected=f"l'INS {patient.masked}",
            received=read.header.patient.ins.masked if read.header.patient.ins else "aucune INS",
            next_step="vérifiez le fichier et l'INS",
        )
    return data


def _mime(data: bytes) -> str:
    return "application/pdf" if data.startswith(b"%PDF-") else "text/plain"


def _header(sender: Sender, patient: Ins, said: Mapping[str, Any]) -> cda.Header:
    wanted = {"--type": "type_code", "--titre": "title", "--nom": "birth_name", "--prenom": "given",
              "--naissance": "birth_date", "--sexe": "gender"}  # fmt: skip
    missing = [option for option, name in wanted.items() if not said[name]]
    if missing:
        raise InvalidMetadata(
            "Il manque de quoi mettre ce fichier dans un document CDA.",
            code="cda-incomplet",
            expected=", ".join(missing),
            received="aucune valeur",
            reference="CI-SIS, Structuration minimale de documents de santé",
            next_step="ajoutez ces options, ou envoyez un CDA complet",
        )
    author = _participant(sender)
    start = cda.Timestamp.of(said["act_at"] or sender.now)
    return cda.Header(
        identifier=cda.Identifier(_new_oid()),
        type=value_set(ValueSetName.TYPE_CODE).require(said["type_code"]),
        title=said["title"],
        created_at=cda.Timestamp.of(sender.now),
        patient=cda.Patient(
            (cda.Identifier(patient.oid, patient.value),),
            said["birth_name"],
            said["given"],
            gender=said["gender"],
            birth_date=cda.Timestamp(f"{said['birth_date']:%Y%m%d}"),
        ),
        authors=(author,),
        custodian=author.organization,
        legal_authenticator=author,
        service_events=(cda.ServiceEvent(start, performer=author),),
        template_ids=cda.UNSTRUCTURED_TEMPLATES,
    )


def _participant(sender: Sender) -> cda.Participant:
    structure = sender.who.finess_geographique.struct_idnat.value
    return cda.Participant(
        cda.Identifier(cda.PS_IDNAT, sender.person.identifier),
        sender.person.family,
        sender.person.given,
        cda.Timestamp.of(sender.now),
        sender.specialty,
        cda.Organization(cda.Identifier(cda.STRUCT_IDNAT, structure), sender.site),
    )


def _entry(sender: Sender, patient: Ins, content: bytes, said: Mapping[str, Any]) -> xds.DocumentEntry:
    document = cda.read(content)
    header = document.header
    type_code = value_set(ValueSetName.TYPE_CODE).require(said["type_code"] or header.type.code)
    event = header.service_events[0].start.instant if header.service_events else None
    embedded = cda.extract(content)
    return xds.DocumentEntry(
        mime_type="text/xml",
        unique_id=header.identifier.unique_id,
        language_code="fr-FR",
        creation_time=header.created_at.instant or sender.now,
        service_start_time=said["act_at"] or event or sender.now,
        title=said["title"] or header.title,
        patient_id=patient.cx,
        source_patient_id=patient.cx,
        authors=(sender.author,),
        legal_authenticator=sender.person.format(),
        class_code=class_code_of(type_code.code),
        type_code=type_code,
        format_code=value_set(ValueSetName.FORMAT_CODE).require(
            _FORMATS.get(embedded.mime, _OTHER_FORMAT) if embedded else _OTHER_FORMAT
        ),
        facility_type=value_set(ValueSetName.FACILITY_TYPE).require(sender.who.sector),
        practice_setting=value_set(ValueSetName.PRACTICE_SETTING).require("ETABLISSEMENT"),
        confidentiality_codes=_confidentiality(said["visibility"]),
    )


def _confidentiality(visibility: tuple[str, ...]) -> tuple[Coded, ...]:
    codes = value_set(ValueSetName.CONFIDENTIALITY)
    return tuple(codes.require(code) for code in ("N", *visibility))


def _submission_set(sender: Sender, patient: Ins, entry: xds.DocumentEntry) -> xds.SubmissionSet:
    return xds.SubmissionSet(
        submission_time=sender.now,
        title=entry.title,
        authors=(sender.author,),
        content_type=value_set(ValueSetName.CONTENT_TYPE).require(_CONSULTATION),
        patient_id=patient.cx,
        source_id=sender.configuration.software.oid,
        unique_id=_new_oid(),
    )


def _new_oid() -> str:
    """An OID nobody else has: 2.25 and a random UUID (ITU-T X.667)."""
    return f"2.25.{uuid.uuid4().int}"
