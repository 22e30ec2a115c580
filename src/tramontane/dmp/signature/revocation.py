"""Certificate revocation lists, read once into sets: a look-up costs the same with 20,000 entries as with one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One usable list of one issuer: its dates (UTC) and the serial numbers it revokes."""

    this_update: datetime
    next_update: datetime
    serials: frozenset[int]

    def is_fresh(self, at: datetime) -> bool:
        """Whether `at` lies between its issue and the date its successor is due."""
        return self.this_update <= at <= self.next_update


def lists_of(issuer: x509.Certificate, crls: Iterable[x509.CertificateRevocationList]) -> tuple[RevocationList, ...]:
    """The lists that `issuer` really signed, most recent first.

    Left out (RFC 5280 §5.2, §6.3.3): another signer, an issuer without cRLSign, no nextUpdate, and any critical
    extension, which announces a partial, indirect or delta list that a plain look-up would misread.
    """
    if not _may_sign_lists(issuer):
        return ()
    mine = (crl for crl in crls if crl.issuer == issuer.subject and _is_plain(crl) and _signed_by(crl, issuer))
    return tuple(sorted(map(_read, mine), key=lambda entry: entry.this_update, reverse=True))


def _read(crl: x509.CertificateRevocationList) -> RevocationList:
    assert crl.next_update_utc is not None, "plain lists have a nextUpdate"
    return RevocationList(crl.last_update_utc, crl.next_update_utc, frozenset(entry.serial_number for entry in crl))


def _is_plain(crl: x509.CertificateRevocationList) -> bool:
    return crl.next_update_utc is not None and not any(extension.critical for extension in crl.extensions)


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # other key types: TypeError
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return False
