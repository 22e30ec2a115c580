"""Reading what the user points at: a file or standard input, certificates, instants, patients."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
from cryptography import x509

from tramontane.cli.base import why
from tramontane.dmp.errors import CertificateMisuse, LocalError
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.signature import der_certificate, der_crl, pem_certificates, pem_crls

MAX_INPUT = 64 * 1024 * 1024


def read_input(path: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``.

    Raises:
        LocalError: unreadable, empty, or larger than 64 MB.
    """
    try:
        data = _standard_input().buffer.read(MAX_INPUT + 1) if path == "-" else _read_file(Path(path))
    except OSError as error:
        raise unusable(f"« {path} » ne peut pas être lu.", received=why(error)) from error
    if not data or len(data) > MAX_INPUT:
        raise unusable(f"« {path} » est vide ou trop gros.", received=f"{len(data)} octets")
    return data


def _standard_input() -> TextIO:
    if sys.stdin is None:  # closed by whoever started us
        raise unusable("L'entrée standard est fermée.", received="aucune entrée")
    return sys.stdin


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_INPUT + 1)


def unusable(message: str, *, received: str) -> LocalError:
    """The error of an input nothing can be done with."""
    return LocalError(
        message, code="entree-inutilisable", received=received, next_step="vérifiez le chemin et le contenu du fichier"
    )


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM or DER file.

    Raises:
        CertificateMisuse: none in it.
        LocalError: unreadable file.
    """
    data = read_input(str(path))
    try:
        if b"-----BEGIN" in data:
            return pem_certificates(data)
        return (der_certificate(data),)
    except ValueError as error:
        raise CertificateMisuse(
            f"« {path} » ne contient pas de certificat lisible.",
            code="certificat-illisible",
            expected="un certificat X.509 en PEM ou DER",
            received=f"{len(data)} octets d'un autre contenu",
            next_step="convertissez le certificat en PEM (openssl x509 -inform der)",
        ) from error


def read_crls(path: Path) -> tuple[x509.CertificateRevocationList, ...]:
    """The revocation lists of a PEM file, one after the other, or of a DER file.

    Raises:
        CertificateMisuse: none in it.
    """
    data = read_input(str(path))
    try:
        if b"-----BEGIN" in data:
            return pem_crls(data)
        return (der_crl(data),)
    except ValueError as error:
        raise CertificateMisuse(
            f"« {path} » ne contient pas de liste de révocation lisible.",
            code="crl-illisible",
            expected="une ou plusieurs CRL en PEM, ou une CRL en DER",
            received=f"{len(data)} octets d'un autre contenu",
            next_step="récupérez de nouveau les CRL de l'IGC-Santé",
        ) from error


class Instant(click.ParamType):
    """An instant in ISO 8601; without offset, it is UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it, or fail in French."""
        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} n'est pas un instant ISO 8601, par exemple 2026-11-20T09:41:00Z.", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


def patient(text: str, authority: InsAuthority) -> Ins:
    """The INS of an option: 15 characters, spaces allowed, or ``-`` to read it from standard input."""
    value = _standard_input().readline() if text == "-" else text
    return Ins("".join(value.split()).upper(), authority)
