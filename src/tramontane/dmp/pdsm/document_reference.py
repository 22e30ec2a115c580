"""DocumentEntry → DocumentReference.

Source: « Mapping XDS/FHIR » of the DMP's PDSm guide (ANS, 2026, first iteration) and the profile PDSm Comprehensive
DocumentReference (MHD 4.0.1). What has no target there (logicalId, repositoryUniqueId, homeCommunityId) is absent;
so are sourcePatientId and sourcePatientInfo: identity traits coming from the DMP are not shown (RG_0320).
"""

from __future__ import annotations

from collections.abc import Mapping

from tramontane.dmp.identity import Ins
from tramontane.dmp.pdsm.values import URI, Resource, coding, concept, instant, present, sha1, system, urn
from tramontane.dmp.xds import Author, AuthorInstitution, AuthorPerson, AvailabilityStatus, DocumentEntry

IS_ARCHIVED = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"
# Archiving is a status of its own in the DMP, an extension beside the status in PDSm; a deleted document is never listed.
STATUSES: Mapping[AvailabilityStatus, str] = {
    AvailabilityStatus.APPROVED: "current",
    AvailabilityStatus.ARCHIVED: "current",
    AvailabilityStatus.DEPRECATED: "superseded",
    AvailabilityStatus.DELETED: "entered-in-error",
}


def status_of(entry: DocumentEntry) -> str:
    """DocumentReference.status, which FHIR requires. Without status, as Approved: what the DMP lists unless asked."""
    return STATUSES[entry.availability_status or AvailabilityStatus.APPROVED]


def identifier_of(patient: Ins) -> Resource:
    """The INS as an Identifier."""
    return {"system": f"urn:oid:{patient.oid}", "value": patient.value}


def document_reference(entry: DocumentEntry, patient: Ins, *, resource_id: str, content_url: str) -> Resource:
    """The resource of one document.

    Args:
        resource_id: FHIR id given by the server: 1 to 64 letters, digits, ``-`` and ``.``.
        content_url: where ITI-68 gives the content.
    """
    archived = entry.availability_status is AvailabilityStatus.ARCHIVED
    contained = [_author(author, f"auteur-{rank}") for rank, author in enumerate(entry.authors, start=1)]
    return present(
        resourceType="DocumentReference",
        id=resource_id,
        meta=present(versionId=entry.version),
        contained=contained,
        extension=[{"url": IS_ARCHIVED, "valueBoolean": archived}],
        masterIdentifier={"system": URI, "value": urn(entry.unique_id)},
        identifier=[{"system": URI, "value": urn(entry.entry_uuid)}] if entry.entry_uuid else None,
        status=status_of(entry),
        type=entry.type_code and concept(entry.type_code),
        category=[concept(entry.class_code)] if entry.class_code else None,
        subject={"identifier": identifier_of(patient)},
        date=instant(entry.creation_time),
        author=[{"reference": f"#{one['id']}"} for one in contained],
        authenticator=_authenticator(entry),
        description=entry.comments,
        securityLabel=[concept(code) for code in entry.confidentiality_codes],
        content=[
            present(attachment=_attachment(entry, content_url), format=entry.format_code and coding(entry.format_code))
        ],
        context=_context(entry),
    )


def _attachment(entry: DocumentEntry, url: str) -> Resource:
    return present(
        contentType=entry.mime_type,
        language=entry.language_code,
        url=url,
        size=entry.size,
        hash=sha1(entry.hash),
        title=entry.title,
        creation=instant(entry.creation_time),
    )


def _context(entry: DocumentEntry) -> Resource:
    return present(
        event=[concept(code) for code in entry.event_codes],
        period=present(start=instant(entry.service_start_time), end=instant(entry.service_stop_time)),
        facilityType=entry.facility_type and concept(entry.facility_type),
        practiceSetting=entry.practice_setting and concept(entry.practice_setting),
        related=[_related(text) for text in entry.reference_ids],
    )


def _author(author: Author, local_id: str) -> Resource:
    """A contained PractitionerRole; a patient is never named (RG_0320), a device is only its name."""
    person = AuthorPerson.parse(author.person) if author.person else None
    if person is not None and person.identifier_type == "NH":
        return {"resourceType": "Patient", "id": local_id}
    return present(
        resourceType="PractitionerRole",
        id=local_id,
        practitioner=_practitioner(person) if person else None,
        organization=_organization(author),
        code=[{"text": role} for role in author.roles],
        specialty=[_specialty(text) for text in author.specialties],
    )


def _practitioner(person: AuthorPerson) -> Resource:
    name = " ".join(part for part in (person.given, person.family) if part)
    identifier = {"system": system(person.authority), "value": person.identifier} if person.identifier else None
    return present(identifier=identifier, display=name)


def _organization(author: Author) -> Resource | None:
    institution = AuthorInstitution.parse(author.institutions[0]) if author.institutions else None
    if institution is None:
        return None
    identifier = (
        {"system": system(institution.authority), "value": institution.identifier} if institution.identifier else None
    )
    return present(identifier=identifier, display=institution.name)


def _specialty(text: str) -> Resource:
    """`code^label^system`."""
    code, _, rest = text.partition("^")
    label, _, oid = rest.partition("^")
    return {"coding": [present(system=system(oid) if oid else None, code=code, display=label)]}


def _authenticator(entry: DocumentEntry) -> Resource | None:
    person = AuthorPerson.parse(entry.legal_authenticator) if entry.legal_authenticator else None
    return _practitioner(person) if person is not None and person.identifier_type != "NH" else None


def _related(text: str) -> Resource:
    """CXi: `id^^^&authority&ISO^type`."""
    parts = (text.split("^") + [""] * 5)[:5]
    authority = [*parts[3].split("&"), ""][1]
    kind = {"coding": [{"system": URI, "code": parts[4]}]} if parts[4] else None
    return {"identifier": present(type=kind, system=system(authority) if authority else None, value=parts[0])}
