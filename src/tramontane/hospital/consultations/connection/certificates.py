"""The state of a legal entity's two certificates, from the files themselves (kept until a file changes)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from tramontane.dmp.errors import TramontaneError
from tramontane.hospital.consultations.connection.credentials import Material, material
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.rules.access import CertificateState


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate, for the security officer's page."""

    role: str
    subject: str
    not_after: datetime
    days_left: int
    state: CertificateState


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """Both certificates, or why they cannot be read.

    Attributes:
        state: the worst of the two; what the access rules judge.
        fault: the sentence of what cannot be read, empty otherwise.
    """

    state: CertificateState
    lines: tuple[CertificateLine, ...] = ()
    fault: str = ""


# From worst to best.
_ORDER = (
    CertificateState.MISSING,
    CertificateState.REVOKED,
    CertificateState.EXPIRED,
    CertificateState.EXPIRING,
    CertificateState.VALID,
)


def report(connection: DmpConnection | None, at: datetime) -> CertificateReport:
    """The state of the certificates of a connection at `at`."""
    if connection is None:
        return CertificateReport(CertificateState.MISSING, fault="Aucune connexion au DMP n’est configurée.")
    try:
        found = material(connection)
    except TramontaneError as error:
        return CertificateReport(CertificateState.MISSING, fault=error.explain())
    lines = (
        _line("Authentification (TLS mutuel)", found.identity.authentication.certificate, found, at),
        _line("Signature des jetons (cachet)", found.identity.signature.certificate, found, at),
    )
    return CertificateReport(min((line.state for line in lines), key=_ORDER.index), lines)


def _line(role: str, certificate: x509.Certificate, found: Material, at: datetime) -> CertificateLine:
    last = certificate.not_valid_after_utc
    return CertificateLine(
        role, certificate.subject.rfc4514_string(), last, (last - at).days, _state(certificate, found, at)
    )


def _state(certificate: x509.Certificate, found: Material, at: datetime) -> CertificateState:
    if certificate in found.revoked:
        return CertificateState.REVOKED
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return CertificateState.EXPIRED
    close = certificate.not_valid_after_utc - at <= found.identity.warning
    return CertificateState.EXPIRING if close else CertificateState.VALID
