"""The certificates an installation refers to, one finding each: extractions, DMP (two), INSi."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings

from tramontane.client import TlsCredentials, files
from tramontane.dmp.errors import TramontaneError
from tramontane.hospital import clock
from tramontane.hospital.config.findings import Finding, Level
from tramontane.hospital.consultations.connection.certificates import report
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.patients.models import InsiConnection
from tramontane.rules.access import CertificateState

EXPIRES_SOON = timedelta(days=60)


def extraction() -> Iterator[Finding]:
    """The PKCS#12 that signs extractions of traces."""
    path = settings.ENVIRONMENT.extraction_p12
    if not path:
        yield Finding(
            Level.WARNING, "Aucun certificat ne signe les extractions de traces : le PDF dira qu’il n’est pas signé."
        )
        return
    try:
        password = settings.ENVIRONMENT.extraction_password.encode() or None
        _, certificate, _ = pkcs12.load_key_and_certificates(Path(path).read_bytes(), password)
    except (OSError, ValueError):
        yield Finding(
            Level.FAILURE,
            "Le certificat qui signe les extractions est illisible : vérifiez son chemin et son mot de passe.",
        )
        return
    if certificate is not None:
        yield _expiry("Certificat des extractions", certificate.not_valid_after_utc)


def dmp() -> Iterator[Finding]:
    """Both certificates of each connection, read as a call would read them: a wrong passphrase is seen here first."""
    for link in DmpConnection.objects.select_related("legal_entity"):
        found = report(link, clock.now())
        if found.fault:
            yield Finding(Level.FAILURE, f"{link.legal_entity.name}, connexion au DMP : {found.fault}")
        for line in found.lines:
            name = f"{link.legal_entity.name}, DMP, {line.role[0].lower()}{line.role[1:]}"
            if line.state is CertificateState.REVOKED:
                yield Finding(Level.FAILURE, f"{name} : révoqué. Demandez-en un autre à l’IGC-Santé.")
            else:
                yield _expiry(name, line.not_after)


def insi() -> Iterator[Finding]:
    """The certificate of each connection to INSi."""
    for link in InsiConnection.objects.select_related("legal_entity"):
        name = f"{link.legal_entity.name}, INSi"
        try:
            secret = files.environment_secret(link.secret_name, os.environ)
            found = files.credentials(TlsCredentials, link.authentication, secret)
            files.server_trust(link.trust_path, link.crl_path, link.revocation)
        except TramontaneError as error:
            yield Finding(Level.FAILURE, f"{name} : {error.explain()}")
        else:
            yield _expiry(f"{name}, certificat", found.certificate.not_valid_after_utc)


def _expiry(name: str, last: datetime) -> Finding:
    left = last - clock.now()
    if left <= timedelta(0):
        return Finding(Level.FAILURE, f"{name} : expiré le {last:%d/%m/%Y}.")
    sentence = f"{name} : valable encore {left.days} jours, jusqu’au {last:%d/%m/%Y}."
    return Finding(Level.WARNING if left < EXPIRES_SOON else Level.OK, sentence)
