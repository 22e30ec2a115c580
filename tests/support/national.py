"""A small national side for the tests: two EJ, a few ET, professionals and patients; and calls to put before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from cryptography import x509

from support.pki import FINESS_JURIDIQUE, OTHER_FINESS_JURIDIQUE, pki
from tramontane.dmp.identity import (
    FinessGeographique,
    FinessJuridique,
    Ins,
    InsAuthority,
    PsIdNat,
    Rpps,
    StructIdNat,
)
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.signature import Signer
from tramontane.dmp.signature.certificates import TrustStore
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse, Software
from tramontane.dmp.vihf import AccessMode, AuthenticationMode, Vihf, build
from tramontane.dmp.xds import Author, AvailabilityStatus, DocumentEntry, SubmissionSet

NOW = datetime.now(UTC).replace(microsecond=0)
BASE_URL = "https://localhost/si-dmp-server/v2/services/"
SOFTWARE = Software("1.2.250.1.999.77", "DPI EXEMPLE", "1.0.0", "NUMERO-HOMOLOGATION", "0001")

EJ, OTHER_EJ = FinessJuridique(FINESS_JURIDIQUE), FinessJuridique(OTHER_FINESS_JURIDIQUE)
ET = FinessGeographique("990000028")
ET_SUSPENDED = FinessGeographique("990000051")
ET_EXPIRED = FinessGeographique("990000069")
ET_WITHOUT_CONTRACT = FinessGeographique("990000077")
ET_CLOSED = FinessGeographique("990000085")
ET_OF_OTHER_EJ = FinessGeographique("990000093")


def _luhn(digits: str) -> str:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits), start=1))
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return digits + str(-total % 10)


def rpps(number: int) -> Rpps:
    """A well-formed RPPS."""
    return Rpps(_luhn(f"9999{number:06d}"))


def ins(number: int) -> Ins:
    """A well-formed INS of the test authority."""
    body = f"2790351215{number:03d}"
    return Ins(f"{body}{97 - int(body) % 97:02d}", InsAuthority.NIR_TEST)


MEDECIN, INFIRMIER, PHARMACIEN, SUSPENDU, AUTRE_MEDECIN, SPECIALISTE_MT = (rpps(number) for number in range(1, 7))
KINE = rpps(7)
UNKNOWN_RPPS = rpps(99)
OPEN, NO_DMP, CLOSED, BLOCKED, EXPIRED, UNDECLARED, OPPOSED, UNKNOWN = (ins(number) for number in range(1, 9))

G15, R01, G05 = "1.2.250.1.71.1.2.7", "1.2.250.1.71.4.2.5", "1.2.250.1.71.4.2.6"
ROLES = {
    "10": (Coded("10", G15, "Médecin"), Coded("SM26", R01, "Qualifié en médecine générale (SM)")),
    "21": (Coded("21", G15, "Pharmacien"), Coded("H", G05, "Etablissement de santé")),
    "60": (Coded("60", G15, "Infirmier"),),
    "70": (Coded("70", G15, "Masseur-Kinésithérapeute"),),
}
PROFESSIONS = {
    MEDECIN: "10",
    INFIRMIER: "60",
    PHARMACIEN: "21",
    SUSPENDU: "10",
    AUTRE_MEDECIN: "10",
    SPECIALISTE_MT: "10",
    KINE: "70",
    UNKNOWN_RPPS: "10",
}

_numbers = count(1)


def fresh_uuid() -> str:
    """A uuid that no other call of this process got; of another process neither, by the clock."""
    return str(UUID(int=(int(datetime.now(UTC).timestamp() * 1e6) << 40) + next(_numbers)))


def vihf(who: Rpps = MEDECIN, patient: Ins | None = OPEN, **changes: Any) -> Vihf:
    """A valid AIR simplifié VIHF; `changes` replaces fields."""
    values: dict[str, Any] = {
        "mode": AuthenticationMode.INDIRECTE_RENFORCEE,
        "subject": who.ps_idnat,
        "subject_name": "MARTIN CAMILLE",
        "roles": ROLES[PROFESSIONS[who]],
        "structure": ET.struct_idnat,
        "sector": "SA01",
        "patient": patient,
        "access_mode": AccessMode.NORMAL,
        "authn_instant": NOW - timedelta(minutes=30),
        "authn_context_class": "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        "lps_id": "0001",
        "lps_name": "DPI EXEMPLE",
        "lps_version": "1.0.0",
        "lps_homologation": "NUMERO-HOMOLOGATION",
        "primary_authentication": "CONF_EXI_PGSSIS",
    }
    return Vihf(**(values | changes))


def indirect(who: Rpps = MEDECIN, patient: Ins | None = OPEN, **changes: Any) -> Vihf:
    """A VIHF of plain INDIRECTE, signed by the legal entity."""
    return vihf(
        who,
        patient,
        **{
            "mode": AuthenticationMode.INDIRECTE,
            "structure": EJ.struct_idnat,
            "authn_context_class": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            "primary_authentication": None,
            **changes,
        },
    )


def token(content: Vihf, *, signer: Signer | None = None, at: datetime | None = None, assertion_id: str = "") -> bytes:
    """The signed assertion, issued now."""
    return build(
        content,
        signer=signer or pki().sign,
        assertion_id=assertion_id or f"_{fresh_uuid()}",
        issue_instant=at or datetime.now(UTC),
    )


def call(content: Vihf | bytes, **details: Any) -> Call:
    """The context of one call; `content` is a VIHF to sign, or a signed assertion."""
    assertion = content if isinstance(content, bytes) else token(content, **details)
    return Call(BASE_URL, assertion, f"urn:uuid:{fresh_uuid()}", datetime.now(UTC), SOFTWARE)


def body_of(request: HttpRequest) -> bytes:
    """The whole body of a request."""
    return request.body if isinstance(request.body, bytes) else b"".join(map(bytes, request.body))


def trust(**changes: Any) -> TrustStore:
    """The trust of the national side."""
    values: dict[str, Any] = {"anchors": pki().anchors, "intermediates": pki().intermediates, "crls": pki().crls}
    return TrustStore(**(values | changes))


@dataclass(frozen=True, slots=True)
class InMemory:
    """The national side called directly: a request in, a response out, no socket."""

    bench: Any
    certificate: x509.Certificate | None

    def __call__(self, request: HttpRequest, *, at: datetime | None = None) -> HttpResponse:
        """Send `request` as the transport would."""
        from tramontane.national.exchange import Exchange, handle
        from tramontane.national.reception import Reception

        with Reception(request.content_type, self.bench.contents) as reception:
            for chunk in (request.body,) if isinstance(request.body, bytes) else request.body:
                reception.feed(bytes(chunk))
            reception.close()
            exchange = Exchange(
                service=request.url.rpartition("/")[2],
                message=reception.message,
                certificate=self.certificate,
                received_at=at or datetime.now(UTC),
                parts=reception.parts,
            )
            answer = handle(exchange, self.bench)
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        return HttpResponse(answer.status, answer.content_type, body)

    def presenting(self, certificate: x509.Certificate | None) -> InMemory:
        """The same, through another TLS certificate."""
        return replace(self, certificate=certificate)


def in_memory(trusting: Callable[[], TrustStore] = trust) -> InMemory:
    """A national side in memory, reached with the good certificate."""
    from tramontane.national.exchange import Bench
    from tramontane.national.policy import Policy

    store = trusting()
    return InMemory(Bench(Policy(lambda: store)), pki().auth.certificate)


def structure_of(finess: FinessGeographique) -> StructIdNat:
    """Struct_IdNat of a geographic entity."""
    return finess.struct_idnat


LOINC = "2.16.840.1.113883.6.1"
A07 = "1.2.250.1.213.1.1.4.13"
NORMAL = Coded("N", "2.16.840.1.113883.5.25", "Normal")


def entry(number: int, *, patient: Ins = OPEN, type_code: str = "34112-3", **changes: Any) -> DocumentEntry:
    """A DocumentEntry as the registry would hold it, written by MEDECIN at ET; `changes` replaces fields."""
    values: dict[str, Any] = {
        "entry_uuid": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "unique_id": f"1.2.250.1.999.77.3.{number}",
        "availability_status": AvailabilityStatus.APPROVED,
        "mime_type": "text/xml",
        "language_code": "fr-FR",
        "creation_time": NOW - timedelta(days=number),
        "service_start_time": NOW - timedelta(days=number, hours=1),
        "title": f"Document {number}",
        "patient_id": patient.cx,
        "source_patient_id": f"{number:06d}^^^&1.2.250.1.999.77.9&ISO^PI",
        "authors": (author(),),
        "legal_authenticator": author().person,
        "class_code": Coded("10", "1.2.250.1.213.1.1.4.1", "Compte rendu"),
        "type_code": Coded(type_code, LOINC, ""),
        "format_code": Coded("urn:ihe:iti:xds-sd:text:2008", "1.3.6.1.4.1.19376.1.2.3", ""),
        "facility_type": Coded("SA01", "1.2.250.1.71.4.2.4", ""),
        "practice_setting": Coded("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", ""),
        "confidentiality_codes": (NORMAL,),
    }
    return DocumentEntry(**(values | changes))


def author(who: Rpps | PsIdNat = MEDECIN, structure: StructIdNat | None = None) -> Author:
    """The author strings of a professional of a structure."""
    identifier = who.ps_idnat if isinstance(who, Rpps) else who
    where = structure or ET.struct_idnat
    return Author(
        person=f"{identifier}^MARTIN^CAMILLE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
        institutions=(f"CENTRE HOSPITALIER FICTIF^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{where}",),
        specialties=("G15_10/SM26^Médecin - Qualifié en médecine générale (SM)^1.2.250.1.213.1.1.4.5",),
    )


def submission_set(number: int, *, patient: Ins = OPEN, days_ago: int = 0) -> SubmissionSet:
    """A SubmissionSet fed `days_ago`."""
    return SubmissionSet(
        entry_uuid=f"urn:uuid:00000000-0000-4000-9000-{number:012d}",
        availability_status=AvailabilityStatus.APPROVED,
        submission_time=NOW - timedelta(days=days_ago),
        authors=(author(),),
        content_type=Coded("03", "1.2.250.1.213.2.2", "Hospitalisation complète"),
        patient_id=patient.cx,
        source_id="1.2.250.1.999.77",
        unique_id=f"1.2.250.1.999.77.4.{number}",
    )


def confidential(*codes: str) -> tuple[Coded, ...]:
    """Normal, plus visibility codes."""
    return (NORMAL, *(Coded(code, A07, code.replace("_", " ").capitalize()) for code in codes))


def populate() -> None:
    """Establishments, professionals, patients and their decisions; no document."""
    from tramontane.national import seeding as s

    today = NOW.date()
    year = timedelta(days=365)
    active = s.Contract(today - year, today + year)
    contracts = {
        ET: active,
        ET_SUSPENDED: replace(active, status="suspended", cause="contrôle en cours"),
        ET_EXPIRED: s.Contract(today - 2 * year, today - year),
        ET_WITHOUT_CONTRACT: None,
        ET_CLOSED: active,
        ET_OF_OTHER_EJ: active,
    }
    s.seed(
        establishments=[
            s.Establishment(
                finess, f"SITE {finess}", OTHER_EJ if finess == ET_OF_OTHER_EJ else EJ, "CH FICTIF", contract,
                active=finess != ET_CLOSED,
            )
            for finess, contract in contracts.items()
        ],
        professionals=[
            s.ProfessionalRecord(
                who, "MARTIN", "CAMILLE", profession,
                {"10": "SM26", "21": "H"}.get(profession, ""),
                authorised=who != SUSPENDU, cause="sanction" if who == SUSPENDU else "",
            )
            for who, profession in PROFESSIONS.items() if who != UNKNOWN_RPPS
        ],
        patients=[_patient(one) for one in (OPEN, NO_DMP, CLOSED, BLOCKED, EXPIRED, UNDECLARED, OPPOSED)],
        authorisations=[
            s.Authorisation(OPEN, who, "VALIDE", NOW - timedelta(days=10), NOW + year)
            for who in (MEDECIN, INFIRMIER, PHARMACIEN, AUTRE_MEDECIN, SPECIALISTE_MT, KINE, SUSPENDU)
        ]
        + [
            s.Authorisation(CLOSED, MEDECIN, "VALIDE", NOW - timedelta(days=10)),
            s.Authorisation(BLOCKED, MEDECIN, "INTERDIT", NOW - timedelta(days=10)),
            s.Authorisation(EXPIRED, MEDECIN, "VALIDE", NOW - 2 * year, NOW - year),
        ],
    )  # fmt: skip


def _patient(one: Ins) -> Any:
    from tramontane.national import seeding as s

    return s.Patient(
        ins=one,
        birth_name="PAT-TROIS",
        given_names="DOMINIQUE",
        sex="F",
        birth_date=date(1979, 3, 28),
        state={NO_DMP: "none", CLOSED: "closed"}.get(one, "open"),
        closed_on=NOW.date() - timedelta(days=30) if one == CLOSED else None,
        opposes_bris_de_glace=one == OPPOSED,
        opposes_emergency_access=one == OPPOSED,
        medecin_traitant=SPECIALISTE_MT if one == OPEN else None,
    )


def feed(*entries: DocumentEntry, number: int = 1, days_ago: int = 0, replaces: str = "") -> None:
    """Register entries of one patient in one submission; each content is its title."""
    from tramontane.national import seeding as s

    patient = Ins.from_cx(entries[0].patient_id)
    s.seed(
        submissions=[
            s.Submission(
                patient,
                submission_set(number, patient=patient, days_ago=days_ago),
                tuple(s.Document(one, one.title.encode(), replaces) for one in entries),
            )
        ]
    )
