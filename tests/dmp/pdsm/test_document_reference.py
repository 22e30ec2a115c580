"""DocumentEntry → DocumentReference: each attribute at its place, what has no target absent, no identity trait."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tramontane.dmp import pdsm
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import Author, AvailabilityStatus, DocumentEntry

INS = Ins("279035121518989", InsAuthority.NIR_TEST)
WHEN = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
ENTRY = DocumentEntry(
    entry_uuid="urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1101",
    logical_id="urn:uuid:11111111-6a0e-4b0e-9e55-2f5a8d0c1101",
    version="2",
    availability_status=AvailabilityStatus.APPROVED,
    mime_type="text/xml",
    unique_id="1.2.250.1.999.1.7898.16",
    repository_unique_id="1.2.250.1.213.4.1.1.1.2",
    hash="da39a3ee5e6b4b0d3255bfef95601890afd80709",
    size=0,
    language_code="fr-FR",
    creation_time=WHEN,
    service_start_time=WHEN,
    title="CR de consultation",
    comments="Commentaire",
    patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
    source_patient_id="1234^^^&1.2.3.4&ISO^PI",
    source_patient_info=("PID-5|PATTROIS^DOMINIQUE", "PID-7|19790328", "PID-8|F"),
    authors=(
        Author(
            person="810000000017^DUPONT^ALIX^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
            institutions=("CENTRE HOSPITALIER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000028",),
            roles=("Médecin traitant",),
            specialties=("G15_10/SM26^Médecin - Qualifié en Médecine Générale (SM)^1.2.250.1.213.1.1.4.5",),
        ),
    ),
    legal_authenticator="810000000017^DUPONT^ALIX^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
    class_code=Coded("11", "1.2.250.1.213.1.1.4.1", "Synthèse"),
    type_code=Coded("11488-4", "2.16.840.1.113883.6.1", "CR de consultation"),
    format_code=Coded("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3", "PDF"),
    facility_type=Coded("SA01", "1.2.250.1.71.4.2.4", "Etablissement public de santé"),
    practice_setting=Coded("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "Etablissement de santé"),
    confidentiality_codes=(
        Coded("N", "2.16.840.1.113883.5.25", "Normal"),
        Coded("MASQUE_PS", "1.2.250.1.213.1.1.4.13", "Masqué aux professionnels de santé"),
    ),
    event_codes=(Coded("DEQP003", "1.2.250.1.213.2.5", "ECG"),),
    reference_ids=("2026-77^^^&1.2.250.1.999.5&ISO^urn:ihe:iti:xds:2013:accession",),
)


def resource(**changes: Any) -> dict[str, Any]:
    entry = msgspec.structs.replace(ENTRY, **changes)
    return pdsm.document_reference(entry, INS, resource_id="doc-1", content_url="Binary/doc-1")


def empty_values(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, one in value.items() for found in empty_values(one, f"{path}.{name}")]
    if isinstance(value, list):
        return [path] * (not value) + [found for one in value for found in empty_values(one, path)]
    return [path] if value in (None, "") else []


def test_the_whole_resource_is_the_mapping_of_the_guide():
    made = resource()
    assert made["resourceType"] == "DocumentReference"
    assert made["meta"] == {"versionId": "2"}
    assert made["masterIdentifier"] == {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.999.1.7898.16"}
    assert made["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": ENTRY.entry_uuid}]
    assert made["status"] == "current"
    assert made["type"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "11488-4",
        "display": "CR de consultation",
    }
    assert made["category"][0]["coding"][0]["system"] == "urn:oid:1.2.250.1.213.1.1.4.1"
    assert made["subject"] == {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": INS.value}}
    assert made["description"] == "Commentaire"
    assert [label["coding"][0]["code"] for label in made["securityLabel"]] == ["N", "MASQUE_PS"]
    assert made["context"]["facilityType"]["coding"][0]["code"] == "SA01"
    assert made["context"]["practiceSetting"]["coding"][0]["code"] == "ETABLISSEMENT"
    assert made["context"]["event"][0]["coding"][0]["code"] == "DEQP003"
    assert made["context"]["period"] == {"start": "2026-03-02T09:15:30Z"}


def test_the_content_is_described_with_its_hash_in_base64():
    (content,) = resource()["content"]
    assert content["attachment"] == {
        "contentType": "text/xml",
        "language": "fr-FR",
        "url": "Binary/doc-1",
        "size": 0,
        "hash": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",  # the example of MHD for an empty file
        "title": "CR de consultation",
        "creation": "2026-03-02T09:15:30Z",
    }
    assert content["format"]["code"] == "urn:ihe:iti:xds-sd:pdf:2008"


def test_the_author_is_contained_and_referred_to():
    made = resource()
    (role,) = made["contained"]
    assert made["author"] == [{"reference": f"#{role['id']}"}]
    assert role["practitioner"]["identifier"] == {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810000000017"}
    assert role["organization"]["identifier"]["value"] == "1990000028"
    assert role["code"] == [{"text": "Médecin traitant"}]
    assert role["specialty"][0]["coding"][0]["code"] == "G15_10/SM26"
    assert made["authenticator"]["display"] == "ALIX DUPONT"


def test_a_reference_identifier_keeps_its_kind_and_authority():
    (related,) = resource()["context"]["related"]
    assert related["identifier"] == {
        "type": {"coding": [{"system": "urn:ietf:rfc:3986", "code": "urn:ihe:iti:xds:2013:accession"}]},
        "system": "urn:oid:1.2.250.1.999.5",
        "value": "2026-77",
    }


@pytest.mark.parametrize(
    ("status", "expected", "archived"),
    [
        (AvailabilityStatus.APPROVED, "current", False),
        (AvailabilityStatus.ARCHIVED, "current", True),
        (AvailabilityStatus.DEPRECATED, "superseded", False),
        (AvailabilityStatus.DELETED, "entered-in-error", False),
        (None, "current", False),
    ],
)
def test_archiving_is_an_extension_and_never_changes_the_status(status, expected, archived):
    made = resource(availability_status=status)
    assert made["status"] == expected
    assert made["extension"] == [
        {
            "url": "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived",
            "valueBoolean": archived,
        }
    ]


def test_no_identity_trait_and_nothing_without_target_is_written():
    text = json.dumps(resource())
    for trait in ("PATTROIS", "DOMINIQUE", "19790328", "1234", ENTRY.logical_id, ENTRY.repository_unique_id):
        assert trait not in text


def test_a_patient_author_is_never_named():
    person = "279035121518989^PATTROIS^DOMINIQUE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"
    made = resource(authors=(Author(person=person),), legal_authenticator=person)
    assert made["contained"] == [{"resourceType": "Patient", "id": "auteur-1"}]
    assert "authenticator" not in made
    assert "PATTROIS" not in json.dumps(made)


def test_an_entry_with_nothing_gives_no_empty_element():
    made = pdsm.document_reference(
        DocumentEntry(unique_id="1.2.3"), INS, resource_id="doc-1", content_url="Binary/doc-1"
    )
    assert empty_values(made) == []
    assert made["content"] == [{"attachment": {"url": "Binary/doc-1"}}]


@pytest.mark.parametrize("text", ["zz", "abc", "", "é"])
def test_a_hash_that_is_not_hexadecimal_is_not_written(text):
    assert "hash" not in resource(hash=text)["content"][0]["attachment"]
