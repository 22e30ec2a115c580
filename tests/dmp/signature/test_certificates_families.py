"""Path validation by families, after x509-limbo's: each case is rebuilt here, under keys drawn for the occasion.

A case says which steps must not pass; an empty answer is an accepted certificate, so each family holds valid twins.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID, ObjectIdentifier

from support.pki import pki
from tramontane.demo.pki import key_usage, pem
from tramontane.dmp.signature import CertificateUsage, TrustStore
from tramontane.dmp.verdicts import Outcome

AUTHENTICATION, SIGNATURE, SERVER = (
    CertificateUsage.AUTHENTICATION,
    CertificateUsage.SIGNATURE,
    CertificateUsage.SERVER,
)
NOW = pki().now
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PURPOSE, VALIDITY, CHAIN, LISTS, REVOCATION = (
    "certificat-usage",
    "certificat-validite",
    "certificat-chaine",
    "certificat-crl",
    "certificat-revocation",
)
UNKNOWN_CHAIN = {CHAIN, LISTS, REVOCATION}


@cache
def key_of(name: str) -> rsa.RSAPrivateKey:
    """One key pair per name; the name says nothing else."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Spec:
    """A certificate to make. `extensions` replaces the usual ones by class; None removes one."""

    name: str
    issuer: str
    key: str
    issuer_key: str
    first: datetime = NOW - DAY
    last: datetime = NOW + DAY
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    aki_of: str = ""

    def build(self) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(dn(self.name))
            .issuer_name(dn(self.issuer))
            .public_key(key_of(self.key).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.first)
            .not_valid_after(self.last)
        )
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical=critical)
        if self.aki_of:
            aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(key_of(self.aki_of).public_key())
            builder = builder.add_extension(aki, critical=False)
        return builder.sign(key_of(self.issuer_key), hashes.SHA256())


def dn(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def ski(key: str) -> tuple[x509.ExtensionType, bool]:
    return x509.SubjectKeyIdentifier.from_public_key(key_of(key).public_key()), False


def basic(*, ca: bool, path_length: int | None = None) -> tuple[x509.ExtensionType, bool]:
    return x509.BasicConstraints(ca=ca, path_length=path_length), True


def usage(*names: str) -> tuple[x509.ExtensionType, bool]:
    return key_usage(names), True


def eku(*oids: ObjectIdentifier) -> tuple[x509.ExtensionType, bool]:
    return x509.ExtendedKeyUsage(oids), False


def authority(name: str, issuer: str, *, path_length: int | None = None, **changes: object) -> Spec:
    extensions = (ski(name), basic(ca=True, path_length=path_length), usage("key_cert_sign", "crl_sign"))
    aki_of = "" if name == issuer else issuer
    return replace(Spec(name, issuer, name, issuer, extensions=extensions, aki_of=aki_of), **changes)  # type: ignore[arg-type]


def leaf(issuer: str = "inter", *extra: tuple[x509.ExtensionType, bool], **changes: object) -> Spec:
    extensions = (ski("leaf"), basic(ca=False), *(extra or (usage("digital_signature"), eku(Eku.CLIENT_AUTH))))
    return replace(Spec("leaf", issuer, "leaf", issuer, extensions=extensions, aki_of=issuer), **changes)  # type: ignore[arg-type]


ROOT = authority("root", "root", path_length=2)
INTER = authority("inter", "root", path_length=0)
LEAF = leaf()
CrlMaker = Callable[[dict[str, x509.Certificate]], list[x509.CertificateRevocationList]]


def crl(
    issuer: str,
    *serials: int,
    key: str = "",
    first: timedelta = -DAY,
    last: timedelta = DAY,
    extension: x509.ExtensionType | None = None,
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(dn(issuer)).last_update(NOW + first).next_update(NOW + last)
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - DAY).build()
        builder = builder.add_revoked_certificate(entry)
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(key_of(key or issuer), hashes.SHA256())


def fresh(certificates: dict[str, x509.Certificate]) -> list[x509.CertificateRevocationList]:
    return [crl(name) for name in certificates if name != "leaf"]


@dataclass(frozen=True)
class Case:
    """`refused`: the steps that must not pass, exactly."""

    name: str
    refused: set[str] = field(default_factory=set)
    leaf: Spec = LEAF
    above: tuple[Spec, ...] = (INTER,)
    root: Spec = ROOT
    usage: CertificateUsage = AUTHENTICATION
    at: datetime = NOW
    crls: CrlMaker = fresh
    require_crl: bool = True


def made_for(case: Case) -> dict[str, x509.Certificate]:
    specs = {"leaf": case.leaf, **{spec.name: spec for spec in case.above}, "root": case.root}
    return {name: spec.build() for name, spec in specs.items()}


def judged(case: Case) -> set[str]:
    certificates = made_for(case)
    store = TrustStore(
        (certificates["root"],),
        tuple(certificates[spec.name] for spec in case.above),
        tuple(case.crls(certificates)),
        require_crl=case.require_crl,
    )
    verdicts = store.check(certificates["leaf"], at=case.at, usage=case.usage)
    assert [verdict.step for verdict in verdicts] == list(range(1, len(verdicts) + 1))
    return {verdict.code for verdict in verdicts if verdict.outcome is not Outcome.PASSED}


SIGNS = usage("digital_signature")
SEALS = usage("digital_signature", "content_commitment")

EKU = [
    Case("clientAuth opens a connection"),
    Case("serverAuth alone does not", {PURPOSE}, leaf("inter", SIGNS, eku(Eku.SERVER_AUTH))),
    Case("no extended usage does not", {PURPOSE}, leaf("inter", SIGNS)),
    Case("any extended usage does not", {PURPOSE}, leaf("inter", SIGNS, eku(Eku.ANY_EXTENDED_KEY_USAGE))),
    Case("code signing does not", {PURPOSE}, leaf("inter", SIGNS, eku(Eku.CODE_SIGNING))),
    Case(
        "clientAuth and serverAuth opens a connection", leaf=leaf("inter", SIGNS, eku(Eku.CLIENT_AUTH, Eku.SERVER_AUTH))
    ),
    Case(
        "clientAuth and serverAuth serves",
        usage=SERVER,
        leaf=leaf("inter", SIGNS, eku(Eku.CLIENT_AUTH, Eku.SERVER_AUTH)),
    ),
    Case("clientAuth does not serve", {PURPOSE}, usage=SERVER),
    Case("serverAuth serves", usage=SERVER, leaf=leaf("inter", SIGNS, eku(Eku.SERVER_AUTH))),
    Case(
        "a key that only enciphers serves",
        usage=SERVER,
        leaf=leaf("inter", usage("key_encipherment"), eku(Eku.SERVER_AUTH)),
    ),
    Case("a seal signs", leaf=leaf("inter", SEALS), usage=SIGNATURE),
    Case("a seal does not open a connection", {PURPOSE}, leaf("inter", SEALS)),
    Case("content commitment alone signs", leaf=leaf("inter", usage("content_commitment")), usage=SIGNATURE),
    Case(
        "email protection does not forbid signing",
        leaf=leaf("inter", SEALS, eku(Eku.EMAIL_PROTECTION)),
        usage=SIGNATURE,
    ),
    Case("clientAuth does not sign", {PURPOSE}, usage=SIGNATURE),
    Case(
        "any extended usage does not sign",
        {PURPOSE},
        leaf("inter", SEALS, eku(Eku.ANY_EXTENDED_KEY_USAGE)),
        usage=SIGNATURE,
    ),
    Case("without key usage, nothing", {PURPOSE}, leaf("inter", eku(Eku.CLIENT_AUTH))),
    Case(
        "a key that only enciphers opens nothing",
        {PURPOSE},
        leaf("inter", usage("key_encipherment"), eku(Eku.CLIENT_AUTH)),
    ),
]

VALIDITY_CASES = [
    Case("at the first second", leaf=leaf(first=NOW), at=NOW),
    Case("one second before", {VALIDITY}, leaf(first=NOW), at=NOW - SECOND),
    Case("at the last second", leaf=leaf(last=NOW), at=NOW),
    Case("one second after", {VALIDITY}, leaf(last=NOW), at=NOW + SECOND),
    Case("half a second after", {VALIDITY}, leaf(last=NOW), at=NOW + SECOND / 2),
    Case("expired intermediate", UNKNOWN_CHAIN, above=(replace(INTER, last=NOW - SECOND),)),
    Case("intermediate at its last second", above=(replace(INTER, last=NOW),)),
    Case("intermediate not yet valid", UNKNOWN_CHAIN, above=(replace(INTER, first=NOW + SECOND),)),
    Case("expired root", UNKNOWN_CHAIN, root=replace(ROOT, last=NOW - SECOND)),
    Case("root not yet valid", UNKNOWN_CHAIN, root=replace(ROOT, first=NOW + SECOND)),
    Case("leaf that outlives its issuer", leaf=leaf(last=NOW + 10 * DAY)),
]

SUB = authority("sub", "inter")
DEEP = (authority("a", "root"), authority("b", "a"), authority("c", "b"), authority("d", "c"), authority("e", "d"))

PATHLEN = [
    Case("one intermediate under pathlen 2"),
    Case("no intermediate at all", leaf=leaf("root"), above=()),
    Case("one intermediate under pathlen 0", UNKNOWN_CHAIN, root=authority("root", "root", path_length=0)),
    Case("one intermediate under pathlen 1", root=authority("root", "root", path_length=1)),
    Case("no intermediate under pathlen 0", leaf=leaf("root"), above=(), root=authority("root", "root", path_length=0)),
    Case("sub-authority under pathlen 0", UNKNOWN_CHAIN, leaf("sub"), (INTER, SUB)),
    Case("sub-authority under no pathlen", leaf=leaf("sub"), above=(authority("inter", "root"), SUB)),
    Case(
        "two intermediates under root pathlen 1",
        UNKNOWN_CHAIN,
        leaf("sub"),
        (authority("inter", "root"), SUB),
        authority("root", "root", path_length=1),
    ),
    Case("five intermediates are too deep", UNKNOWN_CHAIN, leaf("e"), DEEP, authority("root", "root")),
    Case("four intermediates are not", leaf=leaf("d"), above=DEEP[:4], root=authority("root", "root")),
    Case(
        "intermediate that is no authority",
        UNKNOWN_CHAIN,
        above=(replace(INTER, extensions=(ski("inter"), basic(ca=False), usage("key_cert_sign"))),),
    ),
    Case(
        "intermediate without basic constraints",
        UNKNOWN_CHAIN,
        above=(replace(INTER, extensions=(ski("inter"), usage("key_cert_sign"))),),
    ),
    Case(
        "intermediate that may not sign certificates",
        UNKNOWN_CHAIN,
        above=(replace(INTER, extensions=(ski("inter"), basic(ca=True), usage("crl_sign"))),),
    ),
    Case(
        "an authority used as a leaf",
        {PURPOSE},
        leaf=replace(leaf(), extensions=(ski("leaf"), basic(ca=True), SIGNS, eku(Eku.CLIENT_AUTH))),
    ),
]

LINKS = [
    Case("missing intermediate", UNKNOWN_CHAIN, above=()),
    Case("twin authority of the same name", UNKNOWN_CHAIN, leaf(issuer_key="other", aki_of="other")),
    Case("twin that copies the key identifier", UNKNOWN_CHAIN, leaf(issuer_key="other")),
    Case(
        "twin root of the same name",
        UNKNOWN_CHAIN,
        root=authority(
            "root",
            "root",
            key="other",
            issuer_key="other",
            extensions=(ski("other"), basic(ca=True), usage("key_cert_sign", "crl_sign")),
        ),
        crls=lambda made: [crl("inter"), crl("root", key="other")],
    ),
    Case("self-signed leaf", UNKNOWN_CHAIN, leaf(issuer="leaf", issuer_key="leaf", aki_of="")),
    Case("leaf without authority key identifier", leaf=leaf(aki_of="")),
    Case("unrelated intermediate beside the good one", above=(INTER, authority("stranger", "stranger"))),
]

NAME_CONSTRAINTS = [
    Case(
        f"{kind} subtree, {name}",
        refused,
        leaf("inter", SIGNS, eku(Eku.CLIENT_AUTH), (x509.SubjectAlternativeName([x509.DNSName(name)]), False)),
        (replace(INTER, extensions=(*INTER.extensions, (constraints, True))),),
    )
    for kind, constraints in (
        ("permitted", x509.NameConstraints(permitted_subtrees=[x509.DNSName("sante.test")], excluded_subtrees=None)),
        ("excluded", x509.NameConstraints(permitted_subtrees=None, excluded_subtrees=[x509.DNSName("autre.test")])),
    )
    for name, refused in (("ch.sante.test", set()), ("ch.autre.test", UNKNOWN_CHAIN))
]

IDP = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)

CRL = [
    Case("fresh lists of both authorities"),
    Case("no list at all", {LISTS, REVOCATION}, crls=lambda made: []),
    Case("no list, not required", crls=lambda made: [], require_crl=False),
    Case(
        "lists held are used even when not required",
        {REVOCATION},
        crls=lambda made: [crl("inter", made["leaf"].serial_number), crl("root")],
        require_crl=False,
    ),
    Case("no list of the root", {LISTS, REVOCATION}, crls=lambda made: [crl("inter")]),
    Case("no list of the intermediate", {LISTS, REVOCATION}, crls=lambda made: [crl("root")]),
    Case("revoked leaf", {REVOCATION}, crls=lambda made: [crl("inter", made["leaf"].serial_number), crl("root")]),
    Case(
        "revoked intermediate", {REVOCATION}, crls=lambda made: [crl("inter"), crl("root", made["inter"].serial_number)]
    ),
    Case(
        "the leaf's number in the root's list",
        crls=lambda made: [crl("inter"), crl("root", made["leaf"].serial_number)],
    ),
    Case("stale list", {LISTS, REVOCATION}, crls=lambda made: [crl("inter", last=-SECOND), crl("root")]),
    Case("list at its last second", crls=lambda made: [crl("inter", last=timedelta()), crl("root")]),
    Case("list of the future", {LISTS, REVOCATION}, crls=lambda made: [crl("inter", first=SECOND), crl("root")]),
    Case("list forged by a twin", {LISTS, REVOCATION}, crls=lambda made: [crl("inter", key="other"), crl("root")]),
    Case(
        "forged list beside the true one",
        {REVOCATION},
        crls=lambda made: [crl("inter", key="other"), crl("inter", made["leaf"].serial_number), crl("root")],
    ),
    Case("stale list beside a fresh one", crls=lambda made: [crl("inter", last=-SECOND), crl("inter"), crl("root")]),
    Case(
        "the most recent list wins",
        {REVOCATION},
        crls=lambda made: [crl("inter", first=-2 * DAY), crl("inter", made["leaf"].serial_number), crl("root")],
    ),
    Case(
        "delta list",
        {LISTS, REVOCATION},
        crls=lambda made: [crl("inter", extension=x509.DeltaCRLIndicator(1)), crl("root")],
    ),
    Case("partial list", {LISTS, REVOCATION}, crls=lambda made: [crl("inter", extension=IDP), crl("root")]),
    Case(
        "issuer that may not sign lists",
        {LISTS, REVOCATION},
        above=(replace(INTER, extensions=(ski("inter"), basic(ca=True, path_length=0), usage("key_cert_sign"))),),
    ),
]

CASES = {
    f"{family}: {case.name}": case
    for family, cases in (
        ("eku", EKU),
        ("validity", VALIDITY_CASES),
        ("pathlen", PATHLEN),
        ("links", LINKS),
        ("nc", NAME_CONSTRAINTS),
        ("crl", CRL),
    )
    for case in cases
}


@pytest.mark.parametrize("name", CASES)
def test_each_case_fails_exactly_the_steps_it_should(name: str) -> None:
    assert judged(CASES[name]) == CASES[name].refused


def test_the_families_are_large_enough_and_hold_valid_twins() -> None:
    accepted = [case for case in CASES.values() if not case.refused]
    assert len(CASES) >= 50
    assert len(accepted) >= 20


# Where OpenSSL answers otherwise, and why we keep ours.
DISAGREEMENTS = {
    # RFC 5280 §4.1.2.5: the last second belongs to the validity; X509_cmp_time ends one second early.
    "validity: at the last second",
    "validity: intermediate at its last second",
    "crl: list at its last second",
    # OpenSSL can combine partial lists; we fail closed on any list that is not whole.
    "crl: delta list",
    "crl: partial list",
}


@pytest.mark.needs("openssl")
def test_openssl_agrees_on_every_case_but_those_explained(tmp_path: Path) -> None:
    """Purpose apart: it is ours alone."""
    disagreements = set()
    for name, case in CASES.items():
        if openssl_accepts(case, tmp_path) is not (case.refused <= {PURPOSE}):
            disagreements.add(name)
    assert disagreements == DISAGREEMENTS


def openssl_accepts(case: Case, directory: Path) -> bool:
    certificates = made_for(case)
    crls = case.crls(certificates)
    (directory / "root").write_bytes(pem(certificates["root"]))
    (directory / "leaf").write_bytes(pem(certificates["leaf"]))
    (directory / "above").write_bytes(pem(*(certificates[spec.name] for spec in case.above)))
    (directory / "crl").write_bytes(pem(*crls))
    command = ["openssl", "verify", "-attime", str(int(case.at.timestamp())), "-CAfile", "root", "-verify_depth", "4"]
    command += ["-untrusted", "above"] if case.above else []
    command += ["-CRLfile", "crl"] if crls else []
    command += ["-crl_check_all"] if crls or case.require_crl else []
    return subprocess.run([*command, "leaf"], cwd=directory, capture_output=True, check=False).returncode == 0
