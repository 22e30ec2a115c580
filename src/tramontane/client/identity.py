"""The hospital towards the DMP: one certificate opens the connection, another signs. Never one for the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from tramontane.client.keys import TlsCredentials
from tramontane.dmp.errors import CertificateMisuse
from tramontane.dmp.identity import FinessJuridique, StructIdNat
from tramontane.dmp.signature import CertificateUsage, Signer, describe, usages

_REFERENCE = "DMP EX_GEN-1450 ; IGC-Santé, profils ORG_AUTH_CLI et ORG_SIGN"
_NAMES = {
    CertificateUsage.AUTHENTICATION: "le certificat d'authentification (ORG_AUTH_CLI)",
    CertificateUsage.SIGNATURE: "le certificat de signature (« cachet » ORG_SIGN)",
    CertificateUsage.SERVER: "un certificat de serveur",
}


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A certificate that will soon stop the service."""

    usage: CertificateUsage
    not_after: datetime
    days_left: int

    @property
    def message(self) -> str:
        return f"{_capital(_NAMES[self.usage])} expire dans {self.days_left} jours, le {self.not_after:%d/%m/%Y}."


@dataclass(frozen=True, slots=True)
class HospitalIdentity:
    """The two certificates of one legal entity.

    Attributes:
        finess_juridique: the EJ both certificates must name in OU.
        authentication: opens mutual TLS.
        signature: signs the VIHF.
        other_names: further Struct_IdNat the certificates may carry instead, e.g. the SIRET; both carry the same one.
        warning: how long before expiry `check` warns.

    Raises:
        CertificateMisuse: certificates swapped, made for something else, or of another structure.
    """

    finess_juridique: FinessJuridique
    authentication: TlsCredentials
    signature: Signer
    other_names: tuple[StructIdNat, ...] = ()
    warning: timedelta = timedelta(days=60)

    def __post_init__(self) -> None:
        for usage, certificate in self._certificates():
            _require_usage(certificate, usage)
        named = [_require_structure(certificate, usage, self._allowed()) for usage, certificate in self._certificates()]
        if len(set(named)) > 1:
            raise CertificateMisuse(
                "Les deux certificats ne nomment pas la même structure.",
                code="certificats-structures-differentes",
                expected="le même identifiant de structure (OU) dans les deux certificats",
                received=" et ".join(named),
                reference=_REFERENCE,
                next_step="utilisez les deux certificats délivrés à la même entité juridique",
            )

    def check(self, *, at: datetime) -> tuple[ExpiryWarning, ...]:
        """The certificates that expire within `warning` of `at` (aware).

        Raises:
            CertificateMisuse: one has expired or is not valid yet.
        """
        warnings = (_warning(certificate, usage, at) for usage, certificate in self._certificates())
        return tuple(found for found in warnings if found.not_after - at <= self.warning)

    def _certificates(self) -> tuple[tuple[CertificateUsage, x509.Certificate], ...]:
        return (
            (CertificateUsage.AUTHENTICATION, self.authentication.certificate),
            (CertificateUsage.SIGNATURE, self.signature.certificate),
        )

    def _allowed(self) -> frozenset[str]:
        return frozenset(map(str, (self.finess_juridique.struct_idnat, *self.other_names)))


def _require_usage(certificate: x509.Certificate, usage: CertificateUsage) -> None:
    found = usages(certificate)
    if usage in found:
        return
    received = next((_NAMES[kind] for kind in _NAMES if kind in found), "un certificat inadapté")
    swapped = found & {CertificateUsage.AUTHENTICATION, CertificateUsage.SIGNATURE}
    raise CertificateMisuse(
        f"{_capital(_NAMES[usage])} est attendu ici, et {received} est fourni.",
        code="certificats-intervertis" if swapped else "certificat-usage",
        expected=_NAMES[usage],
        received=f"{received} : {certificate.subject.rfc4514_string()}",
        reference=_REFERENCE,
        next_step="échangez les deux certificats dans la configuration" if swapped else f"fournissez {_NAMES[usage]}",
    )


def _require_structure(certificate: x509.Certificate, usage: CertificateUsage, allowed: frozenset[str]) -> str:
    found = str(describe(certificate).struct_idnat or "")
    if found in allowed:
        return found
    raise CertificateMisuse(
        f"{_capital(_NAMES[usage])} n'est pas celui de cette structure.",
        code="certificat-autre-structure",
        expected=f"OU = {' ou '.join(sorted(allowed))}",
        received=f"OU = {found}" if found else "aucun identifiant de structure dans OU",
        reference="IGC-Santé, OU = 1 + FINESS juridique ou 3 + SIRET",
        next_step="utilisez le certificat délivré à cette entité juridique, ou corrigez son FINESS",
    )


def _warning(certificate: x509.Certificate, usage: CertificateUsage, at: datetime) -> ExpiryWarning:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if first <= at <= last:
        return ExpiryWarning(usage, last, (last - at).days)
    early = at < first
    raise CertificateMisuse(
        f"{_capital(_NAMES[usage])} {'n’est pas encore valable' if early else 'a expiré'}.",
        code="certificat-pas-encore-valable" if early else "certificat-expire",
        expected=f"du {first:%d/%m/%Y %H:%M} au {last:%d/%m/%Y %H:%M} UTC",
        received=f"{at:%d/%m/%Y %H:%M} ({at.tzname()})",
        reference="RFC 5280 §4.1.2.5",
        next_step="vérifiez l'horloge de la machine" if early else "renouvelez le certificat auprès de l'ANS",
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
