"""The TLS settings themselves: suites, versions, what is demanded of a server, and the key's short time on disk."""

from __future__ import annotations

import ssl
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from support.dmp_client import identity, trust
from support.pki import SIGN, pki
from tramontane.client import Endpoint, ServerTrust
from tramontane.client.tls import client_context
from tramontane.demo.pki import Profile
from tramontane.dmp.errors import CertificateMisuse, LocalError

PKI = pki()
CREDENTIALS = identity().authentication


def test_tls_1_2_offers_the_four_suites_of_pdt_inf_579_and_no_other() -> None:
    offered = {
        cipher["name"]
        for cipher in client_context(trust(), CREDENTIALS).get_ciphers()
        if cipher["protocol"] != "TLSv1.3"
    }
    assert offered == {
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    }


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    assert client_context(trust(), CREDENTIALS).minimum_version is ssl.TLSVersion.TLSv1_2


def test_name_chain_and_revocation_are_demanded() -> None:
    context = client_context(trust(), CREDENTIALS)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    assert not context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN


def test_compression_and_renegotiation_are_off_and_given_anchors_come_first() -> None:
    context = client_context(trust(), identity().authentication)
    for option in (ssl.OP_NO_COMPRESSION, ssl.OP_NO_RENEGOTIATION):
        assert context.options & option
    assert context.verify_flags & ssl.VERIFY_X509_TRUSTED_FIRST
    assert not context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN


def test_the_machine_s_own_authorities_are_not_trusted() -> None:
    assert client_context(trust(), CREDENTIALS).cert_store_stats()["x509_ca"] == len(PKI.anchors)


def test_lists_given_beside_a_skipped_revocation_demand_nothing() -> None:
    context = client_context(replace(trust(), revocation="unsafe-skip"), CREDENTIALS)
    assert not context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN


def test_trust_without_lists_is_refused_unless_skipped_explicitly() -> None:
    with pytest.raises(LocalError) as refusal:
        ServerTrust(PKI.anchors)
    assert refusal.value.code == "tls-sans-crl"
    assert ServerTrust(PKI.anchors, revocation="unsafe-skip").crls == ()


def test_trust_without_anchor_is_refused() -> None:
    with pytest.raises(LocalError) as refusal:
        ServerTrust((), crls=PKI.crls)
    assert refusal.value.code == "tls-sans-autorite"


def test_the_key_is_on_disk_encrypted_for_one_call_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bytes, int]] = []
    real = ssl.SSLContext.load_cert_chain

    def spy(context: ssl.SSLContext, path: Path, **options: object) -> None:
        seen.append((Path(path).read_bytes(), stat.S_IMODE(Path(path).stat().st_mode)))
        real(context, path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", spy)
    client_context(trust(), CREDENTIALS)
    ((content, mode),) = seen
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
    assert b"BEGIN PRIVATE KEY" not in content
    assert mode == 0o600
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_on_disk_when_the_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise ssl.SSLError("no")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", refuse)
    with pytest.raises(CertificateMisuse):
        client_context(trust(), CREDENTIALS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["http://dmp.test/", "https://dmp.test/services", "dmp.test/", ""])
def test_an_endpoint_is_https_and_ends_with_a_slash(url: str) -> None:
    with pytest.raises(LocalError) as refusal:
        Endpoint(url, trust())
    assert refusal.value.code == "adresse-invalide"


def test_an_authority_too_weak_for_this_machine_is_refused_with_what_to_do() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    weak = PKI.demo.issue(Profile.SIGN, SIGN, key=key).certificate
    with pytest.raises(CertificateMisuse) as refusal:
        client_context(trust(), replace(CREDENTIALS, chain=(weak,)))
    assert refusal.value.code == "certificat-refuse-tls"
    assert "key too small" in refusal.value.explain()
