"""FHIR data types from XDS ones."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tramontane.dmp.nomenclatures import Coded

Resource = dict[str, Any]
URI = "urn:ietf:rfc:3986"

# Code systems that FHIR names by URL (HL7 THO, « Using LOINC/SNOMED CT with FHIR »); any other keeps its OID.
SYSTEMS: Mapping[str, str] = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.5.25": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
}


def system(oid: str) -> str:
    """The URI of a code system or of an assigning authority."""
    return SYSTEMS.get(oid) or (f"urn:oid:{oid}" if oid[:1].isdigit() else oid)


def coding(coded: Coded) -> Resource:
    """Coding."""
    return present(system=system(coded.code_system), code=coded.code, display=coded.label)


def concept(coded: Coded) -> Resource:
    """CodeableConcept."""
    return {"coding": [coding(coded)]}


def instant(moment: datetime | None) -> str | None:
    """dateTime, in UTC: the registry keeps UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def urn(identifier: str) -> str:
    """An OID or UUID as a URN."""
    if identifier.startswith("urn:"):
        return identifier
    return f"urn:oid:{identifier}" if identifier[:1].isdigit() else identifier


def sha1(hexadecimal: str) -> str | None:
    """The hash, hexadecimal in XDS, base64 in FHIR (MHD §4.1, note on hash); None when it is not one."""
    try:
        return base64.b64encode(binascii.unhexlify(hexadecimal)).decode() or None
    except ValueError:
        return None


def present(**elements: Any) -> Resource:
    """The elements that have a value: FHIR forbids empty ones."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}
