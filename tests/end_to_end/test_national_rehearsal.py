"""The whole rehearsal on the national side, in browsers, each state checked from the hospital's side over mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import chromium, shot, violations
from support.national import (
    AUTRE_MEDECIN,
    EJ,
    ET,
    INFIRMIER,
    MEDECIN,
    OPEN,
    PROFESSIONS,
    ROLES,
    SOFTWARE,
    call,
    vihf,
)
from support.national_pages import card
from support.national_server import BASE_PATH, NationalServer
from support.needs import missing
from support.page_server import as_persona, open_page, serving_pages
from support.pki import pki
from support.postgres import binaries, shared_cluster
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
from tramontane.dmp import soap
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.identity import FinessGeographique, FinessJuridique
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import DocumentCriteria, find_documents

pytestmark = [pytest.mark.needs("chromium")]
# What several workers could see differently runs on both databases; the rest on SQLite, and on PostgreSQL in a campaign.
ON_BOTH = pytest.mark.parametrize("rehearsal", ["sqlite", "postgresql"], indirect=True, scope="module")
ON_SQLITE = pytest.mark.parametrize(
    "rehearsal",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.campaign)],
    indirect=True,
    scope="module",
)
WORKERS = 3
NORD, SUD, GERIATRIE, ANCIEN = (FinessGeographique(f"99000012{rank}") for rank in range(4))
SCENE = f"""
from datetime import date
from support.national import EJ, BLOCKED, OPEN, entry, feed, populate
from tramontane.national import models, seeding
populate()
seeding.seed(establishments=[seeding.Establishment(seeding.FinessGeographique(number), name, EJ, "CH FICTIF")
    for number, name in (("{NORD}", "Hôpital Nord"), ("{SUD}", "Hôpital Sud"), ("{GERIATRIE}", "Gériatrie"), ("{ANCIEN}", "Site ancien"))])
feed(entry(1), entry(2))
child = models.PatientRecord.objects.get(ins=OPEN.value)
models.PatientRecord.objects.filter(pk=child.pk).update(birth_date=date(date.today().year - 9, 1, 1))
models.Guardianship.objects.create(guardian=models.PatientRecord.objects.get(ins=BLOCKED.value), child=child)
models.PatientRecord.objects.filter(ins=BLOCKED.value).update(birth_name="PARENT")
models.PatientRecord.objects.filter(ins=OPEN.value).update(birth_name="ENFANT")
"""
# Signed three years ago by the same service that the page calls: nothing else makes a contract grow old.
OLD_CONTRACT = f"""
from datetime import date, timedelta
from support.national_pages import representative
from tramontane.national import clock
from tramontane.national.pages.contract_rules import Declaration
from tramontane.national.pages.services import contracts
at = clock.now() - timedelta(days=1100)
contracts.sign(representative("{EJ}"), ["{ANCIEN}"], Declaration(at.date(), 36, "V1.0"), at)
"""


@dataclass
class Rehearsal:
    """Two faces of one installation, the hospital's client, a browser."""

    national: NationalServer
    url: str
    dmp: DmpClient
    browser: Any

    def consult(self, where: FinessGeographique = ET, who: Any = MEDECIN, **how: Any) -> set[str]:
        """The titles that the hospital gets."""
        professional = Professional(
            who, "MARTIN CAMILLE", ROLES[PROFESSIONS[who]], where, "SA01", datetime.now(UTC) - timedelta(minutes=30),
            "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        )  # fmt: skip
        return {one.title for one in self.dmp.find_documents(professional, OPEN, **how).document_entries}

    def refusal(self, where: FinessGeographique = ET, who: Any = MEDECIN, **how: Any) -> str:
        """The refusal that the hospital gets."""
        with pytest.raises(SoapFault) as refused:
            self.consult(where, who, **how)
        return refused.value.remote_text

    def refused_by_every_worker(self, where: FinessGeographique) -> bool:
        """The very next calls, stricter than the second that the issue allows."""
        return all(self._next_calls_are_refused(where))

    def let_in_by_every_worker(self, where: FinessGeographique) -> bool:
        """As strictly."""
        return not any(self._next_calls_are_refused(where))

    def _next_calls_are_refused(self, where: FinessGeographique) -> list[bool]:
        """Each on a connection of its own: whichever worker takes it."""
        query = find_documents(DocumentCriteria())
        requests = [td3_1.request(call(vihf(structure=where.struct_idnat)), query) for _ in range(3 * WORKERS)]
        return [soap.read_envelope(self.national.send(one).body).fault is not None for one in requests]

    def visit(self, persona: str) -> Page:
        """A browser of its own, logged in as a persona."""
        return as_persona(open_page(self.browser, self.url), persona)


@pytest.fixture(scope="module")
def rehearsal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The stand-in with several workers, its pages, and nobody on the white list among three sites."""
    url = ""
    if request.param == "postgresql":
        if binaries() is None:
            missing("postgresql", "postgresql")
        url = shared_cluster().create("rehearsal")
    national = NationalServer(tmp_path_factory.mktemp(f"rehearsal-{request.param}"), url, workers=WORKERS)
    national.run(SCENE)
    national.start()
    with serving_pages(national) as pages, chromium() as browser, client(national) as dmp:
        yield Rehearsal(national, pages, dmp, browser)
    national.stop()


def client(national: NationalServer) -> DmpClient:
    auth, sign = pki().auth, pki().sign
    identity = HospitalIdentity(
        FinessJuridique(EJ.value),
        authentication=TlsCredentials.from_pem(auth.certificate_pem, auth.key_pem()),
        signature=PrivateKeySigner.from_pem(sign.certificate_pem, sign.key_pem()),
    )
    trust = ServerTrust(pki().anchors, pki().intermediates, pki().crls)
    return DmpClient(Setting(identity, Endpoint(f"https://localhost:{national.port}{BASE_PATH}", trust), SOFTWARE))


def fill_and_sign(page: Page) -> None:
    for box in page.get_by_role("checkbox").all():
        if box.get_attribute("name") != "entities":
            box.check()
    page.get_by_label("Date de l’auto-homologation").fill((datetime.now(UTC) - timedelta(days=9)).date().isoformat())
    page.get_by_label("Durée, en mois").fill("24")
    page.get_by_label("Version du référentiel").fill("V1.0")
    page.get_by_role("button", name="Signer pour les entités cochées").click()


@ON_BOTH
def test_a_card_signs_for_two_of_three_sites_and_the_third_stays_out(rehearsal: Rehearsal) -> None:
    assert "aucun contrat" in rehearsal.refusal(NORD)
    page = open_page(rehearsal.browser, rehearsal.url, card=card(f"3{EJ}/0042"))
    page.get_by_role("button", name="Se connecter avec ma carte").click()
    expect(page.get_by_role("heading", name="Enrôler ma carte")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Votre fonction").fill("Directrice générale")
    page.get_by_role("button", name="Enrôler ma carte").click()
    expect(page.get_by_text("Aucune de vos entités")).not_to_be_visible()
    page.get_by_role("link", name="Signer un contrat").click()
    for finess in (NORD, SUD):
        page.get_by_label(f"FINESS {finess}").check()
    for box in page.locator('input[name="entities"]').all():
        if box.get_attribute("value") not in (NORD.value, SUD.value):
            box.uncheck()
    page.get_by_role("button", name="Signer pour les entités cochées").click()
    expect(page.get_by_role("alert")).to_contain_text("Le contrat n’est pas signé")
    assert violations(page) == []
    shot(page, "national-refus-de-signature")
    fill_and_sign(page)
    expect(page.get_by_text("La liste blanche est à jour")).to_be_visible()
    assert violations(page) == []
    assert rehearsal.let_in_by_every_worker(NORD)
    assert rehearsal.consult(NORD) == rehearsal.consult(SUD) == {"Document 1", "Document 2"}
    assert "aucun contrat" in rehearsal.refusal(GERIATRIE)
    link = page.get_by_role("link", name="Ouvrir le PDF signé").get_attribute("href")
    pdf = page.context.request.get(f"{rehearsal.url}{link}")
    assert pdf.status == 200
    assert pdf.body().startswith(b"%PDF-")


@ON_SQLITE
def test_an_expired_contract_refuses_and_its_renewal_lets_in(rehearsal: Rehearsal) -> None:
    rehearsal.national.run(OLD_CONTRACT)
    assert "contrat valable du" in rehearsal.refusal(ANCIEN)
    page = rehearsal.visit(f"representative:{EJ}")
    page.get_by_role("region", name="Contrats").get_by_role("row").filter(has_text="Expiré").get_by_role("link").click()
    expect(page.get_by_text("il n’ouvre plus aucun accès")).to_be_visible()
    page.get_by_role("link", name="Renouveler").click()
    fill_and_sign(page)
    expect(page.get_by_text("La liste blanche est à jour")).to_be_visible()
    assert rehearsal.consult(ANCIEN)


@ON_BOTH
def test_an_officer_suspends_a_site_with_a_cause_and_re_establishes_it(rehearsal: Rehearsal) -> None:
    page = rehearsal.visit("officer")
    assert violations(page) == []
    page.get_by_role("link", name=ET.value).click()
    page.get_by_label("Motif").fill("Volume anormal constaté le 22/11")
    page.get_by_role("button", name="Suspendre").click()
    expect(page.get_by_text("Décision enregistrée")).to_be_visible()
    assert rehearsal.refused_by_every_worker(ET)
    refusal = rehearsal.refusal(ET)
    assert "Volume anormal constaté le 22/11" in refusal
    expect(page.get_by_text(refusal, exact=True)).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Conditions de nouveau réunies").fill("Comptes partagés supprimés, vérifié sur place")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.get_by_text("Rien ne l’arrête à ce contrôle")).to_be_visible()
    assert rehearsal.let_in_by_every_worker(ET)


@ON_SQLITE
def test_an_officer_suspends_a_professional_and_re_establishes_him(rehearsal: Rehearsal) -> None:
    page = rehearsal.visit("officer")
    page.goto(f"{rehearsal.url}/professionnels/{AUTRE_MEDECIN}/")
    page.get_by_label("Motif").fill("Identifiants prêtés à un tiers")
    page.get_by_role("button", name="Suspendre").click()
    expect(page.get_by_text("Décision enregistrée")).to_be_visible()
    assert "Identifiants prêtés" in rehearsal.refusal(ET, AUTRE_MEDECIN, access_mode=AccessMode.BRIS_DE_GLACE)
    assert rehearsal.consult(ET)
    page.get_by_label("Conditions de nouveau réunies").fill("Nouvelle carte remise en main propre")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.get_by_text("Décision enregistrée")).to_be_visible()
    assert rehearsal.consult(ET, AUTRE_MEDECIN, access_mode=AccessMode.BRIS_DE_GLACE)


@ON_SQLITE
def test_a_patient_blocks_a_professional_in_the_middle_of_an_episode(rehearsal: Rehearsal) -> None:
    assert rehearsal.consult(ET, INFIRMIER)
    page = open_page(rehearsal.browser, rehearsal.url)
    as_persona(page, "patient:", named="ENFANT")
    page.get_by_role("link", name="message", exact=False).first.click()
    expect(page.get_by_text(f"SITE {ET}").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Accès à mon dossier").click()
    expect(page.get_by_text("a consulté la liste de vos documents", exact=False).first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Professionnels").click()
    page.locator(f'form:has(input[value="{INFIRMIER}"])').get_by_role("button").click()
    expect(page.get_by_text("son prochain appel sera refusé")).to_be_visible()
    assert "INTERDIT" in rehearsal.refusal(ET, INFIRMIER)
    assert rehearsal.consult(ET, MEDECIN)
    assert violations(page) == []
    page.locator(f'form:has(input[value="{INFIRMIER}"])').get_by_role("button", name="Débloquer").click()
    expect(page.get_by_text("il lui faut de nouveau votre consentement")).to_be_visible()
    assert "NON_EXISTE" in rehearsal.refusal(ET, INFIRMIER)


@ON_SQLITE
def test_a_parent_masks_a_document_opposes_emergencies_closes_and_reopens(rehearsal: Rehearsal) -> None:
    page = open_page(rehearsal.browser, rehearsal.url, width=390, dark=True)
    as_persona(page, "patient:", named="PARENT")
    page.get_by_role("button", name="Ouvrir le dossier de").click()
    expect(page.get_by_text("en tant que représentant légal")).to_be_visible()
    assert violations(page) == []
    bris = {"access_mode": AccessMode.BRIS_DE_GLACE}
    assert rehearsal.consult(ET, AUTRE_MEDECIN, **bris) == {"Document 1", "Document 2"}
    page.get_by_role("link", name="Documents", exact=True).click()
    assert violations(page) == []
    page.get_by_role("link", name="Document 1").click()
    page.get_by_role("button", name="Masquer aux professionnels").click()
    expect(page.get_by_text("Document masqué aux professionnels")).to_be_visible()
    assert rehearsal.consult(ET, AUTRE_MEDECIN, **bris) == {"Document 2"}
    assert rehearsal.consult(ET, MEDECIN) == {"Document 1", "Document 2"}, "its author still sees it"
    page.get_by_role("link", name="Mes choix").click()
    page.get_by_label("Je m’oppose au bris de glace").check()
    page.get_by_role("button", name="Enregistrer mes choix").click()
    expect(page.get_by_text("Choix enregistrés")).to_be_visible()
    assert "OPPOSITION_BRIS_DE_GLACE" in rehearsal.refusal(ET, AUTRE_MEDECIN, **bris)
    assert violations(page) == []
    page.get_by_role("button", name="Fermer mon DMP").click()
    expect(page.get_by_text("plus personne ne peut le consulter")).to_be_visible()
    assert "fermé" in rehearsal.refusal(ET)
    page.get_by_role("button", name="Rouvrir mon DMP").click()
    expect(page.get_by_text("DMP rouvert")).to_be_visible()
    assert rehearsal.consult(ET) == {"Document 1", "Document 2"}
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
