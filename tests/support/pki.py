"""The PKI of the tests, drawn once per process: good certificates and each bad variant of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tramontane.demo.pki import Credentials, Person, Profile, Subject, UnsafeDemoPki, new_key

FINESS_JURIDIQUE = "990000010"
OTHER_FINESS_JURIDIQUE = "990000036"
AUTH = Subject("ch-des-monts.auth.test", "1" + FINESS_JURIDIQUE)
SIGN = Subject("ch-des-monts.cachet.test", "1" + FINESS_JURIDIQUE)
SERVER = Subject("localhost", "1990000044", organisation="SI-DMP FICTIF", department="Paris (75)")


class TestPki:
    """Every certificate of the suite. Variants of one purpose share one key pair: only the certificate differs."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.demo = UnsafeDemoPki(self.now)
        self.auth = self.demo.issue(Profile.AUTH_CLI, AUTH)
        self.sign = self.demo.issue(Profile.SIGN, SIGN)
        self.server = self.demo.issue(Profile.SERVER, SERVER)
        self.auth_revoked = self._revoked(Profile.AUTH_CLI, AUTH, self.auth)
        self.sign_revoked = self._revoked(Profile.SIGN, SIGN, self.sign)
        self.server_revoked = self._revoked(Profile.SERVER, SERVER, self.server)

    @property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        return self.demo.anchors

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        return self.demo.intermediates

    @property
    def crls(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Fresh, one per authority."""
        return self.demo.crls()

    @property
    def stale_crls(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Due yesterday."""
        return self.demo.crls(now=self.now - timedelta(days=8))

    @cached_property
    def auth_expired(self) -> Credentials:
        return self._dated(Profile.AUTH_CLI, AUTH, self.auth, days=(-30, -1))

    @cached_property
    def sign_expired(self) -> Credentials:
        return self._dated(Profile.SIGN, SIGN, self.sign, days=(-30, -1))

    @cached_property
    def server_expired(self) -> Credentials:
        return self._dated(Profile.SERVER, SERVER, self.server, days=(-30, -1))

    @cached_property
    def auth_not_yet_valid(self) -> Credentials:
        return self._dated(Profile.AUTH_CLI, AUTH, self.auth, days=(1, 30))

    @cached_property
    def sign_not_yet_valid(self) -> Credentials:
        return self._dated(Profile.SIGN, SIGN, self.sign, days=(1, 30))

    @cached_property
    def twin(self) -> UnsafeDemoPki:
        """Authorities of the same names, other keys."""
        return self.demo.twin()

    @cached_property
    def auth_twin(self) -> Credentials:
        return self.twin.issue(Profile.AUTH_CLI, AUTH, key=self.auth.key)

    @cached_property
    def sign_twin(self) -> Credentials:
        return self.twin.issue(Profile.SIGN, SIGN, key=self.sign.key)

    @cached_property
    def server_twin(self) -> Credentials:
        return self.twin.issue(Profile.SERVER, SERVER, key=self.server.key)

    @cached_property
    def auth_no_eku(self) -> Credentials:
        return self.demo.issue(Profile.NO_EKU, AUTH, key=self.auth.key)

    @cached_property
    def auth_other_finess(self) -> Credentials:
        subject = Subject("autre-ch.auth.test", "1" + OTHER_FINESS_JURIDIQUE, organisation="AUTRE CH FICTIF")
        return self.demo.issue(Profile.AUTH_CLI, subject)

    @cached_property
    def sign_other_finess(self) -> Credentials:
        subject = Subject("autre-ch.cachet.test", "1" + OTHER_FINESS_JURIDIQUE, organisation="AUTRE CH FICTIF")
        return self.demo.issue(Profile.SIGN, subject)

    @cached_property
    def auth_self_signed(self) -> Credentials:
        return self.demo.self_signed(Profile.AUTH_CLI, AUTH, key=self.auth.key)

    @cached_property
    def sign_self_signed(self) -> Credentials:
        return self.demo.self_signed(Profile.SIGN, SIGN, key=self.sign.key)

    @cached_property
    def cps(self) -> Credentials:
        """CPS-like signature certificate, for mode DIRECTE."""
        return self.demo.issue_cps(Person("899900063480", "LIBRE", "MAX"))

    def _revoked(self, profile: Profile, subject: Subject, like: Credentials) -> Credentials:
        credentials = self.demo.issue(profile, subject, key=like.key)
        self.demo.revoke(credentials.certificate)
        return credentials

    def _dated(self, profile: Profile, subject: Subject, like: Credentials, *, days: tuple[int, int]) -> Credentials:
        first, last = (self.now + timedelta(days=day) for day in days)
        return self.demo.issue(profile, subject, key=like.key, not_before=first, not_after=last)


@cache
def pki() -> TestPki:
    """The PKI of this process (about one second the first time)."""
    return TestPki()


@cache
def spare_key() -> rsa.RSAPrivateKey:
    """A key pair that belongs to no certificate of `pki()`."""
    return new_key()
