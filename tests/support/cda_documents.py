"""Documents the CDA tests share: a complete header, and ways to put hostile content at every place of a document."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta, timezone

from tramontane.dmp import cda
from tramontane.dmp.cda import Identifier, Organization, Participant, Timestamp
from tramontane.dmp.nomenclatures import Coded

AT = Timestamp.of(datetime(2026, 2, 20, 14, 30, tzinfo=timezone(timedelta(hours=1))))
HOSPITAL = Organization(Identifier(cda.STRUCT_IDNAT, "1990000028"), "CENTRE HOSPITALIER FICTIF")
DOCTOR = Participant(
    Identifier(cda.PS_IDNAT, "899990000012"),
    "MARTIN",
    "CAMILLE",
    AT,
    Coded("G15_10/SM26", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)"),
    HOSPITAL,
)
PATIENT = cda.Patient(
    (Identifier("1.2.250.1.213.1.4.10", "279035121518989"), Identifier("1.2.250.1.999.77.9", "000003")),
    "PAT-TROIS",
    "DOMINIQUE",
    "PAT-USAGE",
    "F",
    Timestamp("19790328"),
)
HEADER = cda.Header(
    identifier=Identifier("1.2.250.1.999.77.3.1772440000001"),
    type=Coded("34112-3", cda.LOINC, "CR hospitalier (séjour)"),
    title="Compte rendu hospitalier",
    created_at=AT,
    patient=PATIENT,
    authors=(DOCTOR, Participant(None, software="DPI EXEMPLE", at=AT)),
    custodian=HOSPITAL,
    legal_authenticator=DOCTOR,
    set_id=Identifier("1.2.250.1.999.77.4", "1"),
    version=2,
    service_events=(
        cda.ServiceEvent(
            AT,
            Timestamp("20260221"),
            Coded("ACTE", "1.2.3", "Consultation"),
            Participant(DOCTOR.identifier, "MARTIN", "CAMILLE", organization=HOSPITAL),
            Coded("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "Etablissement de santé"),
        ),
    ),
    encounter=cda.Encounter(
        Timestamp("20260212"), Timestamp("20260220"), HOSPITAL.identifier, Coded("SA01", "1.2.250.1.71.4.2.4")
    ),
    replaces=(Identifier("1.2.250.1.999.77.3.1"),),
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
NS = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def structured(narrative: str, *, title: str = "Section", entries: str = "", prolog: str = "") -> bytes:
    """A document of one section whose narrative is this markup."""
    return (
        f"{prolog}<ClinicalDocument {NS}><title>Document</title><component><structuredBody><component><section>"
        f"<title>{title}</title><text>{narrative}</text>{entries}"
        "</section></component></structuredBody></component></ClinicalDocument>"
    ).encode()


def unstructured(content: bytes | str, media_type: str = "application/pdf", attributes: str = "") -> bytes:
    """A document whose body is this file: bytes in base64, or a string as it is."""
    encoded = isinstance(content, bytes)
    text = b64encode(content).decode() if isinstance(content, bytes) else content
    representation = ' representation="B64"' if encoded else ""
    return (
        f"<ClinicalDocument {NS}><title>Document</title><component><nonXMLBody>"
        f'<text mediaType="{media_type}"{representation}{attributes}>{text}</text>'
        "</nonXMLBody></component></ClinicalDocument>"
    ).encode()


def headed(header: str) -> bytes:
    """A document whose header is this markup."""
    return (
        f"<ClinicalDocument {NS}>{header}<component><nonXMLBody><text>corps</text></nonXMLBody></component>"
        "</ClinicalDocument>"
    ).encode()


def media(identifier: str, content: bytes, media_type: str = "image/png") -> str:
    """An entry that holds an image of that ID."""
    return (
        f'<entry><observationMedia ID="{identifier}"><value mediaType="{media_type}" representation="B64">'
        f"{b64encode(content).decode()}</value></observationMedia></entry>"
    )
