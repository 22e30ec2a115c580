"""Writes the CDA R2 header, its elements in the order of the CDA schema (POCD_MT000040)."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.cda.timestamps import Timestamp
from tramontane.dmp.cda.values import (
    Encounter,
    Header,
    Identifier,
    Organization,
    Participant,
    Patient,
    ServiceEvent,
)
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xml import HL7, Maker

H = Maker(HL7)
_UNKNOWN = {"nullFlavor": "UNK"}


def write_header(header: Header) -> list[etree._Element]:
    """The children of `ClinicalDocument` that come before `component`."""
    return [
        H.realmCode(code="FR"),
        H.typeId(root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *(_identifier("templateId", template) for template in header.template_ids),
        _identifier("id", header.identifier),
        write_coded("code", header.type),
        H.title(header.title),
        _time("effectiveTime", header.created_at),
        *_optional_coded("confidentialityCode", header.confidentiality),
        *([H.languageCode(code=header.language)] if header.language else []),
        *([_identifier("setId", header.set_id)] if header.set_id else []),
        *([H.versionNumber(value=str(header.version))] if header.version is not None else []),
        _record_target(header.patient),
        *(_author(author) for author in header.authors),
        *([_custodian(header.custodian)] if header.custodian else []),
        *([_legal_authenticator(header.legal_authenticator)] if header.legal_authenticator else []),
        *(_documentation_of(event) for event in header.service_events),
        *(_replaced(identifier) for identifier in header.replaces),
        *([_component_of(header.encounter)] if header.encounter else []),
    ]


def write_coded(tag: str, coded: Coded) -> etree._Element:
    """A `CE`: code, system, and label when there is one."""
    label = {"displayName": coded.label} if coded.label else {}
    return H(tag, code=coded.code, codeSystem=coded.code_system, **label)


def _optional_coded(tag: str, coded: Coded | None) -> list[etree._Element]:
    return [write_coded(tag, coded)] if coded else []


def _identifier(tag: str, identifier: Identifier | None) -> etree._Element:
    if identifier is None:
        return H(tag, _UNKNOWN)
    extension = {"extension": identifier.extension} if identifier.extension else {}
    return H(tag, root=identifier.root, **extension)


def _time(tag: str, moment: Timestamp) -> etree._Element:
    return H(tag, value=moment.value) if moment else H(tag, _UNKNOWN)


def _interval(start: Timestamp, end: Timestamp) -> etree._Element:
    return H.effectiveTime(*(_time(tag, moment) for tag, moment in (("low", start), ("high", end)) if moment))


def _record_target(patient: Patient) -> etree._Element:
    used = [H.family(patient.used_name, qualifier="CL")] if patient.used_name else []
    return H.recordTarget(
        H.patientRole(
            *(_identifier("id", identifier) for identifier in patient.identifiers),
            H.patient(
                H.name(H.family(patient.birth_name, qualifier="BR"), H.given(patient.given), *used),
                H.administrativeGenderCode(code=patient.gender, codeSystem="2.16.840.1.113883.5.1"),
                _time("birthTime", patient.birth_date),
                classCode="PSN",
            ),
        )
    )


def _author(author: Participant) -> etree._Element:
    return H.author(_time("time", author.at), H.assignedAuthor(*_participant(author)))


def _participant(participant: Participant) -> list[etree._Element]:
    """The children of an assigned author or entity, in their common order."""
    organization = participant.organization
    return [
        _identifier("id", participant.identifier),
        *_optional_coded("code", participant.speciality),
        _person(participant),
        *([_organization("representedOrganization", organization)] if organization else []),
    ]


def _person(participant: Participant) -> etree._Element:
    if participant.software:
        return H.assignedAuthoringDevice(H.softwareName(participant.software))
    return H.assignedPerson(H.name(H.family(participant.family), H.given(participant.given)))


def _organization(tag: str, organization: Organization) -> etree._Element:
    return H(tag, _identifier("id", organization.identifier), H.name(organization.name))


def _custodian(organization: Organization) -> etree._Element:
    return H.custodian(H.assignedCustodian(_organization("representedCustodianOrganization", organization)))


def _legal_authenticator(authenticator: Participant) -> etree._Element:
    return H.legalAuthenticator(
        _time("time", authenticator.at),
        H.signatureCode(code="S"),
        H.assignedEntity(*_participant(authenticator)),
    )


def _documentation_of(event: ServiceEvent) -> etree._Element:
    return H.documentationOf(
        H.serviceEvent(*_optional_coded("code", event.code), _interval(event.start, event.end), *_performer(event))
    )


def _performer(event: ServiceEvent) -> list[etree._Element]:
    if event.performer is None:
        return []
    entity = H.assignedEntity(*_participant(event.performer))
    if event.practice_setting:
        organization = entity.find(f"{{{HL7}}}representedOrganization")
        if organization is None:
            organization = H.representedOrganization()
            entity.append(organization)
        organization.append(write_coded("standardIndustryClassCode", event.practice_setting))
    return [H.performer(entity, typeCode="PRF")]


def _replaced(identifier: Identifier) -> etree._Element:
    return H.relatedDocument(H.parentDocument(_identifier("id", identifier)), typeCode="RPLC")


def _component_of(encounter: Encounter) -> etree._Element:
    facility = [_identifier("id", encounter.facility)] if encounter.facility else []
    place = [*facility, *_optional_coded("code", encounter.facility_type)]
    return H.componentOf(
        H.encompassingEncounter(
            _interval(encounter.start, encounter.end),
            *([H.location(H.healthCareFacility(*place))] if place else []),
        )
    )
