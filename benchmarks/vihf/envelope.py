"""The token and the envelope every case of this folder works on: AIR simplifié, a physician, one patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tramontane.dmp.identity import Ins, InsAuthority, Rpps, StructIdNat
from tramontane.dmp.identity.checks import ins_key, luhn_ok
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf import CONF_EXI_PGSSIS, AuthenticationMode, Vihf, build

AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
PATIENT = Ins("279035121518989", InsAuthority.NIR_TEST)
_ROLES = (
    Coded("10", "1.2.250.1.71.1.2.7", "Médecin"),
    Coded("SM26", "1.2.250.1.71.4.2.5", "Qualifié en médecine générale (SM)"),
)
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<soap:Header><MessageID xmlns="http://www.w3.org/2005/08/addressing">urn:uuid:0b8f3a10-6a0e-4b0e-9e55-'
    '2f5a8d0c1131</MessageID><Action xmlns="http://www.w3.org/2005/08/addressing" soap:mustUnderstand="true">'
    f'urn:ihe:iti:2007:RegistryStoredQuery</Action><wsse:Security xmlns:wsse="{_WSSE}">%s</wsse:Security>'
    '</soap:Header><soap:Body><query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><query:ResponseOption returnComposedObjects="true" '
    'returnType="LeafClass"/><rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"><rim:Slot '
    'name="$XDSDocumentEntryStatus"><rim:ValueList><rim:Value>(\'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'
    "')</rim:Value></rim:ValueList></rim:Slot></rim:AdhocQuery></query:AdhocQueryRequest></soap:Body></soap:Envelope>"
)


class Hospital:
    """A key in memory and its certificate, drawn for the run."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pairs = ((NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "1990000010"))
        name = x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(AT - timedelta(days=30))
            .not_valid_after(AT + timedelta(days=7_000))
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def vihf() -> Vihf:
    """A new content, as one call to the DMP makes it."""
    return Vihf(
        mode=AuthenticationMode.INDIRECTE_RENFORCEE,
        subject=Rpps("99990000012").ps_idnat,
        subject_name="MARTIN CAMILLE",
        roles=_ROLES,
        structure=StructIdNat("1990000028"),
        sector="SA01",
        patient=PATIENT,
        authn_instant=AT - timedelta(hours=1),
        authn_context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        lps_id="0001",
        lps_name="DPI EXEMPLE",
        lps_version="1.0.0",
        lps_homologation="NUMERO-HOMOLOGATION",
        primary_authentication=CONF_EXI_PGSSIS,
    )


def visits(users: int) -> list[Vihf]:
    """As many users of the hospital, each about a patient of his own."""
    first = vihf()
    return [
        replace(first, subject=_rpps(n).ps_idnat, subject_name=f"NOM {n}", patient=_patient(n)) for n in range(users)
    ]


def _rpps(number: int) -> Rpps:
    stem = f"9999{number:06d}"
    return Rpps(next(text for text in (f"{stem}{digit}" for digit in range(10)) if luhn_ok(text)))


def _patient(number: int) -> Ins:
    matricule = f"2790351{number:06d}"
    return Ins(matricule + ins_key(matricule), InsAuthority.NIR_TEST)


def token(hospital: Hospital, content: Vihf) -> bytes:
    return build(content, signer=hospital, assertion_id="_7f0f2c51-5b0a-4f1e-8a3d-0c5c2b6f9a10", issue_instant=AT)


def envelope(assertion: bytes) -> bytes:
    return (_ENVELOPE % assertion.decode()).encode()
