"""The stand-in's seal on the documents it gives: a test certificate that says so in its own name.

TRAMONTANE_NATIONAL_SEAL names a PEM file (key, then certificate); without it, one is drawn in the data directory.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner

from tramontane.national import clock

NAME = "CACHET DU BAC A SABLE - TEST FICTIF"


def apply(pdf: bytes, number: str) -> bytes:
    """The same document, sealed: any later change of a byte shows."""
    metadata = PdfSignatureMetadata(
        field_name="Cachet",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=f"Contrat {number} (simulation)",
        name=NAME,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output = PdfSigner(metadata, _signer(), new_field_spec=SigFieldSpec("Cachet")).sign_pdf(writer)
    return bytes(output.getvalue())


def certificate() -> x509.Certificate:
    """The seal's certificate, to verify with."""
    return x509.load_pem_x509_certificate(_path().read_bytes())


def prepare() -> None:
    """Draw the seal of this installation, unless there is one. Called once before the workers start.

    Raises:
        django.core.exceptions.ImproperlyConfigured: the file that is there cannot seal.
    """
    _signer()


def _path() -> Path:
    return Path(os.environ.get("TRAMONTANE_NATIONAL_SEAL") or Path(settings.NATIONAL_DATA_DIRECTORY) / "seal.pem")


def _signer() -> SimpleSigner:
    if not _path().exists():
        _draw(_path())
    signer = SimpleSigner.load(str(_path()), str(_path()))
    if signer is None:
        raise ImproperlyConfigured(
            f"« {_path()} » ne peut pas sceller les contrats. Attendu : une clé privée sans mot de passe, puis son "
            "certificat, en PEM. Corrigez TRAMONTANE_NATIONAL_SEAL, ou retirez-la : un cachet d’essai sera tiré."
        )
    return signer


def _draw(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private + _certificate(key).public_bytes(serialization.Encoding.PEM))
    drawn.replace(path)


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = clock.now()
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                **usage, digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
