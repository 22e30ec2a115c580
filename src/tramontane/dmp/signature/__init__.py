"""Signers, certificates and XML signature."""

from tramontane.dmp.signature.certificates import (
    CertificateDescription,
    CertificateUsage,
    TrustStore,
    describe,
    same_name,
    usages,
)
from tramontane.dmp.signature.signer import Signer

__all__ = ["CertificateDescription", "CertificateUsage", "Signer", "TrustStore", "describe", "same_name", "usages"]
