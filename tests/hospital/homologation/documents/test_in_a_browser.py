"""In a real Chromium: a workbook at fault, the PV downloaded, signed elsewhere, verified, then packed and checked offline."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.homologation_scene import Scene
from support.hospital import login
from support.pki import TestPki
from tramontane.cli import tramontane_command
from tramontane.hospital import clock
from tramontane.hospital.homologation.documents.signature import local
from tramontane.ui.workbook import Column, Sheet, write

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def page(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Page]:
    settings.MEDIA_ROOT = tmp_path
    with chromium() as browser:
        context = new_context(browser)
        yield context.new_page()


def enter(page: Page, base: str, scene: Scene, path: str) -> None:
    client = Client()
    login(client, scene.account)
    put_session(page.context, base, client.session.session_key or "")
    page.goto(base + path)


def look(page: Page, name: str) -> None:
    """Wide, then narrow and dark: nothing overflows, axe finds nothing."""
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
        shot(page, f"documents-{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: {width}"
    assert violations(page) == [], name
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def downloaded(page: Page, role: Any, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role(role, name=name).first.click()
    return Path(waiting.value.path()).read_bytes()


def file(name: str, content: bytes) -> list[Any]:
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]


def test_a_pv_goes_out_comes_back_signed_and_leaves_in_a_pack_that_verifies(
    page: Page, live_server: Any, pki: TestPki, tmp_path: Path
) -> None:
    scene = Scene.new()
    number = scene.decided(unmet=("exi-20",)).number
    base = f"/homologation/{number}"
    enter(page, live_server.url, scene, f"{base}/documents/")
    look(page, "1-before")
    assert downloaded(page, "link", "Télécharger le projet en Word : Support").startswith(b"PK")
    pv = downloaded(page, "link", "Télécharger en PDF : Procès-verbal")
    page.goto(f"{live_server.url}{base}/signature/")
    look(page, "2-three-ways")
    give_back(page, pv)
    expect(page.get_by_role("alert")).to_contain_text("le fichier n’en porte aucune")
    look(page, "3-refused")
    give_back(page, signed_elsewhere(pv, pki))
    expect(page.locator("main")).to_contain_text("PAdES B-B")
    expect(page.get_by_role("row", name="Octets de notre PV")).to_contain_text("Vérifié")
    look(page, "4-verified")
    page.get_by_role("link", name="Documents", exact=True).click()
    kept = tmp_path / "pack.zip"
    kept.write_bytes(downloaded(page, "button", "Fabriquer le pack"))
    page.reload()
    digest = page.locator("main .facts code").first.inner_text()
    look(page, "5-after")
    verdict = CliRunner().invoke(tramontane_command, ["pack", "verify", str(kept), "--manifest-sha256", digest])
    assert verdict.exit_code == 0, verdict.output
    assert "Le pack est intact" in verdict.output


def signed_elsewhere(pv: bytes, pki: TestPki) -> bytes:
    """As a parapheur does; in a thread of its own, because Playwright runs a loop in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(lambda: local.sign(pv, pki.sign, reason="PV").content).result()


def give_back(page: Page, content: bytes) -> None:
    page.get_by_label("PV revenu du parapheur").set_input_files(file("pv.pdf", content))
    page.get_by_role("button", name="Vérifier et enregistrer").click()


def test_a_workbook_is_rehearsed_then_recorded(page: Page, live_server: Any) -> None:
    scene = Scene.new()
    dossier = scene.open()
    enter(page, live_server.url, scene, f"/homologation/{dossier.number}/documents/classeur/")
    choose(page, b"PK pas un classeur")
    expect(page.get_by_role("alert")).to_contain_text("n’est pas un classeur Excel")
    look(page, "6-workbook-refused")
    choose(page, answered("exi-01"))
    expect(page.locator("h1").first).to_contain_text("1 changement serait enregistré")
    look(page, "7-workbook-rehearsed")
    page.get_by_role("button", name="Enregistrer ces changements").click()
    expect(page.locator("main")).to_contain_text("Changements enregistrés")
    assert dossier.assessments.get(exigence="exi-01").level == "conforme"


def choose(page: Page, content: bytes) -> None:
    page.get_by_label("Classeur rempli").set_input_files(file("c.xlsx", content))
    page.get_by_role("button", name="Vérifier le classeur").click()


def answered(exigence: str) -> bytes:
    """The smallest workbook that answers one exigence."""
    names = ("Identifiant", "Niveau", "Parties prenantes", "Version de la réponse")
    plan = ("Identifiant", "Réserve", "À lever avant le", "Action", "Menée par", "Pour le")
    sheets = (
        Sheet("Exigences", tuple(map(Column, names)), [(exigence, "Conforme", "RSSI", "0")]),
        Sheet("Réserves et plan d’actions", tuple(map(Column, plan))),
    )
    return io.BytesIO(write(sheets, at=clock.now())).getvalue()
