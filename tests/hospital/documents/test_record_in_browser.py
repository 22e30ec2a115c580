"""The record in a real Chromium: what shows, what the keyboard does, what a hostile document cannot do; axe on each state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.consultation import Ready
from support.hospital import login
from support.record_scene import NOW, PDF, feed_realistic
from tramontane.client import DeadlineExceeded, Phase
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.documents import viewer
from tramontane.hospital.documents.models import Dispatch, FolderRule
from tramontane.hospital.documents.services import sending
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.documents.views import preview

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def settle(page: Page) -> None:
    """Until nothing is asked any more; a frame that waits to be unfolded never says so, then its neighbour is enough."""
    if page.locator("iframe").count():
        page.frame_locator("iframe >> nth=0").locator("body").wait_for()
    else:
        page.wait_for_load_state("networkidle")


@dataclass
class Eyes:
    """A browser on the record, and what it looks at."""

    browser: Any
    base: str
    ready: Ready
    key: str

    def page(self, path: str = "", *, as_is: bool = False, **context: Any) -> Page:
        """The record. `as_is`: with the content security policies in force, which axe cannot live with."""
        profile = self.browser.new_context() if as_is else new_context(self.browser, **context)
        put_session(profile, self.base, self.key)
        page = profile.new_page()
        page.goto(f"{self.base}/patients/{self.ready.patient.pk}/{path}")
        return page

    def look(self, name: str, path: str = "", *, widths: tuple[int, ...] = (1440, 1024, 390)) -> None:
        """Screenshots in every width, light and dark; axe finds nothing; nothing overflows sideways."""
        for width in widths:
            for dark in (False, True):
                page = self.page(path, width=width, dark=dark)
                settle(page)
                shot(page, f"{name}-{width}{'-dark' if dark else ''}")
                assert violations(page) == [], name
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                    f"{name}: overflows at {width}"
                )
                page.context.close()


@pytest.fixture
def eyes(browser: Any, live_server: Any, ready: Ready) -> Eyes:
    client = Client()
    login(client, ready.account, ready.access.proof)
    return Eyes(browser, live_server.url, ready, client.session.session_key or "")


def test_the_list_opens_by_itself_and_reads_by_keyboard(eyes: Eyes) -> None:
    feed_realistic(eyes.ready.dossier)
    page = eyes.page()
    expect(page.get_by_text("DMP ouvert")).to_be_visible()
    expect(page.get_by_role("heading", name="Documents (11)")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Scanner thoracique sans injection")).to_be_visible()
    assert eyes.ready.world.transactions == ["TD0.2", "TD3.1"]
    page.keyboard.press("l")
    expect(page.get_by_role("link", name="Imprimer l’original")).to_be_visible()
    assert eyes.ready.world.transactions == ["TD0.2", "TD3.1", "TD3.2"]
    page.keyboard.press("c")
    expect(page.get_by_label("Dossier proposé d’après le type")).to_be_visible()
    shot(page, "filing-open")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Classer", exact=True).click()
    expect(page.get_by_text("Document classé sous « Imagerie / Comptes rendus ».")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
    page.keyboard.press("Escape")
    page.context.close()


def test_the_list_in_every_width(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    eyes.look("list", f"?doc={entries['hidden'].unique_id}")
    eyes.look("list-filtered", "?periode=tout&type=57833-6&aussi=anciennes&q=ordonnance&tri=type", widths=(1440, 390))
    eyes.look("list-no-match", "?q=introuvable", widths=(1440,))


def read_and_show(eyes: Eyes, unique_id: str, *, as_is: bool = False) -> Page:
    page = eyes.page(f"?periode=tout&doc={unique_id}", as_is=as_is)
    page.get_by_role("button", name="Lire", exact=True).click()
    page.wait_for_selector("#apercu a:has-text('Télécharger'), #apercu .alert.stop")
    return page


def test_each_kind_of_document_shows_what_it_can(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    expected = {
        "lab_report": "Hémoglobine",
        "unreadable": "Document non affichable",
        "ct": "1 page",
    }
    for name in ("lab_report", "ct", "prescription", "picture", "unreadable", "hidden", "damaged"):
        page = read_and_show(eyes, entries[name].unique_id)
        settle(page)
        shot(page, f"viewer-{name}")
        assert violations(page) == [], name
        if name in expected:
            expect(page.frame_locator("iframe.document").locator("body")).to_contain_text(expected[name])
        if name == "lab_report":
            prints_the_document_and_not_the_list(page)
        page.context.close()


def prints_the_document_and_not_the_list(page: Page) -> None:
    """A frame prints only what fits in it: the paper says so, and a tab of its own prints it whole."""
    cut = page.get_by_text("Le document peut être coupé sur ce papier")
    expect(cut).to_be_hidden()
    expect(page.get_by_role("link", name="Ouvrir pour imprimer")).to_have_attribute("target", "_blank")
    page.emulate_media(media="print")
    expect(cut).to_be_visible()
    expect(page.locator("iframe.document")).to_be_visible()
    expect(page.locator("#documents-titre")).to_be_hidden()


def test_a_hostile_document_is_inert_in_its_frame(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    page = read_and_show(eyes, entries["hidden"].unique_id, as_is=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    frame = page.frame_locator("iframe.document")
    expect(frame.locator("body")).to_contain_text("Bonjour")
    frame.get_by_text("Bonjour").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked === undefined")
    assert asked == []
    page.context.close()


@pytest.mark.parametrize("as_is", [True, False])
def test_a_script_that_passed_the_renderer_would_still_not_run(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch, as_is: bool
) -> None:
    """With the policies, framed and alone; without them, the sandbox of the frame holds by itself."""
    evil = "<!DOCTYPE html><title>x</title><body>vu<script>document.body.append(' exécuté'); top.hacked = 1</script>"
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    file = viewer.File("x.bin", "application/octet-stream", b"x")
    monkeypatch.setattr(preview, "show", lambda _content, **_more: viewer.Shown(html=evil, files=(file,)))
    page = read_and_show(eyes, entries["hidden"].unique_id, as_is=as_is)
    framed = page.frame_locator("iframe.document").locator("body")
    expect(framed).to_contain_text("vu")
    assert "exécuté" not in framed.inner_text()
    assert page.evaluate("window.hacked === undefined")
    if as_is:
        page.goto(eyes.base + str(page.locator("iframe.document").get_attribute("src")))
        assert page.inner_text("body") == "vu"
    page.context.close()


def test_a_pdf_shows_in_the_page_with_its_text_zooms_and_saves(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    page = read_and_show(eyes, entries["prescription"].unique_id, as_is=True)
    frame = page.frame_locator("iframe.document")
    picture = frame.get_by_role("img", name="Page 1, en image")
    expect(picture).to_be_visible()
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert picture.evaluate(drawn) == 1000
    assert frame.locator("body").evaluate(
        "body => { getSelection().selectAllChildren(body.querySelector('svg')); return String(getSelection()) }"
    ).strip() == "Compte rendu"  # fmt: skip
    shot(page, "pdf-shown")
    frame.get_by_role("link", name="200").click()
    expect(frame.locator("img[src*='zoom=200']")).to_be_visible()
    assert picture.evaluate(drawn) == 1800
    with page.expect_download() as saved:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert saved.value.path().read_bytes() == PDF
    address = eyes.base + str(page.get_by_role("link", name="Imprimer l’original").get_attribute("href"))
    page.goto(address)
    page.wait_for_timeout(1000)
    assert page.evaluate("document.contentType") == "application/pdf"
    page.context.close()


def test_the_header_of_a_cda_around_a_pdf_saves_the_file_and_does_nothing_else(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    page = read_and_show(eyes, entries["ct"].unique_id, as_is=True)
    page.get_by_text("En-tête du document clinique").click()
    header = page.frame_locator("iframe[title^='En-tête']")
    with page.expect_download() as saved:
        header.get_by_role("link", name="Télécharger").click()
    assert saved.value.path().read_bytes() == PDF
    page.context.close()


def add_ours(ready: Ready) -> list[Dispatch]:
    """Documents of ours, one in each state of the outbox, one not sent."""
    states = ("pending", "sending", "sent", "refused", "held")
    made = []
    for state in (*states, ""):
        new = NewDocument(content=PDF, type_code="34112-3", title=f"Compte rendu d’hospitalisation ({state or 'non envoyé'})",
                          act_date=NOW, author=ready.account, episode=ready.episode)  # fmt: skip
        document = add_hospital_document(ready.patient, new, actor=ready.access.actor)
        if not state:
            continue
        dispatch = sending.request_sending(ready.access, document)
        said = {
            "refused": "Le DMP refuse ces métadonnées : le type ne convient pas à la classe.",
            "held": "Retenu par un professionnel.",
        }
        Dispatch.objects.filter(pk=dispatch.pk).update(
            state=state, attempts=2, sent_at=NOW if state == "sent" else None, last_error=said.get(state, ""),
            last_code="XDSRegistryMetadataError" if state == "refused" else "", sending_since=NOW,
        )  # fmt: skip
        made.append(dispatch)
    return made


def test_a_document_is_brought_by_hand_and_its_pages_stand_the_same_checks(eyes: Eyes) -> None:
    eyes.look("deposit", "documents/deposer/", widths=(1440, 390))
    page = eyes.page("?vue=dossier", width=390)
    page.get_by_role("link", name="Déposer un document").click()
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_text("Choisissez le type du document.").first).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Fichier").set_input_files({"name": "cr.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_label("Type").select_option("34112-3")
    page.get_by_label("Titre").fill("Compte rendu de séjour")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_text("Document déposé dans le dossier")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer au DMP")).to_be_visible()
    page.goto(eyes.base + str(page.locator("iframe.document").get_attribute("src")))
    page.wait_for_selector("img")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_the_local_record_in_every_state_of_the_outbox(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    eyes.look("local-empty", "?vue=dossier", widths=(1440,))
    consultations.open_record(eyes.ready.access)
    page = read_and_show(eyes, entries["lab_report"].unique_id)
    page.locator("details.filing > summary").click()
    page.get_by_role("button", name="Classer", exact=True).click()
    page.wait_for_selector("text=Document classé sous")
    shot(page, "filed")
    page.context.close()
    dispatches = add_ours(eyes.ready)
    eyes.look("local", f"?vue=dossier&doc={dispatches[3].document_id}")
    unsent = max(dispatch.document_id for dispatch in dispatches) + 1
    eyes.look("local-unsent", f"?vue=dossier&doc={unsent}", widths=(1440, 390))
    eyes.ready.say("feeding", "opposition", motive="Profession connue du personnel de l’établissement")
    eyes.look("local-opposed", f"?vue=dossier&doc={unsent}", widths=(1440,))


def test_the_record_refused_failed_stale_empty_and_closed(eyes: Eyes) -> None:
    ready = eyes.ready
    consultations.open_record(ready.access)
    eyes.look("empty", widths=(1440, 390))
    late = DeadlineExceeded(
        "Le DMP n’a pas répondu à temps.", phase=Phase.WAITING, next_step="réessayez dans une minute"
    )
    ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=1), title="Seul document de ce DMP")
    consultations.refresh(ready.access)
    eyes.look("one", widths=(1440,))
    ready.world.fail("TD0.2", late)
    consultations.refresh(ready.access)
    eyes.look("stale", widths=(1440, 390))
    ready.world.open(ready.patient.ins, exists=False, open=False)
    consultations.refresh(ready.access)
    eyes.look("no-dmp", widths=(1440,))
    ready.say("consultation", "opposition")
    eyes.look("refused", widths=(1440, 390))


def test_a_reading_that_fails_says_whose_fault_it_is_in_the_preview(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    consultations.open_record(eyes.ready.access)
    late = DeadlineExceeded(
        "Le DMP n’a pas répondu à temps.", phase=Phase.WAITING, next_step="réessayez dans une minute"
    )
    eyes.ready.world.fail("TD3.2", late)
    page = eyes.page(f"?doc={entries['ct'].unique_id}")
    page.get_by_role("button", name="Lire", exact=True).click()
    expect(page.get_by_text("est en cause")).to_be_visible()
    assert violations(page) == []
    shot(page, "reading-failed")
    page.get_by_role("button", name="Lire", exact=True).click()
    expect(page.get_by_role("link", name="Imprimer l’original")).to_be_visible()
    page.context.close()


def test_five_thousand_documents(eyes: Eyes) -> None:
    for number in range(5000):
        eyes.ready.dossier.feed(at=NOW - timedelta(hours=3 * number), title=f"Document n° {number:04d}")
    consultations.open_record(eyes.ready.access)
    started = time.perf_counter()
    page = eyes.page("?periode=tout&page=100")
    print(f"5,000 documents: page shown in {time.perf_counter() - started:.2f} s")
    expect(page.get_by_text("page 100 sur 100")).to_be_visible()
    assert page.locator('input[name="document"]').count() == 50
    shot(page, "list-5000")
    page.context.close()


def test_the_filing_table(eyes: Eyes) -> None:
    eyes.ready.account.roles = [Role.CLINICIAN.value, Role.RSSI.value]
    eyes.ready.account.save()
    FolderRule.objects.create(legal_entity=eyes.ready.account.legal_entity, type_code="11502-2", folder="Laboratoire")
    for width in (1440, 390):
        page = eyes.page("../../rssi/classement/?q=bio", width=width)
        shot(page, f"rules-{width}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.context.close()


def test_the_record_reads_without_script(eyes: Eyes) -> None:
    entries = feed_realistic(eyes.ready.dossier)
    profile = eyes.browser.new_context(java_script_enabled=False)
    put_session(profile, eyes.base, eyes.key)
    page = profile.new_page()
    page.goto(f"{eyes.base}/patients/{eyes.ready.patient.pk}/")
    page.get_by_role("button", name="Interroger le DMP").click()
    page.locator("section.documents").get_by_role("link", name="Scanner thoracique").click()
    page.get_by_role("button", name="Lire", exact=True).click()
    expect(page.get_by_role("link", name="Imprimer l’original")).to_be_visible()
    page.get_by_label(f"Choisir : {entries['lab_report'].title}").check()
    page.get_by_role("button", name="Lire la sélection").click()
    expect(page.locator("iframe.document")).to_be_visible()
    profile.close()
