"""What a DmpConnection row refers to: files, tokens, secrets, and the state of its certificates."""

from tramontane.hospital.consultations.connection.certificates import CertificateLine, CertificateReport, report
from tramontane.hospital.consultations.connection.credentials import Material, key_of, material

__all__ = ["CertificateLine", "CertificateReport", "Material", "key_of", "material", "report"]
