"""Checks 1 to 3, on bytes alone: the TLS certificate, the addressing headers, the VIHF.

Numbers are those of the whole list (`judge.checks`): each sub-verdict carries the number of the check it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from tramontane.dmp import soap, vihf
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.signature.certificates import CertificateDescription, CertificateUsage, TrustStore, describe
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national.policy import Policy

TLS, ADDRESSING, VIHF = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Identification:
    """Who calls, as far as bytes can tell.

    Attributes:
        certificate: the TLS certificate, whatever its verdict; None when there was none.
        envelope: None when the message is no SOAP envelope.
        verified: the VIHF, only when every verdict passed.
    """

    verdicts: tuple[Verdict, ...]
    certificate: CertificateDescription | None
    envelope: soap.Envelope | None
    verified: vihf.VerifiedVihf | None


def identify(message: bytes, certificate: x509.Certificate | None, policy: Policy, *, at: datetime) -> Identification:
    """Judge a message whose sender is not known yet. `at` is the instant of reception, aware."""
    trust = policy.trust()
    envelope, addressing = _addressing(message)
    verification = vihf.verify(message, _verification_policy(policy, trust), at=at)
    verdicts = (
        *_certificate(certificate, trust, at),
        addressing,
        *_vihf_numbered(verification.verdicts),
    )
    passed = all(verdict.outcome is Outcome.PASSED for verdict in verdicts)
    return Identification(
        verdicts=verdicts,
        certificate=describe(certificate) if certificate else None,
        envelope=envelope,
        verified=verification.vihf if passed else None,
    )


def _certificate(certificate: x509.Certificate | None, trust: TrustStore, at: datetime) -> tuple[Verdict, ...]:
    present = Verdict(
        step=TLS,
        code="certificat-tls",
        title="La connexion présente un certificat client.",
        outcome=Outcome.PASSED if certificate else Outcome.FAILED,
        expected="un certificat IGC-Santé ORG_AUTH_CLI",
        received="" if certificate else "aucun",
        reference="EX_AIR-080",
        next_step="" if certificate else "présentez le certificat d'authentification de l'établissement",
    )
    if certificate is None:
        return (present,)
    checked = trust.check(certificate, at=at, usage=CertificateUsage.AUTHENTICATION)
    return (present, *(_numbered(verdict, TLS, "tls") for verdict in checked))


def _numbered(verdict: Verdict, step: int, family: str) -> Verdict:
    """The same verdict under its check's number, and a code that no other family has."""
    return replace(verdict, step=step, code=f"{family}-{verdict.code.removeprefix(family + '-')}")


def _vihf_numbered(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    if verdicts == _ALL_PASS:
        return _ALL_PASS_NUMBERED
    return tuple([_numbered(verdict, VIHF, "vihf") for verdict in verdicts])


# What nearly every token gets: numbering it again each time would cost more than judging it.
_ALL_PASS = tuple([numbered.passed for numbered in vihf.STEPS])
_ALL_PASS_NUMBERED = tuple([_numbered(verdict, VIHF, "vihf") for verdict in _ALL_PASS])


def _addressing(message: bytes) -> tuple[soap.Envelope | None, Verdict]:
    verdict = Verdict(
        step=ADDRESSING,
        code="adressage",
        title="Le message est une enveloppe SOAP avec ses en-têtes d'adressage.",
        outcome=Outcome.PASSED,
        expected="Action et MessageID",
        location="soap:Header",
        reference="WS-Addressing 1.0, SOAP Binding §6.4.2",
    )
    advice = "signalez ce défaut à l'éditeur du logiciel"
    try:
        envelope = soap.read_envelope(message)
    except MalformedMessage as error:
        # Not `adressage`: its quoted text would send the vendor after headers of a message that nobody could read.
        read = f"{error.message.rstrip('.')} ({error.received})" if error.received else error.message.rstrip(".")
        return None, replace(verdict, code="enveloppe", outcome=Outcome.FAILED, received=read, next_step=advice)
    fault = soap.addressing_fault(envelope)
    if fault is not None:
        return envelope, replace(verdict, outcome=Outcome.FAILED, received=fault.reason, next_step=advice)
    return envelope, verdict


def _verification_policy(policy: Policy, trust: TrustStore) -> vihf.VerificationPolicy:
    # TD0.4 names no patient: check 9 asks for one where the transaction needs it.
    return vihf.VerificationPolicy(
        keys=vihf.TrustedIssuers(trust),
        max_age=policy.max_age,
        clock_skew=policy.clock_skew,
        patient_required=False,
    )
