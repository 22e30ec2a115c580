"""The board and its files: what each page says, who may see it, what leaves the hospital."""

from __future__ import annotations

import csv
import ctypes
import hashlib
import io
import json
import ssl
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook
from pypdfium2 import PdfDocument
from pypdfium2 import raw as pdfium

from support.hospital import login, make_account, make_legal_entity
from support.objectives_scene import Scene, make_scene
from support.pki import pki
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.objectives.models import OwnDate, ProofDocument, ReadingChoice, Sharing, Statement
from tramontane.hospital.objectives.services import closing
from tramontane.hospital.traces.events import Actor
from tramontane.hospital.traces.models import Trace
from tramontane.pack import verify
from tramontane.rules.objectives import definitions

pytestmark = pytest.mark.django_db
PAGES = (
    "", "?mois=2026-04", "detail/2.2/", "detail/2.1/?annee=2028&mois=2026-03", "detail/1.2/", "detail/1.0/",
    "detail/1.3/?annee=2028", "releves/", "preuves/", "preuves/2026/", "calendrier/", "groupe/", "parametres/",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The hospital and its closed months, made once: each test undoes what it does on top of it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        yield make_scene(patch, closed=4, users=16, patients=120)
        transaction.set_rollback(True)


@pytest.fixture
def scene(made: Scene, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def browser(scene: Scene) -> Client:
    client = Client()
    login(client, scene.account)
    return client


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in PdfDocument(pdf))


def test_every_page_answers_and_says_its_fact_first(browser: Client) -> None:
    for path in PAGES:
        answer = browser.get(f"/objectifs/{path}")
        assert answer.status_code == 200, path
        assert '<h1 class="lead">' in answer.content.decode(), path


def test_the_pages_ask_for_their_role(scene: Scene) -> None:
    clinician = Client()
    login(clinician, make_account(scene.entity))
    rssi = Client()
    login(rssi, make_account(scene.entity, roles=(Role.RSSI,)))
    for path in PAGES:
        assert clinician.get(f"/objectifs/{path}").status_code == 403, path
    assert rssi.get("/objectifs/").status_code == 200
    assert "Ouvrir nos chiffres" not in rssi.get("/objectifs/groupe/").content.decode()
    assert rssi.post("/objectifs/releves/2026-04/clore/", {"motive": "pour voir"}).status_code == 403
    rssi.post("/objectifs/parametres/", {"parameter": "flux_mensuel", "value": "presents"})
    assert not ReadingChoice.objects.exists()


def test_a_closed_month_is_shown_as_frozen_and_an_open_one_does_not_exist(browser: Client, scene: Scene) -> None:
    page = browser.get("/objectifs/?mois=2026-03").content.decode()
    numerator, denominator = scene.activity.truths[2].of("2.2/2027")
    assert f"{numerator} sur {denominator}" in page
    assert "ne change plus" in page
    for path in (
        "?mois=2027-01",
        "?mois=mars",
        "detail/9.9/",
        "detail/2.2/?annee=2031",
        "releves.pdf",
        "preuves/2031/",
    ):
        assert browser.get(f"/objectifs/{path}").status_code == 404, path


def test_the_drill_down_counts_without_a_name(browser: Client, scene: Scene) -> None:
    page = browser.get("/objectifs/detail/2.2/?mois=2026-04").content.decode()
    assert all(service.name in page for service in scene.activity.services)
    assert "Infirmier" in page
    assert "Fictif" not in page
    flow = browser.get("/objectifs/detail/2.1/?mois=2026-04").content.decode()
    assert "FICTIF" not in flow


def test_tables_give_every_figure_with_its_reading(browser: Client, scene: Scene) -> None:
    content = b"".join(browser.get("/objectifs/releves.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 4 * 14
    row = next(one for one in rows if (one["Mois"], one["Objectif"], one["Année"]) == ("2026-02", "2.1", "2027"))
    assert (int(row["Numérateur"]), int(row["Dénominateur"])) == scene.activity.truths[1].of("2.1/2027")
    assert "venue commence dans le mois" in row["Lecture retenue"]
    book = load_workbook(io.BytesIO(browser.get("/objectifs/releves.xlsx").content))
    assert book["Relevés"].max_row == 4 * 14 + 1
    assert book["Paramètres"].max_row == 1 + len(definitions().parametres)


def test_the_pdf_says_the_same_thing_as_the_page(browser: Client) -> None:
    answer = browser.get("/objectifs/tableau.pdf?mois=2026-04")
    said = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    for words in ("Objectifs HospiConnect d’avril 2026", "DICAH", "Flux mensuel de patients", "2.2"):
        assert words in said, words


def test_the_curves_of_the_pdf_are_those_of_the_screen_and_say_the_same_in_words(browser: Client) -> None:
    page = browser.get("/objectifs/?mois=2026-04").content.decode()
    pdf = PdfDocument(browser.get("/objectifs/tableau.pdf?mois=2026-04").content)
    said = [alternative for sheet in pdf for alternative in alternatives(sheet)]
    assert len(said) == 2
    assert all(f'aria-label="{words}"' in page for words in said), said
    assert all("janvier 2026" in words and "avril 2026" in words for words in said), said


def alternatives(sheet: Any) -> list[str]:
    """The text alternative of each tagged figure of a page."""
    tree = pdfium.FPDF_StructTree_GetForPage(sheet)
    pending = [
        pdfium.FPDF_StructTree_GetChildAtIndex(tree, rank) for rank in range(pdfium.FPDF_StructTree_CountChildren(tree))
    ]
    found = []
    while pending:
        element = pending.pop(0)
        size = pdfium.FPDF_StructElement_GetAltText(element, None, 0)
        if size > 2:
            buffer = ctypes.create_string_buffer(size)
            pdfium.FPDF_StructElement_GetAltText(element, buffer, size)
            found.append(buffer.raw[:-2].decode("utf-16-le"))
        children = range(pdfium.FPDF_StructElement_CountChildren(element))
        pending += [child for rank in children if (child := pdfium.FPDF_StructElement_GetChildAtIndex(element, rank))]
    pdfium.FPDF_StructTree_Close(tree)
    return found


def test_a_month_due_is_closed_from_the_page_and_corrected_with_a_motive(
    browser: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = scene.activity.edges(4)[1] + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    login(browser, scene.account)
    assert "1 mois terminé est à clore" in browser.get("/objectifs/releves/").content.decode().replace("\u00a0", " ")
    browser.post("/objectifs/releves/2026-05/clore/")
    browser.post("/objectifs/releves/2026-05/clore/", {"motive": "venues saisies après coup"})
    assert browser.post("/objectifs/releves/2026-05/clore/", {"motive": " "}).status_code == 422
    rows = Statement.objects.filter(month="2026-05-01").order_by("number")
    assert [(row.number, row.motive, row.closed_by_id) for row in rows] == [
        (1, "", scene.account.pk),
        (2, "venues saisies après coup", scene.account.pk),
    ]
    refused = browser.post("/objectifs/releves/2026-06/clore/", follow=True).content.decode()
    assert "n’est pas terminé" in refused
    assert "Remplacé" in refused


def test_a_reading_counts_for_the_months_to_come_only(browser: Client, scene: Scene) -> None:
    before = Statement.objects.order_by("month").values_list("sha256", flat=True)
    browser.post("/objectifs/parametres/", {"parameter": "utilisateur_habilite", "value": "matrice_et_rpps"})
    assert "dont le RPPS est connu" in browser.get("/objectifs/detail/2.2/").content.decode()
    assert "dont le RPPS est connu" not in browser.get("/objectifs/detail/2.2/?mois=2026-04").content.decode()
    assert list(before) == list(Statement.objects.order_by("month").values_list("sha256", flat=True))
    refused = browser.post("/objectifs/parametres/", {"parameter": "flux_mensuel", "value": "x"}, follow=True)
    assert "admet pas la valeur" in refused.content.decode()
    assert Trace.objects.filter(event="objectifs.parametre").count() == 1


def test_the_calendar_holds_the_webinar_and_our_own_dates(browser: Client) -> None:
    browser.post("/objectifs/calendrier/", {"day": "2027-01-15", "title": "Comité HospiConnect"})
    file = browser.get("/objectifs/calendrier.ics").content.decode().replace("\r\n ", "")
    assert file.count("BEGIN:VEVENT") == 11 + 1 + 1
    assert "DTSTART;VALUE=DATE:20260923" in file
    assert "Comité HospiConnect" in file
    assert file == browser.get("/objectifs/calendrier.ics").content.decode().replace("\r\n ", "")
    own = OwnDate.objects.get()
    browser.post(f"/objectifs/calendrier/{own.uuid}/retirer/")
    assert not OwnDate.objects.exists()
    assert browser.post("/objectifs/calendrier/", {"day": "jamais", "title": ""}).status_code == 422


def test_the_proof_file_of_a_year_is_a_pack_that_verifies(browser: Client, scene: Scene, tmp_path: Any) -> None:
    procedure = SimpleUploadedFile("Procédure comptes.pdf", b"%PDF-1.7 fictif")
    browser.post("/objectifs/preuves/2027/procedure-comptes/deposer/", {"file": procedure})
    empty = SimpleUploadedFile("vide.pdf", b"")
    browser.post("/objectifs/preuves/2027/procedure-comptes/deposer/", {"file": empty})
    browser.post("/objectifs/preuves/2027/releve-2.1/deposer/", {"file": SimpleUploadedFile("x.pdf", b"x")})
    document = ProofDocument.objects.get()
    page = browser.get("/objectifs/preuves/2027/").content.decode()
    assert "Procédure comptes.pdf" in page
    path = tmp_path / "pack.zip"
    path.write_bytes(b"".join(browser.post("/objectifs/preuves/2027/dossier.zip").streaming_content))
    with path.open("rb") as file:
        assert not verify(file).findings
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        deposited = next(name for name in archive.namelist() if name.startswith("1.2/depots/"))
        assert archive.read(deposited) == b"%PDF-1.7 fictif"
    assert next(row for row in manifest["entries"] if row["role"] == "depot")["frozen_sha256"] == document.sha256
    browser.post(f"/objectifs/documents/{document.pk}/retirer/")
    assert "Procédure comptes.pdf" not in browser.get("/objectifs/preuves/2027/").content.decode()


def test_the_manifest_of_a_pack_is_signed_when_a_key_is_configured(
    browser: Client, settings: Any, tmp_path: Any
) -> None:
    key, path = pki().sign, tmp_path / "pack.zip"
    (tmp_path / "cle.pem").write_bytes(key.key_pem() + key.certificate_pem)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, pv_key=f"file:{tmp_path / 'cle.pem'}")
    path.write_bytes(b"".join(browser.post("/objectifs/preuves/2027/dossier.zip").streaming_content))
    with path.open("rb") as file:
        report = verify(file)
    assert not report.findings
    assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(key.certificate_pem.decode())).hexdigest() in report.signed_by
    (tmp_path / "cle.pem").unlink()
    refused = browser.post("/objectifs/preuves/2027/dossier.zip", follow=True).content.decode()
    assert "La clef de signature ne peut pas servir" in refused


def test_the_pack_of_a_measured_year_holds_its_statements_without_an_account(browser: Client, tmp_path: Any) -> None:
    # 2026 asks for two documents; its statements go with them.
    path = tmp_path / "pack.zip"
    path.write_bytes(b"".join(browser.post("/objectifs/preuves/2026/dossier.zip").streaming_content))
    with zipfile.ZipFile(path) as archive:
        kept = json.loads(archive.read("releves/2026-03-1.json"))
        assert {"releves/releves.csv", "releves/releves.xlsx"} <= set(archive.namelist())
    assert kept["sha256"] == Statement.objects.get(month="2026-03-01").sha256
    assert "members" not in kept["facts"]
    template = browser.get("/objectifs/preuves/note-de-cadrage.docx")
    assert template.content[:2] == b"PK"


def test_each_objective_has_its_own_pack_and_what_leaves_is_traced(
    browser: Client, scene: Scene, tmp_path: Any
) -> None:
    for key in ("procedure-comptes", "modes-degrades"):
        file = SimpleUploadedFile(f"{key}.pdf", b"%PDF-1.7 fictif")
        browser.post(f"/objectifs/preuves/2028/{key}/deposer/", {"file": file})
    answer = browser.post("/objectifs/preuves/2028/1.2/dossier.zip")
    path = tmp_path / "pack.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    assert f"preuves-{scene.entity.finess_juridique}-2028-1.2.zip" in answer["Content-Disposition"]
    with path.open("rb") as file:
        assert not verify(file).findings
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert [name for name in names if "/depots/" in name] == [name for name in names if name.startswith("1.2/")]
    document = ProofDocument.objects.get(key="modes-degrades")
    assert b"".join(browser.post(f"/objectifs/documents/{document.pk}/").streaming_content) == b"%PDF-1.7 fictif"
    left = [row.detail for row in Trace.objects.filter(event="objectifs.preuve").order_by("id")[2:]]
    assert [one["title"] for one in left] == [
        "dossier 2028, objectif 1.2 (demandé)",
        "dossier 2028, objectif 1.2",
        "Description de la prise en charge des modes dégradés",
    ]
    with path.open("rb") as file:
        report = verify(file, manifest_sha256=left[1]["manifest_sha256"])
    assert (report.anchored, report.whole) == (True, True)
    for refused in ("2028/9.9/dossier.zip", "2026/2.2/dossier.zip", "2031/dossier.zip"):
        assert browser.post(f"/objectifs/preuves/{refused}").status_code == 404, refused
    assert browser.get("/objectifs/preuves/2028/1.2/dossier.zip").status_code == 405


def test_a_group_shows_figures_to_the_roles_they_were_opened_to(browser: Client, scene: Scene) -> None:
    other = make_legal_entity(name="Hôpital voisin")
    theirs, rssi = Client(), Client()
    login(theirs, make_account(other, roles=(Role.DIRECTION,)))
    login(rssi, make_account(other, roles=(Role.RSSI,)))

    def seen(client: Client, query: str = "") -> str:
        return client.get(f"/objectifs/groupe/{query}").content.decode()

    assert scene.entity.name not in seen(theirs)
    opened = {"finess": other.finess_juridique, "roles": ["direction"], "reach": "clos"}
    for wrong, status in ((opened | {"finess": "999999999"}, 302), (opened | {"roles": []}, 422)):
        assert browser.post("/objectifs/groupe/ouvrir/", wrong).status_code == status
    assert rssi.post("/objectifs/groupe/ouvrir/", opened).status_code == 403
    browser.post("/objectifs/groupe/ouvrir/", opened)
    again = browser.post("/objectifs/groupe/ouvrir/", opened, follow=True).content.decode()
    assert "lit déjà vos chiffres" in again
    numerator, denominator = scene.activity.truths[3].of("2.2/2027")
    assert f"{numerator} sur {denominator}" in seen(theirs)  # the last month that one of them closed
    before, among = scene.activity.truths[1].of("2.2/2027")
    assert f"{before} sur {among}" in seen(theirs, "?mois=2026-02")
    assert "Mois en cours non ouvert" in seen(theirs, "?mois=en-cours")
    assert theirs.get("/objectifs/groupe/?mois=2025-02").status_code == 404
    assert scene.entity.name not in seen(rssi)
    assert theirs.get("/objectifs/?mois=2026-04").status_code == 404
    sharing = Sharing.objects.get()
    assert theirs.post(f"/objectifs/groupe/{sharing.pk}/retirer/").status_code == 404
    browser.post(f"/objectifs/groupe/{sharing.pk}/retirer/")
    assert scene.entity.name not in seen(theirs)
    browser.post("/objectifs/groupe/ouvrir/", opened | {"roles": ["rssi"], "reach": "en-cours"})
    assert scene.entity.name not in seen(theirs)
    assert "Ensemble" in seen(rssi, "?mois=en-cours")
    assert "Mois en cours non ouvert" not in seen(rssi, "?mois=en-cours")


def test_nothing_yet_is_said_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    login(client, make_account(roles=(Role.DIRECTION,)))
    for path in ("", "releves/", "groupe/", "calendrier/", "preuves/", "detail/2.2/", "detail/2.1/"):
        assert client.get(f"/objectifs/{path}").status_code == 200, path
    assert "Non mesuré" in client.get("/objectifs/").content.decode()
    assert client.get("/objectifs/tableau.pdf").content[:4] == b"%PDF"


def test_the_command_line_closes_what_is_due_and_proves_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from tramontane.cli import hospital as commands
    from tramontane.cli.hospital_operations import objectives

    monkeypatch.setattr(objectives, "start", lambda: None)
    later = scene.activity.edges(4)[1] + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    finess = ["--entite", scene.entity.finess_juridique]
    done = CliRunner().invoke(commands.hospital, ["objectives", "close", *finess])
    assert "Relevé de 05/2026, n° 1" in done.output
    proven = CliRunner().invoke(commands.hospital, ["objectives", "verify", *finess, "--json"])
    rows = json.loads(proven.output)["statements"]
    assert proven.exit_code == 0
    assert [(row["month"], row["holds"]) for row in rows] == [(f"2026-0{n}", True) for n in range(1, 6)]
    assert CliRunner().invoke(commands.hospital, ["objectives", "close", *finess, "--mois", "mai"]).exit_code == 2
    early = CliRunner().invoke(commands.hospital, ["objectives", "close", *finess, "--mois", "2026-07"])
    assert early.exit_code == 1
    assert closing.due(scene.entity, later) == []
    assert Actor(scene.entity.finess_juridique)
