"""Reads the CDA R2 header. A missing element is an empty value, never an error: the document must be shown (EX_3.1-1050)."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.cda.elements import (
    attribute,
    coded,
    find,
    find_all,
    identifier,
    identifiers,
    text,
    timestamp,
)
from tramontane.dmp.cda.timestamps import UNSAID, Timestamp
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
from tramontane.dmp.xml import text_of


def read_header(document: etree._Element) -> Header:
    """The header of a `ClinicalDocument` element."""
    return Header(
        identifier=identifier(find(document, "id")) or Identifier(""),
        type=coded(document, "code") or Coded("", ""),
        title=text(document, "title"),
        created_at=timestamp(document, "effectiveTime"),
        patient=_patient(find(document, "recordTarget/patientRole")),
        authors=tuple(_author(author) for author in find_all(document, "author")),
        custodian=_organization(find(document, "custodian/assignedCustodian/representedCustodianOrganization")),
        legal_authenticator=_authenticator(find(document, "legalAuthenticator")),
        confidentiality=coded(document, "confidentialityCode"),
        language=attribute(document, "languageCode", "code"),
        set_id=identifier(find(document, "setId")),
        version=_version(attribute(document, "versionNumber", "value")),
        service_events=tuple(_service_event(one) for one in find_all(document, "documentationOf/serviceEvent")),
        encounter=_encounter(find(document, "componentOf/encompassingEncounter")),
        replaces=_replaced(document),
        template_ids=identifiers(document, "templateId"),
    )


def _version(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _replaced(document: etree._Element) -> tuple[Identifier, ...]:
    related = (one for one in find_all(document, "relatedDocument") if one.get("typeCode") == "RPLC")
    return tuple(parent for one in related for parent in identifiers(one, "parentDocument/id"))


def _patient(role: etree._Element | None) -> Patient:
    person = find(role, "patient")
    families = find_all(person, "name/family")
    # BR: birth name. CL (current official samples) or SP (older ones): the name in use.
    named = {family.get("qualifier", ""): " ".join(text_of(family).split()) for family in reversed(families)}
    return Patient(
        identifiers=identifiers(role, "id"),
        birth_name=named.get("BR", named.get("", "")),
        given=text(person, "name/given"),
        used_name=named.get("CL", named.get("SP", "")),
        gender=attribute(person, "administrativeGenderCode", "code"),
        birth_date=timestamp(person, "birthTime"),
    )


def _author(author: etree._Element) -> Participant:
    assigned = find(author, "assignedAuthor")
    return _participant(assigned, timestamp(author, "time"), "representedOrganization")


def _authenticator(authenticator: etree._Element | None) -> Participant | None:
    if authenticator is None:
        return None
    entity = find(authenticator, "assignedEntity")
    return _participant(entity, timestamp(authenticator, "time"), "representedOrganization")


def _participant(entity: etree._Element | None, at: Timestamp, organization: str) -> Participant:
    return Participant(
        identifier=next(iter(identifiers(entity, "id")), None),
        family=text(entity, "assignedPerson/name/family"),
        given=text(entity, "assignedPerson/name/given"),
        at=at,
        speciality=coded(entity, "code"),
        organization=_organization(find(entity, organization)),
        software=text(entity, "assignedAuthoringDevice/softwareName"),
    )


def _organization(element: etree._Element | None) -> Organization | None:
    found = Organization(next(iter(identifiers(element, "id")), None), text(element, "name"))
    return None if found == Organization() else found


def _service_event(event: etree._Element) -> ServiceEvent:
    performer = find(event, "performer/assignedEntity")
    return ServiceEvent(
        start=timestamp(event, "effectiveTime/low") or timestamp(event, "effectiveTime"),
        end=timestamp(event, "effectiveTime/high"),
        code=coded(event, "code"),
        performer=None if performer is None else _participant(performer, UNSAID, "representedOrganization"),
        practice_setting=coded(performer, "representedOrganization/standardIndustryClassCode"),
    )


def _encounter(encounter: etree._Element | None) -> Encounter | None:
    if encounter is None:
        return None
    facility = find(encounter, "location/healthCareFacility")
    return Encounter(
        start=timestamp(encounter, "effectiveTime/low"),
        end=timestamp(encounter, "effectiveTime/high"),
        facility=next(iter(identifiers(facility, "id")), None),
        facility_type=coded(facility, "code"),
    )
