"""The operator's desk in a browser, while two clients call over mutual TLS: ours, and one that does everything wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import chromium, shot, violations
from support.national import CLOSED, EJ, ET, MEDECIN, OPEN, ROLES, SOFTWARE, call, token, vihf
from support.national_server import BASE_PATH, NationalServer
from support.page_server import as_persona, open_page, serving_pages
from support.pki import pki
from tramontane.client import (
    DmpClient,
    Endpoint,
    HospitalIdentity,
    PrivateKeySigner,
    Professional,
    ServerTrust,
    Setting,
    TlsCredentials,
)
from tramontane.dmp.identity import FinessJuridique
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.vihf import Vihf
from tramontane.dmp.xds import DocumentCriteria, find_documents

pytestmark = [pytest.mark.needs("chromium")]
SCENE = """
from datetime import timedelta
from support.national import ET, MEDECIN, NOW, OPEN, entry, feed, ins, populate
from tramontane.national.models import AccessTrace
populate()
feed(entry(1), entry(2))
noon = NOW.replace(hour=11) - timedelta(days=1)
AccessTrace.objects.bulk_create(AccessTrace(instant=noon + timedelta(seconds=index), transaction="TD3.1",
    service="registry", result="granted", access_mode="normal", rpps=MEDECIN.value, structure=ET.value,
    ins=ins(200 + index).value, assertion_id=f"_{index}") for index in range(60))
"""

# Enough people to fill a day of traffic.
STAFF = """
from support.national import ET, ET_SUSPENDED, rpps
from tramontane.national.models import Professional
for index in range(40):
    one, _ = Professional.objects.get_or_create(rpps=rpps(index + 1).value,
        defaults={"family_name": "DUPONT", "given_name": "ALEX", "profession": "10"})
    one.establishments.set([(ET, ET_SUSPENDED)[index % 2].value])
"""


@dataclass
class Desk:
    """The stand-in, its pages, a browser."""

    national: NationalServer
    url: str
    browser: Any

    def operator(self, **how: Any) -> Page:
        """A browser of its own, logged in as an operator."""
        return as_persona(open_page(self.browser, self.url, **how), "operator:")

    def officer(self, **how: Any) -> Page:
        """A browser of its own, logged in as an officer."""
        return as_persona(open_page(self.browser, self.url, **how), "officer:")

    def good_client(self) -> None:
        """Our own client: verify, declare, search, read."""
        auth, sign = pki().auth, pki().sign
        identity = HospitalIdentity(
            FinessJuridique(EJ.value),
            authentication=TlsCredentials.from_pem(auth.certificate_pem, auth.key_pem()),
            signature=PrivateKeySigner.from_pem(sign.certificate_pem, sign.key_pem()),
        )
        endpoint = Endpoint(
            f"https://localhost:{self.national.port}{BASE_PATH}",
            ServerTrust(pki().anchors, pki().intermediates, pki().crls),
        )
        who = Professional(
            MEDECIN, "MARTIN CAMILLE", ROLES["10"], ET, "SA01", datetime.now(UTC) - timedelta(minutes=30),
            "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        )  # fmt: skip
        with DmpClient(Setting(identity, endpoint, SOFTWARE)) as dmp:
            dmp.status(who, OPEN)
            found = dmp.find_documents(who, OPEN)
            first = found.document_entries[0]
            dmp.retrieve(who, OPEN, [(first.repository_unique_id, first.unique_id)])

    def wrong_client(self) -> None:
        """No verification, the same token again, a closed record called and called again."""
        query = find_documents(DocumentCriteria())
        same = token(vihf())
        calls: list[Vihf | bytes] = [same, same, *(vihf(patient=CLOSED) for _ in range(4))]
        for content in calls:
            self.national.send(td3_1.request(call(content), query))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One installation."""
    national = NationalServer(tmp_path_factory.mktemp("desk"), "", workers=1)
    national.run(SCENE)
    national.start()
    with serving_pages(national) as pages, chromium() as browser:
        yield Desk(national, pages, browser)
    national.stop()


def start_session(page: Page, url: str, label: str) -> None:
    page.goto(f"{url}/conformite/")
    page.get_by_label("Client essayé").fill(label)
    page.get_by_label("Entité juridique").select_option(EJ.value)
    page.get_by_role("button", name="Ouvrir la session").click()


def report(page: Page) -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le JSON").click()
    found: dict[str, Any] = json.loads(download.value.path().read_text())
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {case["code"]: case["outcome"] for case in found["cases"]}


def test_our_client_passes_a_wrong_one_fails_and_nobody_passes_what_did_not_run(desk: Desk) -> None:
    page = desk.operator()
    start_session(page, desk.url, "Notre client")
    assert violations(page) == []
    desk.good_client()
    expect(page.get_by_text("3 échanges")).to_be_visible()
    page.get_by_role("button", name="Clore la session").click()
    good = report(page)
    assert good["counts"]["failed"] == 0, good
    assert {code for code, outcome in outcomes(good).items() if outcome == "passed"} >= {
        "certificat", "vihf", "jeton-unique", "structure", "liste-blanche", "verification", "recherche", "lecture",
    }  # fmt: skip
    assert outcomes(good)["bris-de-glace"] == outcomes(good)["dmp-ferme"] == "not run"
    assert (
        page.request.get(page.get_by_role("link", name="Ouvrir le rapport PDF").evaluate("a => a.href")).body()[:5]
        == b"%PDF-"
    )
    shot(page, "conformite-rapport")
    start_session(page, desk.url, "Client fautif")
    desk.wrong_client()
    expect(page.get_by_text("6 échanges")).to_be_visible()
    bad = outcomes(report(page))
    assert {code for code, outcome in bad.items() if outcome == "failed"} == {
        "jeton-unique",
        "verification",
        "dmp-ferme",
    }
    assert bad["lecture"] == "not run"
    assert violations(page) == []
    shot(page, "conformite-client-fautif")


def test_exchanges_appear_by_themselves_and_stand_still_when_paused(desk: Desk) -> None:
    page = desk.operator()
    page.goto(f"{desk.url}/echanges/?rpps={MEDECIN}")
    first = page.locator("tbody tr").first
    before = first.inner_text()
    desk.wrong_client()
    expect(first).not_to_have_text(before)
    page.get_by_role("link", name="Mettre en pause").click()
    expect(page.get_by_text("En pause")).to_be_visible()
    assert page.locator("[hx-get]").count() == 0
    assert violations(page) == []
    shot(page, "echanges")
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Contrôles")).to_be_visible()
    assert violations(page) == []
    shot(page, "echange")


def test_from_an_alert_to_a_suspension_in_the_browser(desk: Desk) -> None:
    page = desk.officer()
    page.goto(f"{desk.url}/alertes/")
    assert violations(page) == []
    page.get_by_label("Jour à examiner").fill((datetime.now(UTC) - timedelta(days=1)).date().isoformat())
    page.get_by_role("button", name="Chercher les mésusages de ce jour").click()
    row = page.get_by_role("row", name="Consultation en masse").first
    expect(row).to_be_visible()
    assert violations(page) == []
    shot(page, "alertes")
    row.get_by_role("link").click()
    page.get_by_role("button", name="Commencer l’examen").click()
    assert violations(page) == []
    shot(page, "alerte")
    page.get_by_role("button", name="Suspendre Camille").click()
    expect(page.get_by_text("Professionnel suspendu")).to_be_visible()
    page.get_by_label("Conclusion").select_option("misuse")
    page.get_by_label("Raison").fill("Compte partagé entre plusieurs services")
    page.get_by_role("button", name="Clore l’alerte").click()
    expect(page.get_by_text("Mésusage confirmé").first).to_be_visible()
    assert violations(page) == []


# Wide and light is what the other tests look at.
@pytest.mark.parametrize(
    ("width", "dark"),
    [(390, True), *(pytest.param(*how, marks=pytest.mark.campaign) for how in ((390, False), (1440, True)))],
)
def test_every_page_of_the_desk_on_a_phone_and_in_the_dark(desk: Desk, width: int, dark: bool) -> None:
    page = desk.officer(width=width, dark=dark)
    paths = ["alertes", "patients-surveilles"]
    operated = ["echanges", "expliquer", "pannes", "conformite", "journee", "jouer-un-patient"]
    for path in paths + operated:
        if path == operated[0]:
            page = desk.operator(width=width, dark=dark)
        page.goto(f"{desk.url}/{path}/")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shot(page, f"{path}-{width}-{'sombre' if dark else 'clair'}")
    page.goto(f"{desk.url}/expliquer/")
    page.get_by_label("Enveloppe SOAP", exact=False).fill("<a/>")
    page.get_by_role("button", name="Expliquer").click()
    expect(page.get_by_role("heading", name="Cet appel serait refusé")).to_be_visible()
    assert violations(page) == []
    shot(page, f"explique-{width}")


def test_a_played_patient_and_the_key_of_a_played_day_read_well_on_a_phone(desk: Desk) -> None:
    """Last: the day played here fills the alerts of the others."""
    page = desk.operator(width=390, dark=True)
    page.goto(f"{desk.url}/jouer-un-patient/")
    page.get_by_label("Nom, ou matricule INS").fill(OPEN.value)
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("button", name="Jouer ").first.click()
    expect(page.get_by_text("Simulation :", exact=False).first).to_be_visible()
    for path in ("", "acces/", "documents/", "professionnels/", "choix/"):
        if path:
            page.goto(f"{desk.url}/mon-espace-sante/{path}")
        looks_right(page, f"joue-{path.strip('/') or 'accueil'}")
        hidden = "[...document.querySelectorAll('main button')].filter(one => one.getBoundingClientRect().right > innerWidth).length"
        assert page.evaluate(hidden) == 0, f"{path}: a button out of the screen"
    page.get_by_role("button", name="Revenir à l’exploitation").click()
    desk.national.run(STAFF)
    page.goto(f"{desk.url}/journee/")
    page.get_by_role("button", name="Jouer une journée de trafic avec anomalies").click()
    expect(page.get_by_role("heading", name="Corrigé du", exact=False)).to_be_visible()
    looks_right(page, "journee-jouee")


def looks_right(page: Page, name: str) -> None:
    """Nothing axe refuses, nothing wider than the screen."""
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    shot(page, name)
