"""Certificates and revocation lists from their bytes, read to their last field.

`cryptography` reads a name, an extension or a key when it is asked for, and each may then raise something else: what
cannot be read is refused here, with ValueError alone, and not in the middle of a verification.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

Read = TypeVar("Read", x509.Certificate, x509.CertificateRevocationList)

_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_CERTIFICATE = re.compile(rb"-----BEGIN (?:X509 )?CERTIFICATE-----.*?-----END (?:X509 )?CERTIFICATE-----", re.DOTALL)
_LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)
_END = re.compile(rb"-----END [A-Z0-9 ]+-----")


def der_certificate(data: bytes) -> x509.Certificate:
    """The certificate of these DER bytes.

    Raises:
        ValueError: not a certificate, or one with a field that cannot be read.
    """
    return _read(x509.load_der_x509_certificate, data)


def der_crl(data: bytes) -> x509.CertificateRevocationList:
    """The revocation list of these DER bytes.

    Raises:
        ValueError: not a list, or one with a field that cannot be read.
    """
    return _read(x509.load_der_x509_crl, data)


def pem_certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM file, in order; what else it holds (a key) is left aside.

    Raises:
        ValueError: none in it, a file cut short, or a certificate that cannot be read.
    """
    return tuple(_read(x509.load_pem_x509_certificate, block) for block in _blocks(_CERTIFICATE, data))


def pem_crls(data: bytes) -> tuple[x509.CertificateRevocationList, ...]:
    """Every revocation list of a PEM file, in order.

    Raises:
        ValueError: none in it, a file cut short (a list would be lost without a word), or a list that cannot be read.
    """
    return tuple(_read(x509.load_pem_x509_crl, block) for block in _blocks(_LIST, data))


def require_readable(found: x509.Certificate | x509.CertificateRevocationList) -> None:
    """Read each field now.

    Raises:
        ValueError: one of them cannot be.
    """
    try:
        _ = (found.issuer, found.extensions)
        if isinstance(found, x509.Certificate):
            _ = (found.subject, found.public_key())
    except _UNREADABLE as error:
        raise ValueError(f"unreadable: {type(error).__name__}") from error


def _blocks(form: re.Pattern[bytes], data: bytes) -> list[bytes]:
    found = form.findall(data)
    if not found:
        raise ValueError("no such PEM block")
    if data.count(b"-----BEGIN ") != len(_END.findall(data)):
        raise ValueError("a PEM block is cut short")
    return found


def _read(load: Callable[[bytes], Read], data: bytes) -> Read:
    try:
        found = load(data)
    except _UNREADABLE as error:
        raise ValueError(f"unreadable: {type(error).__name__}") from error
    require_readable(found)
    return found
