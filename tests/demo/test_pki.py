"""The demonstration PKI: right shapes, judged by OpenSSL as well, and never in production."""

from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from support.pki import FINESS_JURIDIQUE, pki
from tramontane.demo.pki import UnsafeDemoPki
from tramontane.dmp.errors import LocalError
from tramontane.dmp.signature import CertificateUsage, describe

PKI = pki()


def test_it_refuses_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAMONTANE_ENV", "production")
    with pytest.raises(LocalError) as refusal:
        UnsafeDemoPki(datetime.now(UTC))
    assert refusal.value.code == "pki-demo-interdite"


def test_every_authority_says_it_is_a_fiction() -> None:
    for authority in PKI.demo.authorities:
        assert "TEST FICTIF" in authority.certificate.subject.rfc4514_string()


def test_the_authentication_certificate_has_the_shape_of_an_org_auth_cli() -> None:
    extensions = PKI.auth.certificate.extensions
    assert extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert str(describe(PKI.auth.certificate).struct_idnat) == "1" + FINESS_JURIDIQUE


def test_the_seal_has_no_extended_usage() -> None:
    extensions = PKI.sign.certificate.extensions
    assert extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_the_twin_has_the_same_names_and_other_keys() -> None:
    assert PKI.twin.root.certificate.subject == PKI.demo.root.certificate.subject
    assert PKI.twin.root.certificate.public_key() != PKI.demo.root.certificate.public_key()
    assert PKI.auth_twin.certificate.issuer == PKI.auth.certificate.issuer


def test_each_authority_has_its_list_and_the_revoked_are_on_it() -> None:
    by_issuer = {crl.issuer: crl for crl in PKI.crls}
    assert set(by_issuer) == {authority.certificate.subject for authority in PKI.demo.authorities}
    crl = by_issuer[PKI.auth_revoked.certificate.issuer]
    assert crl.get_revoked_certificate_by_serial_number(PKI.auth_revoked.certificate.serial_number) is not None
    assert crl.get_revoked_certificate_by_serial_number(PKI.auth.certificate.serial_number) is None


def test_files_are_readable_again_and_keys_by_their_owner_only(tmp_path: Path) -> None:
    PKI.demo.write(tmp_path, {"auth": PKI.auth, "cachet": PKI.sign}, password="un mot de passe")
    for private in ("auth.key.pem", "auth.p12", "cachet.key.pem", "cachet.p12"):
        assert stat.S_IMODE((tmp_path / private).stat().st_mode) == 0o600
    key = load_pem_private_key((tmp_path / "auth.key.pem").read_bytes(), None)
    assert key.public_key() == PKI.auth.certificate.public_key()
    _, certificate, chain = pkcs12.load_key_and_certificates((tmp_path / "cachet.p12").read_bytes(), b"un mot de passe")
    assert certificate == PKI.sign.certificate
    assert chain == [PKI.demo.organisations.certificate]
    assert "FICTIF" in (tmp_path / "LISEZMOI.md").read_text()


def test_writing_again_replaces_the_files(tmp_path: Path) -> None:
    for _ in range(2):
        PKI.demo.write(tmp_path, {"auth": PKI.auth})
    assert x509.load_pem_x509_certificate((tmp_path / "racine.pem").read_bytes()) == PKI.demo.root.certificate


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    ("variant", "judgement"),
    [
        ("auth", "OK"),
        ("sign", "OK"),
        ("server", "OK"),
        ("cps", "OK"),
        ("auth_revoked", "certificate revoked"),
        ("auth_expired", "certificate has expired"),
        ("auth_not_yet_valid", "certificate is not yet valid"),
        ("auth_twin", "unable to get local issuer certificate"),
        ("auth_self_signed", "self-signed certificate"),
    ],
)
def test_openssl_judges_each_variant_as_its_name_says(variant: str, judgement: str, tmp_path: Path) -> None:
    PKI.demo.write(tmp_path, {"leaf": getattr(PKI, variant)})
    openssl = ["openssl", "verify", "-x509_strict", "-crl_check_all", "-CRLfile", "crl.pem", "-CAfile", "racine.pem"]
    run = subprocess.run(
        [*openssl, "-untrusted", "intermediaires.pem", "leaf.crt.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert judgement.lower().replace("-", " ") in (run.stdout + run.stderr).lower().replace("-", " ")
    assert (run.returncode == 0) is (judgement == "OK")


def test_a_certificate_can_be_issued_for_a_key_held_elsewhere() -> None:
    from tramontane.demo.pki import Profile, Subject

    public_key = PKI.auth_other_finess.key.public_key()
    certificate = PKI.demo.issue_to(public_key, Profile.SIGN, Subject("hsm.cachet.test"))
    assert certificate.public_key() == public_key
    assert describe(certificate).usage is CertificateUsage.SIGNATURE
