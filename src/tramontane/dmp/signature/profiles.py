"""What a certificate is made for, whom it names, and whether two names are the same.

Two certificates per hospital, never one for the other: ORG_AUTH_CLI opens the TLS connection, the « cachet »
ORG_SIGN signs the VIHF (DMP EX_GEN-1450). A certificate without extended key usage passes OpenSSL's default purpose
check as a TLS client: the difference is checked here, by extension.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import StructIdNat

T = TypeVar("T", bound=x509.ExtensionType)

_ALIASES = {
    "GN": NameOID.GIVEN_NAME,
    "G": NameOID.GIVEN_NAME,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "SN": NameOID.SURNAME,
    "T": NameOID.TITLE,
    "title": NameOID.TITLE,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "E": NameOID.EMAIL_ADDRESS,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_PRINTED = {
    NameOID.GIVEN_NAME: "GN",
    NameOID.SURNAME: "SN",
    NameOID.TITLE: "title",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}
_SPACED_COMMA = re.compile(r"(?<!\\),[ ]+")
_DEDICATED = {
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}


class CertificateUsage(StrEnum):
    """What a leaf certificate is made for."""

    AUTHENTICATION = "authentification"
    SIGNATURE = "signature"
    SERVER = "serveur"
    UNSUITABLE = "inadapté"


@dataclass(frozen=True, slots=True)
class CertificateDescription:
    """What a certificate says of itself; nothing here is checked.

    Attributes:
        subject_dn: RFC 4514, most specific first, GN and SN spelled as the VIHF samples do.
        struct_idnat: the structure in OU (FINESS or SIRET), None when no OU is one (a CPS, an authority).
        not_before, not_after: UTC.
        fingerprint_sha256: lower-case hexadecimal.
    """

    subject_dn: str
    struct_idnat: StructIdNat | None
    common_name: str
    usage: CertificateUsage
    serial: int
    not_before: datetime
    not_after: datetime
    fingerprint_sha256: str


def describe(certificate: x509.Certificate) -> CertificateDescription:
    """Read a certificate's identity and purpose."""
    return CertificateDescription(
        subject_dn=certificate.subject.rfc4514_string(_PRINTED),
        struct_idnat=_struct_idnat(certificate.subject),
        common_name=_first(certificate.subject, NameOID.COMMON_NAME),
        usage=_main_usage(certificate),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def usages(certificate: x509.Certificate) -> frozenset[CertificateUsage]:
    """Every purpose the extensions allow. Empty for an authority, or without keyUsage (mandatory in IGC-Santé).

    Signature: keyUsage digitalSignature or contentCommitment, and no extended usage that dedicates it to TLS.
    """
    if _is_authority(certificate):
        return frozenset()
    key_usage = _extension(certificate, x509.KeyUsage)
    extended_usage = _extension(certificate, x509.ExtendedKeyUsage)
    extended = frozenset(extended_usage) if extended_usage else frozenset()
    if key_usage is None:
        return frozenset()
    signs = key_usage.digital_signature
    allowed = {
        CertificateUsage.AUTHENTICATION: signs and ExtendedKeyUsageOID.CLIENT_AUTH in extended,
        CertificateUsage.SERVER: (signs or key_usage.key_encipherment) and ExtendedKeyUsageOID.SERVER_AUTH in extended,
        CertificateUsage.SIGNATURE: (signs or key_usage.content_commitment) and not extended & _DEDICATED,
    }
    return frozenset(usage for usage, holds in allowed.items() if holds)


def same_name(dn_a: str, dn_b: str) -> bool:
    """Whether two distinguished names hold the same RDNs, in any order.

    The official samples disagree on order and on GN/G, ST/S (KIT rewrites .NET names; the 2024 sample is reversed),
    so strings are never compared. False when either cannot be read.
    """
    try:
        return _rdns(dn_a) == _rdns(dn_b)
    except ValueError:
        return False


def _rdns(dn: str) -> Counter[x509.RelativeDistinguishedName]:
    name = x509.Name.from_rfc4514_string(_SPACED_COMMA.sub(",", dn.strip()), _ALIASES)
    if not name.rdns:
        raise ValueError("empty name")
    return Counter(name.rdns)


def _main_usage(certificate: x509.Certificate) -> CertificateUsage:
    allowed = usages(certificate)
    return next((usage for usage in CertificateUsage if usage in allowed), CertificateUsage.UNSUITABLE)


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _struct_idnat(name: x509.Name) -> StructIdNat | None:
    """IGC-Santé organisation certificates: OU = 1+FINESS or 3+SIRET (protocol §1.2)."""
    for attribute in name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        try:
            structure = StructIdNat(str(attribute.value))
        except InvalidIdentifier:
            continue
        if structure.finess or structure.siret:
            return structure
    return None


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return next((str(attribute.value) for attribute in name.get_attributes_for_oid(oid)), "")
