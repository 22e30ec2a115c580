"""What a DmpConnection row refers to: files, tokens, secrets, and the state of its certificates."""

from tramontane.hospital.consultations.connection.certificates import CertificateLine, CertificateReport, report
from tramontane.hospital.consultations.connection.credentials import Material, key_of, material
from tramontane.hospital.consultations.connection.testing import Finding, Verdict, findings

__all__ = [
    "CertificateLine",
    "CertificateReport",
    "Finding",
    "Material",
    "Verdict",
    "findings",
    "key_of",
    "material",
    "report",
]
