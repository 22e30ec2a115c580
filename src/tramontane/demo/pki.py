"""An IGC-Santé-like PKI that protects nothing: root, two authorities, leaves, revocation lists. For tests and demo only.

Same shapes as the real one (PKI profiles seen in DMP EX_GEN-1450: ORG_AUTH_CLI, ORG_SIGN « cachet », SSL server, CPS
signature), names that say TEST FICTIF, and private keys left lying about: hence the unsafe name.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tramontane.dmp.errors import LocalError

SANDBOX_ENVIRONMENT = "TRAMONTANE_ENV"
DEMO_PASSWORD = "demo"  # noqa: S105 (it protects nothing: the whole PKI is public)
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Profile(Enum):
    """What a leaf is made for: (key usages, extended key usages)."""

    AUTH_CLI = (("digital_signature",), (ExtendedKeyUsageOID.CLIENT_AUTH,))
    SIGN = (("digital_signature", "content_commitment"), ())
    SERVER = (("digital_signature", "key_encipherment"), (ExtendedKeyUsageOID.SERVER_AUTH,))
    NO_EKU = (("digital_signature",), ())

    @property
    def key_usages(self) -> tuple[str, ...]:
        return self.value[0]

    @property
    def extended_key_usages(self) -> tuple[ObjectIdentifier, ...]:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Subject:
    """Name of an organisation certificate, ordered C, ST, O, OU, CN as IGC-Santé writes it (protocol §1.2)."""

    common_name: str
    struct_idnat: str = "1990000010"
    organisation: str = "CENTRE HOSPITALIER FICTIF DES MONTS"
    department: str = "Rhône (69)"

    @property
    def name(self) -> x509.Name:
        return _name(
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.STATE_OR_PROVINCE_NAME, self.department),
            (NameOID.ORGANIZATION_NAME, self.organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.struct_idnat),
            (NameOID.COMMON_NAME, self.common_name),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Name of a CPS-like certificate: CN is the PS_IdNat."""

    ps_idnat: str
    surname: str
    given_name: str
    title: str = "Médecin"

    @property
    def name(self) -> x509.Name:
        return _name(
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.TITLE, self.title),
            (NameOID.COMMON_NAME, self.ps_idnat),
            (NameOID.SURNAME, self.surname),
            (NameOID.GIVEN_NAME, self.given_name),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A certificate, its private key, and the authorities between it and the root. Also a `dmp` Signer."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256, as `tramontane.dmp.signature.signer.Signer` asks."""
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @property
    def certificate_pem(self) -> bytes:
        """The certificate, then its chain."""
        return pem(self.certificate, *self.chain)

    def key_pem(self, password: str = "") -> bytes:
        encryption = (
            serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        )
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    def pkcs12(self, password: str) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            None, self.key, self.certificate, self.chain, serialization.BestAvailableEncryption(password.encode())
        )

    def __repr__(self) -> str:
        return f"Credentials({self.certificate.subject.rfc4514_string()})"


@dataclass(slots=True)
class Authority:
    """A certificate authority and what it has revoked."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    revoked: dict[int, datetime] = field(default_factory=dict)

    def crl(self, *, now: datetime, lifetime: timedelta = timedelta(days=7)) -> x509.CertificateRevocationList:
        """The list published at `now`, due again after `lifetime`."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(now + lifetime)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(_authority_key_identifier(self.certificate), critical=False)
        )
        for serial, at in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256())


class UnsafeDemoPki:
    """Root → « ÉLÉMENTAIRE ORGANISATIONS » and « PERSONNES » → leaves. Keys are fresh at each construction.

    Args:
        now: aware instant around which everything is valid: authorities for ten years, leaves for two.

    Raises:
        LocalError: TRAMONTANE_ENV is ``production``.
    """

    def __init__(self, now: datetime) -> None:
        refuse_production()
        self.now = now.replace(microsecond=0)
        self.root = self._authority("AC RACINE ELEMENTAIRE TEST FICTIF", None, path_length=1)
        self.organisations = self._authority("AC ELEMENTAIRE ORGANISATIONS TEST FICTIF", self.root, path_length=0)
        self.persons = self._authority("AC ELEMENTAIRE PERSONNES TEST FICTIF", self.root, path_length=0)

    @property
    def authorities(self) -> tuple[Authority, ...]:
        return (self.root, self.organisations, self.persons)

    @property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        return (self.root.certificate,)

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        return tuple(authority.certificate for authority in self.authorities[1:])

    def twin(self) -> UnsafeDemoPki:
        """Another PKI with the very same names and other keys: what a name-only check would accept."""
        return UnsafeDemoPki(self.now)

    def issue(
        self,
        profile: Profile,
        subject: Subject,
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        key: rsa.RSAPrivateKey | None = None,
    ) -> Credentials:
        """A leaf of the organisations authority. `key` reuses a key pair: drawing one costs 0.1 s."""
        key = key or new_key()
        validity = (not_before or self.now - timedelta(days=1), not_after or self.now + timedelta(days=730))
        builder = _leaf(profile, subject.name, validity, key.public_key())
        if profile is Profile.SERVER:
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self._signed(builder, self.organisations, key)

    def issue_to(self, public_key: rsa.RSAPublicKey, profile: Profile, subject: Subject) -> x509.Certificate:
        """A leaf for a key we do not hold, e.g. drawn inside an HSM."""
        validity = (self.now - timedelta(days=1), self.now + timedelta(days=730))
        builder = _leaf(profile, subject.name, validity, public_key)
        return _sign(builder, self.organisations.certificate, self.organisations.key)

    def issue_cps(
        self,
        person: Person,
        profile: Profile = Profile.SIGN,
        *,
        not_after: datetime | None = None,
        key: rsa.RSAPrivateKey | None = None,
    ) -> Credentials:
        """A CPS-like certificate: of signature (mode DIRECTE), or of authentication (card login)."""
        key = key or new_key()
        validity = (self.now - timedelta(days=1), not_after or self.now + timedelta(days=1095))
        return self._signed(_leaf(profile, person.name, validity, key.public_key()), self.persons, key)

    def self_signed(self, profile: Profile, subject: Subject, *, key: rsa.RSAPrivateKey | None = None) -> Credentials:
        """A leaf nobody vouches for."""
        key = key or new_key()
        validity = (self.now - timedelta(days=1), self.now + timedelta(days=730))
        builder = _leaf(profile, subject.name, validity, key.public_key()).issuer_name(subject.name)
        return Credentials(builder.sign(key, hashes.SHA256()), key, ())

    def revoke(self, certificate: x509.Certificate) -> None:
        """Put it on its authority's next list. Raises StopIteration when no authority here issued it."""
        issuer = next(a for a in self.authorities if a.certificate.subject == certificate.issuer)
        issuer.revoked[certificate.serial_number] = self.now

    def crls(
        self, *, now: datetime | None = None, lifetime: timedelta = timedelta(days=7)
    ) -> tuple[x509.CertificateRevocationList, ...]:
        """One list per authority, root included: a chain-wide check wants them all."""
        return tuple(authority.crl(now=now or self.now, lifetime=lifetime) for authority in self.authorities)

    def write(self, directory: Path, leaves: Mapping[str, Credentials], *, password: str = DEMO_PASSWORD) -> None:
        """Authorities, lists and leaves (PEM and PKCS#12) as files; private ones are readable by their owner only."""
        directory.mkdir(parents=True, exist_ok=True)
        _write(directory / "racine.pem", pem(*self.anchors))
        _write(directory / "intermediaires.pem", pem(*self.intermediates))
        _write(directory / "autorites.pem", pem(*self.anchors, *self.intermediates))
        _write(directory / "crl.pem", pem(*self.crls()))
        for name, leaf in leaves.items():
            _write(directory / f"{name}.crt.pem", leaf.certificate_pem)
            _write(directory / f"{name}.key.pem", leaf.key_pem(), private=True)
            _write(directory / f"{name}.p12", leaf.pkcs12(password), private=True)
        _write(directory / "LISEZMOI.md", _readme(leaves, password).encode())

    def _authority(self, common_name: str, issuer: Authority | None, *, path_length: int) -> Authority:
        key = new_key()
        name = _name(
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.ORGANIZATION_NAME, "TRAMONTANE - TEST FICTIF"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000"),
            (NameOID.COMMON_NAME, common_name),
        )
        validity = (self.now - timedelta(days=2), self.now + timedelta(days=3650))
        builder = (
            _blank(name, validity, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(key_usage(("key_cert_sign", "crl_sign")), critical=True)
        )
        if issuer is None:
            return Authority(builder.issuer_name(name).sign(key, hashes.SHA256()), key)
        return Authority(_sign(builder, issuer.certificate, issuer.key), key)

    def _signed(self, builder: x509.CertificateBuilder, issuer: Authority, key: rsa.RSAPrivateKey) -> Credentials:
        return Credentials(_sign(builder, issuer.certificate, issuer.key), key, (issuer.certificate,))


def refuse_production() -> None:
    """Raises LocalError when the environment says production: an unsafe double never starts there."""
    if os.environ.get(SANDBOX_ENVIRONMENT) == "production":
        raise LocalError(
            "La PKI de démonstration ne protège rien : elle ne démarre pas en production.",
            code="pki-demo-interdite",
            expected=f"{SANDBOX_ENVIRONMENT} différent de « production »",
            received="production",
            next_step="utilisez les certificats IGC-Santé de l'établissement",
        )


def new_key() -> rsa.RSAPrivateKey:
    """A fresh RSA-2048 key (about 0.1 s)."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(*items: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """The items one after the other, PEM."""
    return b"".join(item.public_bytes(serialization.Encoding.PEM) for item in items)


def _name(*attributes: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def key_usage(usages: Iterable[str]) -> x509.KeyUsage:
    """The extension with these usages, by their `cryptography` names, and no other."""
    wanted = set(usages)
    return x509.KeyUsage(**{usage: usage in wanted for usage in _KEY_USAGES})


def _authority_key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    subject_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)


def _blank(name: x509.Name, validity: tuple[datetime, datetime], key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .public_key(key)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _leaf(
    profile: Profile, name: x509.Name, validity: tuple[datetime, datetime], key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    builder = (
        _blank(name, validity, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(profile.key_usages), critical=True)
    )
    if profile.extended_key_usages:
        return builder.add_extension(x509.ExtendedKeyUsage(profile.extended_key_usages), critical=False)
    return builder


def _sign(builder: x509.CertificateBuilder, issuer: x509.Certificate, key: rsa.RSAPrivateKey) -> x509.Certificate:
    identified = builder.add_extension(_authority_key_identifier(issuer), critical=False)
    return identified.issuer_name(issuer.subject).sign(key, hashes.SHA256())


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    """The mode is set at creation: a private key is never readable by others, even for an instant."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _readme(leaves: Mapping[str, Credentials], password: str) -> str:
    lines = [f"- `{name}` : {leaf.certificate.subject.rfc4514_string()}" for name, leaf in leaves.items()]
    return "\n".join(
        [
            "# PKI de démonstration : TEST, FICTIF, sans aucune valeur",
            "",
            "Ces certificats imitent la forme de ceux de l'IGC-Santé. Leurs clés privées sont ici, en clair :",
            "ne les installez nulle part, ne leur faites jamais confiance hors de la démonstration.",
            "",
            "- `racine.pem`, `intermediaires.pem`, `autorites.pem` : les autorités",
            "- `crl.pem` : une liste de révocation par autorité, racine comprise",
            *lines,
            "",
            f"Chaque certificat existe en `.crt.pem` + `.key.pem` et en `.p12` (mot de passe : `{password}`).",
            "",
        ]
    )
