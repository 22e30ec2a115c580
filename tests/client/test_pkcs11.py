"""A key in a token (SoftHSM): it signs from many threads and never comes out."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support import softhsm
from support.pki import SIGN, pki
from tramontane.demo.pki import Profile
from tramontane.dmp.errors import CertificateMisuse

if TYPE_CHECKING:
    from tramontane.client.pkcs11 import Pkcs11Signer

pytestmark = [pytest.mark.needs("softhsm2-util")]

TOKEN, PIN, KEY = softhsm.TOKEN, softhsm.PIN, softhsm.KEPT
PKI = pki()


@pytest.fixture(scope="module")
def module_path() -> str:
    """SoftHSM, with a token of ours."""
    return softhsm.module()


@pytest.fixture(scope="module")
def public_key(module_path: str) -> rsa.RSAPublicKey:
    """The public half of a key drawn inside the token."""
    return softhsm.key(KEY)


@pytest.fixture(scope="module")
def signer(module_path: str, public_key: rsa.RSAPublicKey) -> Iterator[Pkcs11Signer]:
    from tramontane.client.pkcs11 import Pkcs11Signer

    certificate = PKI.demo.issue_to(public_key, Profile.SIGN, SIGN)
    opened = Pkcs11Signer(module_path, TOKEN, PIN, KEY, certificate)
    yield opened
    opened.close()


def test_the_token_signs_what_the_certificate_verifies(signer: Pkcs11Signer, public_key: rsa.RSAPublicKey) -> None:
    public_key.verify(signer.sign(b"VIHF"), b"VIHF", padding.PKCS1v15(), hashes.SHA256())


def test_the_token_says_whether_the_key_may_leave_it(module_path: str, signer: Pkcs11Signer) -> None:
    from tramontane.client.pkcs11 import Pkcs11Signer

    assert (signer.may_leave(), signer.never_left()) == (False, True)
    certificate = PKI.demo.issue_to(softhsm.key(softhsm.LOOSE), Profile.SIGN, SIGN)
    loose = Pkcs11Signer(module_path, TOKEN, PIN, softhsm.LOOSE, certificate)
    assert (loose.may_leave(), loose.never_left()) == (True, False)
    loose.close()


def test_what_the_module_leaves_behind_does_not_break_the_next_tls_context(module_path: str) -> None:
    """In a process of its own: SoftHSM leaves an error on OpenSSL's queue when it is loaded, once."""
    softhsm.key(KEY)
    program = """
import sys
import pytest
from support.dmp_client import identity, trust
from tramontane.client.pkcs11 import Pkcs11Signer
from tramontane.client.tls import client_context
from tramontane.dmp.errors import CertificateMisuse

with pytest.raises(CertificateMisuse):
    Pkcs11Signer(sys.argv[1], sys.argv[2], "000000", "absente", None)
client_context(trust(), identity().authentication)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, module_path, TOKEN],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": "tests"},
    )
    assert ended.returncode == 0, ended.stderr


def test_four_threads_sign_without_bringing_the_process_down(
    signer: Pkcs11Signer, public_key: rsa.RSAPublicKey
) -> None:
    messages = [f"message {rank}".encode() for rank in range(200)]
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(signer.sign, messages))
    for message, signature in zip(messages, signatures, strict=True):
        public_key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())


def test_two_signers_share_the_lock_of_the_module(module_path: str, signer: Pkcs11Signer) -> None:
    from tramontane.client.pkcs11 import Pkcs11Signer

    other = Pkcs11Signer(module_path, TOKEN, PIN, KEY, signer.certificate)
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(lambda rank: (signer, other)[rank % 2].sign(b"m"), range(100)))
    assert len(set(signatures)) == 1


def test_a_pv_is_signed_with_it(signer: Pkcs11Signer) -> None:
    from support.paper_contents import AT, content
    from tramontane.hospital.homologation.documents.papers import PAPERS
    from tramontane.hospital.homologation.documents.signature import local, verifying
    from tramontane.ui import document

    pv = document.pdf(PAPERS["pv"].draw(content()), at=AT)
    signed = local.sign(pv, signer, reason="Procès-verbal").content
    report = verifying.examine(signed, {hashlib.sha256(pv).hexdigest(): len(pv)}, [])
    assert (report.level, report.failures) == ("PAdES B-B", ())


def test_a_hospital_identity_and_a_vihf_are_made_with_it(signer: Pkcs11Signer) -> None:
    from support.pki import FINESS_JURIDIQUE
    from tramontane.client import HospitalIdentity, TlsCredentials
    from tramontane.dmp.identity import FinessJuridique

    hospital = HospitalIdentity(
        FinessJuridique(FINESS_JURIDIQUE), TlsCredentials(PKI.auth.certificate, PKI.auth.key), signer
    )
    assert hospital.check(at=PKI.now) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token_label": "absent"}, "pkcs11-jeton-absent"),
        ({"pin": "000000"}, "pkcs11-code-faux"),
        ({"key_label": "absente"}, "pkcs11-cle-absente"),
        ({"module_path": "/nowhere.so"}, "pkcs11-echec"),
        ({"certificate": PKI.sign.certificate}, "cle-autre-certificat"),
    ],
)
def test_each_refusal_says_what_to_do_and_never_shows_the_pin(
    module_path: str, signer: Pkcs11Signer, change: dict[str, object], code: str
) -> None:
    from tramontane.client.pkcs11 import Pkcs11Signer

    arguments = {
        "module_path": module_path,
        "token_label": TOKEN,
        "pin": PIN,
        "key_label": KEY,
        "certificate": signer.certificate,
        **change,
    }
    with pytest.raises(CertificateMisuse) as refusal:
        Pkcs11Signer(**arguments)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert refusal.value.next_step
    assert PIN not in refusal.value.explain() + repr(refusal.value.__cause__)
    assert PIN not in repr(signer)
    assert "000000" not in refusal.value.explain()


def test_the_client_package_does_not_need_the_binding() -> None:
    code = "import sys; sys.modules['pkcs11'] = None; import tramontane.client"
    subprocess.run([sys.executable, "-c", code], check=True)
