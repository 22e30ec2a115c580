"""A VIHF of each mode with the content of the official-shaped examples, and a throw-away signer with their issuer."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tramontane.dmp.identity import Ins, InsAuthority, PsIdNat, StructIdNat
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf import AuthenticationMode, Vihf, build

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "vihf"
AIR_EXAMPLE = (VECTORS / "vihf_air_simplifie_signed.xml").read_bytes()
INDIRECTE_EXAMPLE = (VECTORS / "vihf_indirecte_signed.xml").read_bytes()

ASSERTION_ID = "_7f0f2c51-5b0a-4f1e-8a3d-0c5c2b6f9a10"
INDIRECTE_ID = "_7f0f2c51-5b0a-4f1e-8a3d-0c5c2b6f9a21"
ISSUED = datetime(2026, 3, 2, 9, 15, 30, 120000, tzinfo=UTC)
LOGGED_ON = datetime(2026, 3, 2, 8, 2, 11, tzinfo=UTC)
SMARTCARD = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"

PHYSICIAN = Coded("10", "1.2.250.1.71.1.2.7", "Médecin")
GENERAL_PRACTICE = Coded("SM26", "1.2.250.1.71.4.2.5", "Qualifié en médecine générale (SM)")
PHARMACIST = Coded("21", "1.2.250.1.71.1.2.7", "Pharmacien")
HOSPITAL_PHARMACIST = Coded("H", "1.2.250.1.71.4.2.6", "")
NURSE = Coded("60", "1.2.250.1.71.1.2.7", "Infirmier")

AIR = Vihf(
    mode=AuthenticationMode.INDIRECTE_RENFORCEE,
    subject=PsIdNat("899990000012"),
    subject_name="MARTIN CAMILLE",
    roles=(PHYSICIAN, GENERAL_PRACTICE),
    structure=StructIdNat("1990000028"),
    sector="SA01",
    patient=Ins("279035121518989", InsAuthority.NIR_TEST),
    authn_instant=LOGGED_ON,
    authn_context_class=SMARTCARD,
    lps_id="0001",
    lps_name="DPI EXEMPLE",
    lps_version="1.0.0",
    lps_homologation="NUMERO-HOMOLOGATION",
    primary_authentication="CONF_EXI_PGSSIS",
)
INDIRECTE = dataclasses.replace(
    AIR, mode=AuthenticationMode.INDIRECTE, authn_context_class=PASSWORD, primary_authentication=None
)
DIRECTE = dataclasses.replace(
    AIR, mode=AuthenticationMode.DIRECTE, structure=StructIdNat("499900063480001"), primary_authentication=None
)


@dataclasses.dataclass(frozen=True)
class SoftwareSigner:
    """A private key in memory with its certificate."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def example_certificate() -> x509.Certificate:
    """The certificate that signed the examples; its private key no longer exists."""
    text = AIR_EXAMPLE.decode()
    base64 = text.partition("<X509Certificate>")[2].partition("</X509Certificate>")[0]
    return x509.load_pem_x509_certificate(f"-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----".encode())


def self_signed(key: rsa.RSAPrivateKey, subject: x509.Name | None = None, **usage: bool) -> x509.Certificate:
    """A signature certificate, valid around `ISSUED`, with the examples' subject unless told otherwise."""
    name = subject or example_certificate().subject
    flags = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    key_usage = x509.KeyUsage(
        **{"digital_signature": True, "content_commitment": True, "decipher_only": False, **flags, **usage}
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ISSUED - timedelta(days=30))
        .not_valid_after(ISSUED + timedelta(days=700))
        .add_extension(key_usage, critical=True)
    )
    return builder.sign(key, hashes.SHA256())


@cache
def signer() -> SoftwareSigner:
    """The hospital of the tests, drawn once per process; same subject as the examples' certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SoftwareSigner(self_signed(key), key)


@cache
def attacker() -> SoftwareSigner:
    """Another key, a certificate that claims the same subject."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SoftwareSigner(self_signed(key), key)


def token(vihf: Vihf = AIR, *, assertion_id: str = ASSERTION_ID, **options: object) -> bytes:
    """A signed assertion of the hospital of the tests."""
    arguments = {"signer": signer(), "issue_instant": ISSUED, **options}
    return build(vihf, assertion_id=assertion_id, **arguments)
