"""Search, extraction and the patient's list: complete, scoped, inert in a spreadsheet, signed when it can be."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.db import transaction
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from support.hospital import login, make_account, make_rpps
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.traces import selectors
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client) -> Account:
    account = make_account(roles=(Role.RSSI,))
    login(client, account)
    return account


def trace(entity: str, rpps: str, code: str = "document.lu", **fields: Any) -> Trace:
    with transaction.atomic():
        return record(Event(code, Actor(entity, 1, "Alix Rousseau", rpps), **fields))


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def extract(client: Client, rpps: str, kind: str = "csv", **fields: str) -> Any:
    data = {"professionals": rpps, "since": "2026-01-01", "until": "2099-12-31", "format": kind} | fields
    return client.post("/traces/extraction/", data)


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_an_extraction_gives_every_trace_of_the_professionals_and_of_no_one_else(
    client: Client, auditor: Account
) -> None:
    ej = auditor.legal_entity.finess_juridique
    mine, colleague, other = make_rpps(), make_rpps(), make_rpps()
    wanted = [trace(ej, mine).pk for _ in range(3)] + [trace(ej, colleague).pk]
    trace(ej, other)
    trace("999999999", mine)
    rows = rows_of(extract(client, f"{mine}, {colleague}"))
    assert [int(row["rang"]) for row in rows] == wanted
    assert {row["finess_juridique"] for row in rows} == {ej}
    kept = Trace.objects.get(event="trace.extraite")
    assert kept.detail["rpps"] == [mine, colleague]
    assert kept.detail["count"] == "4"


def test_the_period_is_whole_days_in_paris(client: Client, auditor: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    ej, rpps = auditor.legal_entity.finess_juridique, make_rpps()
    moments = [datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
               datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)]  # fmt: skip
    made = []
    for moment in moments:
        at(monkeypatch, moment)
        made.append(trace(ej, rpps).pk)
    found = selectors.extraction(ej, [rpps], date(2026, 3, 29), date(2026, 3, 29))
    # The day of the change to summer time has 23 hours: from 23:00 UTC the day before to 22:00 UTC.
    assert list(found.values_list("pk", flat=True)) == made[1:3]


def test_a_motive_that_looks_like_a_formula_is_inert(client: Client, auditor: Account) -> None:
    rpps = make_rpps()
    trace(auditor.legal_entity.finess_juridique, rpps, "bris_de_glace.ouvert", motive='=HYPERLINK("http://x")')
    assert rows_of(extract(client, rpps))[0]["motif"].startswith("'=")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"professionals": "123"}, "11 chiffres"),
        ({"professionals": ""}, "obligatoire"),
        ({"since": "2026-12-31", "until": "2026-01-01"}, "précède"),
    ],
)
def test_an_extraction_that_makes_no_sense_is_refused(
    client: Client, auditor: Account, fields: dict[str, str], word: str
) -> None:
    answer = extract(client, make_rpps(), **fields)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Trace.objects.filter(event="trace.extraite").exists()


def test_without_a_certificate_the_pdf_says_that_it_is_not_signed(client: Client, auditor: Account) -> None:
    rpps = make_rpps()
    trace(auditor.legal_entity.finess_juridique, rpps)
    answer = extract(client, rpps, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "non signé" in text_of(answer.content)
    assert not PdfFileReader(io.BytesIO(answer.content)).embedded_signatures


def test_the_two_hours_of_the_night_summer_time_ends_are_told_apart(
    client: Client, auditor: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rpps = make_rpps()
    for moment in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
        at(monkeypatch, moment)
        trace(auditor.legal_entity.finess_juridique, rpps)
    text = words_of(extract(client, rpps, "pdf", since="2026-10-25", until="2026-10-25").content)
    assert "25/10/2026 02:30:00 (UTC+02)" in text
    assert "25/10/2026 02:30:00 (UTC+01)" in text


def test_a_letter_the_pdf_cannot_draw_loses_its_mark_and_not_its_place(client: Client, auditor: Account) -> None:
    rpps = make_rpps()
    with transaction.atomic():
        record(Event("document.lu", Actor(auditor.legal_entity.finess_juridique, 1, "Dr Ayşe Şahin-Œuvrard", rpps)))
    assert "Dr Ayse Sahin-Œuvrard" in words_of(extract(client, rpps, "pdf").content)


@pytest.mark.parametrize(("since", "until"), [("0001-01-01", "2099-12-31"), ("2026-01-01", "9999-12-31")])
def test_a_day_at_the_end_of_the_calendar_bounds_nothing(
    client: Client, auditor: Account, since: str, until: str
) -> None:
    rpps = make_rpps()
    kept = trace(auditor.legal_entity.finess_juridique, rpps)
    assert [int(row["rang"]) for row in rows_of(extract(client, rpps, since=since, until=until))] == [kept.pk]


def words_of(pdf: bytes) -> str:
    """The text of the first page as a reader sees it, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(document[0].get_textpage().get_text_bounded().split())


def text_of(pdf: bytes) -> str:
    """The text of the first page, from its content stream (reportlab writes it in clear, compressed)."""
    reader = PdfFileReader(io.BytesIO(pdf))
    page = reader.root["/Pages"]["/Kids"][0]
    return bytes(page["/Contents"].data).decode("latin-1").replace("\\351", "é")


@pytest.fixture
def signing(tmp_path: Path, settings: Any) -> Callable[[str], x509.Certificate]:
    """A certificate to sign with, declared to the application."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Centre hospitalier d'essai")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    )
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usage_extension = x509.KeyUsage(digital_signature=True, content_commitment=True, **usage)
    certificate = builder.add_extension(usage_extension, critical=True).sign(key, hashes.SHA256())
    path = tmp_path / "extraction.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"mot de passe"))
    )

    def declare(password: str) -> x509.Certificate:
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, extraction_p12=str(path), extraction_password=password)
        return certificate

    return declare


def test_with_a_certificate_the_pdf_is_signed_and_a_changed_byte_shows(
    client: Client, auditor: Account, signing: Callable[[str], x509.Certificate]
) -> None:
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # ships no types
    from cryptography.hazmat.primitives.serialization import Encoding

    anchor = Certificate.load(signing("mot de passe").public_bytes(Encoding.DER))
    rpps = make_rpps()
    trace(auditor.legal_entity.finess_juridique, rpps)
    content = extract(client, rpps, "pdf").content
    status = judge(content, anchor)
    assert status.bottom_line
    assert "signé électroniquement" in text_of(content)
    spoiled = content.replace(b"Extraction de traces", b"Extraction de tracez", 1)
    assert spoiled != content
    assert not judge(spoiled, anchor).intact


def judge(content: bytes, anchor: Any) -> Any:
    signature = PdfFileReader(io.BytesIO(content)).embedded_signatures[0]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[anchor]))


def test_a_certificate_that_cannot_sign_is_said_and_nothing_unsigned_leaves(
    client: Client, auditor: Account, signing: Callable[[str], x509.Certificate]
) -> None:
    signing("un autre mot de passe")
    answer = extract(client, make_rpps(), "pdf")
    assert answer.status_code == 302
    assert "certificat de signature" in client.get(answer["Location"]).content.decode()


def test_search_by_professional_patient_event_and_refusal(client: Client, auditor: Account) -> None:
    ej, rpps = auditor.legal_entity.finess_juridique, make_rpps()
    trace(ej, rpps, ins="254036938301245")
    trace(ej, make_rpps(), "acces.refuse", outcome="refusé", ins="254036938301245")
    trace("999999999", rpps)

    def count(**fields: str) -> int:
        answer = client.post("/traces/", fields)
        assert "254" not in answer["Location"]
        return int(client.get(answer["Location"]).context["page"].paginator.count)

    assert count() == 2
    assert count(professionnel=rpps) == 1
    assert count(patient="2 54 03 69 383 012 45") == 2
    assert count(evenement="acces.refuse") == 1
    assert count(refus="on") == 1
    assert count(professionnel="rousseau alix") == 2
    assert count(professionnel="roussèau ALÏX") == 2, "as people type it"
    assert count(jusque="2020-01-01") == 0


def test_the_patient_s_list_holds_accesses_of_that_patient_only(client: Client, auditor: Account) -> None:
    ej = auditor.legal_entity.finess_juridique
    trace(ej, make_rpps(), ins="254036938301245")
    trace(ej, make_rpps(), "hl7.recu", ins="254036938301245")
    trace(ej, make_rpps(), ins="154036938301200")
    trace("999999999", make_rpps(), ins="254036938301245")
    answer = client.post("/traces/patient/", {"ins": "2 54 03 69 383 012 45"})
    assert answer["Location"] == "/traces/patient/?liste=1"
    assert len(client.get(answer["Location"]).context["rows"]) == 1
    assert client.get("/traces/patient/").context["rows"] == []


def test_the_patient_reads_what_was_done_without_the_codes_of_the_trade(auditor: Account) -> None:
    who = Actor(auditor.legal_entity.finess_juridique)
    with transaction.atomic():
        record(Event("dmp.demande", who, ins="254036938301245", transaction="TD3.2"))
        record(Event("dossier.ouvert", who, ins="254036938301245"))
    opened, asked = selectors.of_patient(who.finess_juridique, "254036938301245")
    assert selectors.for_patient(asked) == "Lecture de documents : demande envoyée"
    assert selectors.sentence(asked) == "TD3.2 : demande envoyée"
    assert selectors.for_patient(opened) == "Dossier ouvert"


def test_verifying_from_the_screen_is_traced(client: Client, auditor: Account) -> None:
    page = client.post("/traces/verification/")
    assert "est intacte" in page.content.decode()
    assert Trace.objects.get(event="trace.verifiee").outcome == "intacte"
    assert "vérifiée intacte" in client.get("/traces/").content.decode()


def test_the_audit_desk_is_closed_to_others(client: Client) -> None:
    login(client, make_account(roles=(Role.CLINICIAN, Role.ACCOUNT_MANAGER)))
    for path in ("/traces/", "/traces/extraction/", "/traces/patient/"):
        assert client.get(path).status_code == 403
    assert client.post("/traces/verification/").status_code == 403
