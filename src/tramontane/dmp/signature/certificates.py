"""Whether a certificate may be trusted for a purpose, in five numbered steps.

Path building and RFC 5280 constraints are `cryptography`'s verifier (41 µs, written against x509-limbo). It knows
neither the purpose as IGC-Santé defines it nor revocation, off by default in every implementation tried:
those steps are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.x509 import verification

from tramontane.dmp.signature.profiles import (
    CertificateDescription,
    CertificateUsage,
    describe,
    same_name,
    usages,
)
from tramontane.dmp.signature.revocation import RevocationList, lists_of
from tramontane.dmp.verdicts import Outcome, Verdict

__all__ = ["CertificateDescription", "CertificateUsage", "TrustStore", "describe", "same_name", "usages"]

_DEPTH = 4  # intermediates; IGC-Santé has one
_CA_POLICY = verification.ExtensionPolicy.webpki_defaults_ca()
# The leaf's purpose is step 1: the web PKI's demands (subjectAltName…) do not fit organisation certificates.
_LEAF_POLICY = verification.ExtensionPolicy.permit_all()
_IGC_SANTE = "IGC-Santé, profils ORG_AUTH_CLI, ORG_SIGN et SSL serveur"
_RENEW = "installez une CRL à jour de chaque autorité de la chaîne, racine comprise"


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Whom we trust, and what they have revoked.

    Attributes:
        anchors: trusted root certificates.
        intermediates: authorities that may link a certificate to an anchor; trusted only through their own signature.
        crls: one fresh list per authority of the chain, root included.
        require_crl: whether a store without any list refuses everything (fail closed, the default). Lists that are
            held are always used; without any and with False, steps 4 and 5 are absent from the verdicts.
    """

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    require_crl: bool = True
    _store: verification.Store = field(init=False, repr=False, compare=False)
    _lists: dict[x509.Certificate, tuple[RevocationList, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError when there is no anchor: trusting nobody is never what was meant."""
        authorities = (*self.anchors, *self.intermediates)
        object.__setattr__(self, "_store", verification.Store(list(self.anchors)))
        object.__setattr__(self, "_lists", {issuer: lists_of(issuer, self.crls) for issuer in authorities})

    def check(self, certificate: x509.Certificate, *, at: datetime, usage: CertificateUsage) -> tuple[Verdict, ...]:
        """Judge `certificate` for `usage` at `at` (aware).

        Steps: 1 purpose, 2 validity dates, 3 chain to an anchor, 4 a fresh CRL of each issuer, 5 not revoked.
        4 and 5 are not run when the chain is unknown.
        """
        chain, refusal = self._chain(certificate, at)
        verdicts = (
            _purpose(certificate, usage),
            _validity(certificate, at),
            self._chained(certificate, refusal),
        )
        if not self.crls and not self.require_crl:
            return verdicts
        return (*verdicts, self._listed(chain, at), self._unrevoked(chain, at))

    def _chain(self, certificate: x509.Certificate, at: datetime) -> tuple[tuple[x509.Certificate, ...], str]:
        """From leaf to anchor, or nothing and the reason. An expired leaf is step 2: its chain is judged in its time."""
        instant = min(max(at, certificate.not_valid_before_utc), certificate.not_valid_after_utc)
        verifier = (
            verification.PolicyBuilder()
            .store(self._store)
            .time(instant)
            .max_chain_depth(_DEPTH)
            .extension_policies(ca_policy=_CA_POLICY, ee_policy=_LEAF_POLICY)
            .build_client_verifier()
        )
        try:
            return tuple(verifier.verify(certificate, list(self.intermediates)).chain), ""
        except verification.VerificationError as error:
            return (), _reason(str(error))

    def _chained(self, certificate: x509.Certificate, refusal: str) -> Verdict:
        namesakes = any(issuer.subject == certificate.issuer for issuer in self._lists)
        return Verdict(
            3,
            "certificat-chaine",
            "La chaîne remonte à une autorité de confiance",
            Outcome.FAILED if refusal else Outcome.PASSED,
            expected="une signature valable de chaque émetteur jusqu'à une racine configurée",
            received=f"émis par {certificate.issuer.rfc4514_string()} : {refusal}" if refusal else "chaîne complète",
            reference="RFC 5280 §6.1",
            next_step=_chain_advice(namesakes=namesakes) if refusal else "",
        )

    def _listed(self, chain: tuple[x509.Certificate, ...], at: datetime) -> Verdict:
        missing = [issuer for issuer in chain[1:] if self._fresh(issuer, at) is None]
        names = " ; ".join(issuer.subject.rfc4514_string() for issuer in missing)
        return Verdict(
            4,
            "certificat-crl",
            "Une liste de révocation à jour est disponible pour chaque émetteur",
            Outcome.NOT_RUN if not chain else Outcome.FAILED if missing else Outcome.PASSED,
            expected="une CRL complète, signée par l'émetteur, non échue",
            received=f"aucune CRL utilisable pour {names}" if missing else "",
            reference="RFC 5280 §6.3",
            next_step=_RENEW if missing else "",
        )

    def _unrevoked(self, chain: tuple[x509.Certificate, ...], at: datetime) -> Verdict:
        pairs = [(subject, self._fresh(issuer, at)) for subject, issuer in pairwise(chain)]
        revoked = [subject for subject, crl in pairs if crl and subject.serial_number in crl.serials]
        unknown = not pairs or any(crl is None for _, crl in pairs)
        names = " ; ".join(f"{subject.subject.rfc4514_string()} (n° {subject.serial_number:x})" for subject in revoked)
        return Verdict(
            5,
            "certificat-revocation",
            "Ni le certificat ni ses autorités ne sont révoqués",
            Outcome.FAILED if revoked else Outcome.NOT_RUN if unknown else Outcome.PASSED,
            expected="numéro de série absent de la CRL de l'émetteur",
            received=f"révoqué : {names}" if revoked else "",
            reference="RFC 5280 §6.3.3",
            next_step="demandez un nouveau certificat à l'ANS et retirez celui-ci" if revoked else "",
        )

    def _fresh(self, issuer: x509.Certificate, at: datetime) -> RevocationList | None:
        return next((crl for crl in self._lists[issuer] if crl.is_fresh(at)), None)


def _purpose(certificate: x509.Certificate, usage: CertificateUsage) -> Verdict:
    found = usages(certificate)
    received = ", ".join(sorted(found)) or CertificateUsage.UNSUITABLE.value
    return Verdict(
        1,
        "certificat-usage",
        "Le certificat est fait pour cet usage",
        Outcome.PASSED if usage in found else Outcome.FAILED,
        expected=usage.value,
        received=received,
        location="keyUsage, extendedKeyUsage, basicConstraints",
        reference=_IGC_SANTE,
        next_step="" if usage in found else f"présentez le certificat d'usage « {usage.value} »",
    )


def _validity(certificate: x509.Certificate, at: datetime) -> Verdict:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    valid = first <= at <= last
    advice = (
        "vérifiez l'horloge ou attendez la date de début" if at < first else "renouvelez le certificat auprès de l'ANS"
    )
    return Verdict(
        2,
        "certificat-validite",
        "Le certificat est en cours de validité",
        Outcome.PASSED if valid else Outcome.FAILED,
        expected=f"du {first:%Y-%m-%d %H:%M:%S} au {last:%Y-%m-%d %H:%M:%S} UTC",
        received=f"instant du contrôle : {at:%Y-%m-%d %H:%M:%S %Z}",
        location="validity",
        reference="RFC 5280 §4.1.2.5",
        next_step="" if valid else advice,
    )


def _reason(error: str) -> str:
    """The verifier's sentence without its dump of the certificate."""
    return error.removeprefix("validation failed: ").split(" (encountered processing", 1)[0]


def _chain_advice(*, namesakes: bool) -> str:
    if namesakes:
        return (
            "une autorité connue porte ce nom mais n'a pas signé ce certificat valablement : "
            "certificat contrefait, clé d'autorité renouvelée, ou contrainte de l'autorité non respectée"
        )
    return "ajoutez l'autorité intermédiaire manquante, ou refusez ce certificat : son émetteur est inconnu"
