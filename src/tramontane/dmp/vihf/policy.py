"""What a verifier requires: whose keys, how fresh, how large, which tolerances. All configuration, nothing on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tramontane.dmp.signature import (
    STRICT,
    WITH_SHA1,
    AllowList,
    CertificateUsage,
    TrustStore,
    der_certificate,
    describe,
    usages,
)
from tramontane.dmp.verdicts import Verdict, failures
from tramontane.dmp.vihf.profile import OFFICIAL_SAMPLES, WireProfile
from tramontane.dmp.xml import ENVELOPE_MARKUP, Markup

_MIN_KEY_BITS = 2048  # ANSSI, RGS annexe B1


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate read from a KeyInfo, with what every token of it asks again."""

    certificate: x509.Certificate
    public_key: rsa.RSAPublicKey
    usages: frozenset[CertificateUsage]
    subject_dn: str
    not_before: datetime
    not_after: datetime

    def is_valid(self, at: datetime) -> bool:
        return self.not_before <= at <= self.not_after


@lru_cache(maxsize=256)
def load_certificate(der: bytes) -> SigningCertificate | None:
    """The certificate of these bytes, None when it is not one, or not an RSA one of 2048 bits or more."""
    try:
        certificate = der_certificate(der)
        description, allowed = describe(certificate), usages(certificate)
    except ValueError:
        return None
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _MIN_KEY_BITS:
        return None
    return SigningCertificate(
        certificate, key, allowed, description.subject_dn, description.not_before, description.not_after
    )


@dataclass(frozen=True, slots=True)
class PinnedCertificates:
    """The very certificates allowed to sign. Revocation is the configuration's concern: remove the certificate."""

    certificates: tuple[x509.Certificate, ...]
    _encoded: frozenset[bytes] = field(init=False, repr=False, compare=False)

    def __init__(self, certificates: Iterable[x509.Certificate]) -> None:
        object.__setattr__(self, "certificates", tuple(certificates))
        encoded = frozenset(certificate.public_bytes(Encoding.DER) for certificate in self.certificates)
        object.__setattr__(self, "_encoded", encoded)

    def admits(self, der: bytes) -> bool:
        """Whether a KeyInfo certificate is, byte for byte, one of ours."""
        return der in self._encoded

    def distrust(self, certificate: x509.Certificate, at: datetime) -> Verdict | None:  # noqa: ARG002  # same face as below
        """Nothing more to ask of a certificate that was pinned."""
        return None


@dataclass(frozen=True, slots=True)
class TrustedIssuers:
    """Any certificate whose chain reaches an anchor of the store, not revoked."""

    store: TrustStore

    def admits(self, der: bytes) -> bool:  # noqa: ARG002  # same face as above
        """Any key may be tried: the signature proves nothing before `distrust` agrees."""
        return True

    def distrust(self, certificate: x509.Certificate, at: datetime) -> Verdict | None:
        """The first failed check of the store, None when the certificate is trusted at `at` (aware)."""
        return next(iter(failures(self.store.check(certificate, at=at, usage=CertificateUsage.SIGNATURE))), None)


KeyPolicy = PinnedCertificates | TrustedIssuers


@dataclass(frozen=True, slots=True)
class VerificationPolicy:
    """What a token must satisfy beyond its own form.

    Attributes:
        keys: who may sign.
        max_age: how old IssueInstant may be; no source sets it (default five minutes).
        clock_skew: tolerance on every date, in both directions.
        max_authn_age: how old AuthnInstant may be when the token is issued; None: not judged.
        max_header_bytes: size of the SOAP header, or of a bare assertion.
        max_envelope_bytes: size of the whole message part that carries the envelope.
        max_markup: tags and attributes of that part, counted before it is parsed.
        max_prefixes: namespace declarations in scope of the header; some libxml2 functions cost their square.
        max_header_nodes, max_attributes: elements in the header, attributes of one of its elements.
        accept_sha1: read rsa-sha1 and sha1 (official samples of 2019-2020), reported as a tolerance.
        tolerant: accept the deviations met in official samples and known clients, reported in `received` of a passed
            verdict; False refuses them.
        patient_required: False for a token that serves TD0.4 alone.
        profile: the spelling expected.
    """

    keys: KeyPolicy
    max_age: timedelta = timedelta(minutes=5)
    clock_skew: timedelta = timedelta(seconds=30)
    max_authn_age: timedelta | None = None
    max_header_bytes: int = 65_536
    max_envelope_bytes: int = 1_048_576
    max_markup: Markup = ENVELOPE_MARKUP
    max_prefixes: int = 256
    max_header_nodes: int = 5_000
    max_attributes: int = 32
    accept_sha1: bool = False
    tolerant: bool = True
    patient_required: bool = True
    profile: WireProfile = OFFICIAL_SAMPLES

    @property
    def algorithms(self) -> AllowList:
        return WITH_SHA1 if self.accept_sha1 else STRICT

    def is_fresh(self, issued: datetime, at: datetime) -> bool:
        """Whether a token issued then may be received at `at`."""
        return at - self.max_age - self.clock_skew <= issued <= at + self.clock_skew

    def is_past(self, logon: datetime, issued: datetime) -> bool:
        """Whether the user was logged on when the token was issued."""
        return logon <= issued + self.clock_skew

    def is_recent(self, logon: datetime, issued: datetime) -> bool:
        """Whether the user's logon was recent enough when the token was issued."""
        return self.max_authn_age is None or logon >= issued - self.max_authn_age - self.clock_skew
