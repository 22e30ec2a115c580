"""« People and what they do », row by row, on the data of `make demo`: stand-in, application, Chromium, all real."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from support.browser import chromium, shot, violations, virtual_authenticator
from support.demo_hospital import CODES, SEED, Desk, open_demo
from support.hospital import make_rpps
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_seeding.personas import PASSPHRASE
from tramontane.rules.objectives.periods import PARIS

pytestmark = [pytest.mark.needs("chromium")]

HOSPITAL = SyntheticHospital(SEED)
Open = Callable[[], Desk]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_demo(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def sit_down(browser: Any, url: str) -> Iterator[Open]:
    """A new browser profile for each person who comes."""
    desks: list[Desk] = []

    def opened() -> Desk:
        desk = Desk.open(browser, url)
        desks.append(desk)
        return desk

    yield opened
    for desk in desks:
        desk.close()


def status(page: Page) -> Any:
    """The line that says everything of the DMP."""
    return page.locator("#dmp-etat .statusline")


# Clinician: « knows without a click ».


def test_a_physician_logs_in_with_a_passkey_of_her_own(sit_down: Open) -> None:
    desk = sit_down()
    page = desk.log_in("rousseau")
    virtual_authenticator(page)
    desk.go("/mon-compte/facteurs/")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_text("1 clé d’accès")).to_be_visible()
    page.locator("details.menu summary").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="en Cardiologie")).to_be_visible()


def test_a_physician_knows_without_a_click_then_reads_and_files(sit_down: Open) -> None:
    desk = sit_down()
    page = desk.log_in("rousseau")
    desk.open_patient("MARTIN JEANNE")
    expect(status(page)).to_contain_text("DMP ouvert")
    expect(status(page)).to_contain_text("Accès autorisé")
    expect(status(page)).to_contain_text(re.compile(r"\d+\sdocuments nouveaux"))
    expect(status(page)).to_contain_text("Dernier dépôt le")

    page.get_by_role("link", name=re.compile("Ordonnance de médicaments du traitant|Synthèse médicale")).first.click()
    title = page.locator("#apercu h2").inner_text()
    expect(page.locator("iframe.document")).to_have_count(0)
    page.get_by_role("button", name="Lire", exact=True).click()
    expect(page.frame_locator("iframe.document").locator("body")).not_to_be_empty()
    expect(page.locator("#apercu").get_by_text("vérifiée")).to_be_attached()

    page.get_by_text("Classer dans le dossier").click()
    page.get_by_role("button", name="Classer", exact=True).click()
    page.get_by_role("link", name=re.compile("Dossier de l’établissement")).click()
    filed = page.get_by_role("row").filter(has_text=title).filter(has_text="DMP")
    expect(filed.get_by_text("DMP", exact=True).first).to_be_visible()


def test_a_physician_sends_what_had_not_been_sent(sit_down: Open) -> None:
    desk = sit_down()
    page = desk.log_in("rousseau")
    desk.open_patient("MARTIN JEANNE")
    page.get_by_role("link", name=re.compile("Dossier de l’établissement")).click()
    heading = page.get_by_role("heading", name=re.compile("pas envoyés? au DMP"))
    expect(heading).to_be_visible()
    before = int(re.findall(r"\d+", heading.inner_text())[0])
    page.get_by_role("row").filter(has_text="Non envoyé").get_by_role("link").first.click()
    page.get_by_role("button", name=re.compile("^Envoyer")).click()
    address, sent = page.url, page.locator("#apercu .badge.ok").filter(has_text="Envoyé")
    # The background worker sends it: the page says so when it is looked at again.
    for _ in range(60):
        page.goto(address)
        if sent.count():
            break
        page.wait_for_timeout(1000)
    expect(sent.first).to_be_visible()
    left = re.findall(r"^\d+", page.locator("#dossier-titre").inner_text())
    assert (int(left[0]) if "pas envoyé" in page.locator("#dossier-titre").inner_text() else 0) == before - 1


def test_a_nurse_reads_the_same_record_and_is_shown_fewer_documents(sit_down: Open) -> None:
    def shown(login: str) -> int:
        desk = sit_down()
        page = desk.log_in(login)
        desk.open_patient("MARTIN JEANNE")
        expect(status(page)).to_contain_text("DMP ouvert")
        return int(re.findall(r"\d+", page.locator("#documents-titre").inner_text())[0])

    assert 0 < shown("benali") < shown("rousseau")


def test_a_midwife_reads_the_notice_before_any_dmp(sit_down: Open) -> None:
    desk = sit_down()
    page = desk.log_in("fontaine")
    expect(page.get_by_role("heading", name="Votre numéro RPPS sert à tracer vos accès au DMP")).to_be_visible()
    page.get_by_role("link", name="Plus tard").click()
    desk.open_patient("DUMONT CAMILLE")
    expect(page.locator("#dmp-etat")).to_contain_text("pas encore pris connaissance")
    desk.go("/mon-compte/notice/")
    page.get_by_role("button", name=re.compile("J.ai compris")).click()
    desk.open_patient("DUMONT CAMILLE")
    expect(page.locator("#dmp-etat")).not_to_contain_text("pris connaissance")


def test_a_physician_without_second_factor_enrols_one_before_anything(sit_down: Open) -> None:
    desk = sit_down()
    desk.give_password("garnier", PASSPHRASE)
    page = desk.page
    expect(page.get_by_role("heading", name="Ajoutez un second facteur")).to_be_visible()
    desk.go("/patients/")
    expect(page).to_have_url(re.compile("/connexion/"))


# Admissions: identity, information, choice.


def test_admissions_record_the_choice_and_the_clinician_sees_it(sit_down: Open) -> None:
    clinician, admissions = sit_down(), sit_down()
    record = clinician.log_in("benali")
    clinician.open_patient("ROCHE ISABELLE")
    expect(record.locator("#dmp-etat")).to_contain_text("pas été informé")

    desk = admissions.log_in("lefevre")
    open_consent(admissions, "ROCHE")
    desk.get_by_role("button", name="Le patient est informé").click()
    desk.get_by_role("button", name="Consent", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("consent")
    clinician.open_patient("ROCHE ISABELLE")
    expect(status(record)).to_contain_text("DMP ouvert")

    desk.get_by_role("button", name="Retirer le consentement").click()
    clinician.open_patient("ROCHE ISABELLE")
    expect(record.locator("#dmp-etat")).to_contain_text("opposé")
    expect(record.locator("#documents-titre")).to_have_count(0)


def test_admissions_qualify_an_identity_with_insi(sit_down: Open) -> None:
    desk = sit_down()
    page = desk.log_in("lefevre")
    desk.go("/admissions/patients/?q=COLAS+BRUNO")
    page.get_by_role("row").filter(has_text="COLAS").get_by_role("link").first.click()
    if "/identite/" not in page.url:
        page.goto(re.sub(r"(/patients/\d+/).*", r"\1identite/", page.url))
    expect(page.get_by_role("heading", level=1)).to_contain_text("provisoire")
    page.get_by_role("button", name="Identité contrôlée sur un titre").click()
    page.get_by_role("button", name="Interroger INSi").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("L’INS est qualifiée")


def open_consent(desk: Desk, name: str) -> None:
    """The consent page of a patient, from the directory of the admissions desk."""
    page = desk.go(f"/admissions/patients/?q={name}")
    page.get_by_role("row").filter(has_text=name).get_by_role("link").first.click()
    if "/consentement/" not in page.url:
        page.get_by_role("link", name="Information et consentement").click()


# Account manager: arrival, move, departure.


def test_an_arrival_a_move_and_a_departure_take_effect_at_once(sit_down: Open) -> None:
    manager, newcomer = sit_down(), sit_down()
    desk = manager.log_in("moreau")
    create_account(manager, "nouvelle")
    arrive(newcomer, "nouvelle", hand_password(manager))
    page = newcomer.go("/patients/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("en Pneumologie")

    move(manager, "nouvelle", "Pneumologie", "Neurologie")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("en Neurologie")

    open_account(manager, "nouvelle")
    desk.get_by_role("button", name="Fermer ce compte").click()
    expect(desk.locator(".lead")).to_contain_text("Compte fermé")
    page.reload()
    expect(page).to_have_url(re.compile("/connexion/"))


def create_account(manager: Desk, login: str) -> None:
    """An arrival: a nurse in pneumology."""
    page = manager.go("/comptes/nouveau/")
    for label, value in {"Nom": "Arrivée", "Prénom": "Nouvelle", "Identifiant": login}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Numéro RPPS").fill(make_rpps(int(datetime.now().timestamp()) % 10_000_000))  # noqa: DTZ005
    page.get_by_role("combobox", name="Profession").select_option(label="Infirmier")
    page.get_by_label("Professionnel de santé").check()
    page.get_by_label("Pneumologie").check()
    page.get_by_role("button", name="Enregistrer").click()


def open_account(manager: Desk, login: str) -> None:
    """An account, from the list."""
    page = manager.go(f"/comptes/?q={login}&etat=tous")
    page.get_by_role("row").filter(has_text=login).get_by_role("link").first.click()


def hand_password(manager: Desk) -> str:
    """The temporary password, shown once."""
    page = manager.page
    page.get_by_role("button", name="Remettre un mot de passe provisoire").click()
    return page.locator("code.secret").inner_text()


def move(manager: Desk, login: str, former: str, new: str) -> None:
    """From a service to another."""
    open_account(manager, login)
    manager.page.get_by_label(former).uncheck()
    manager.page.get_by_label(new).check()
    manager.page.get_by_role("button", name="Enregistrer").click()


def arrive(newcomer: Desk, login: str, temporary: str) -> None:
    """First login: a password of one's own, an authentication application, recovery codes, the notice."""
    newcomer.give_password(login, temporary)
    page = newcomer.page
    page.get_by_label("Nouveau mot de passe").fill("une phrase bien à moi")
    page.get_by_label("Le même, une seconde fois").fill("une phrase bien à moi")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Utiliser une application").click()
    shown = "".join(page.locator("code.secret").inner_text().split())
    page.get_by_label("Code à 6 chiffres").fill(CODES.of(shown))
    page.get_by_role("button", name="Vérifier et enregistrer").click()
    expect(page).not_to_have_url(re.compile("/connexion/"))


# RSSI and DPO: matrix, traces, extraction.


def test_the_rssi_withdraws_a_right_after_reading_who_loses_it(sit_down: Open) -> None:
    clinician, security = sit_down(), sit_down()
    record = clinician.log_in("joly")
    clinician.open_patient("MOREAU LÉA")
    expect(status(record)).to_contain_text("DMP ouvert")

    page = security.log_in("dubois")
    rule(security, consult=False)
    expect(page.get_by_text("Camille Joly")).to_be_visible()
    expect(page.locator("dt").filter(has_text="Perd")).to_be_visible()
    publish(page, "Essai : la pédiatrie ne consulte plus")
    clinician.open_patient("MOREAU LÉA")
    expect(record.locator("#dmp-etat .reasons, #dmp-etat")).to_contain_text("habilit")
    expect(record.locator("#documents-titre")).to_have_count(0)

    rule(security, consult=True)
    publish(page, "Essai : la pédiatrie consulte de nouveau")
    clinician.open_patient("MOREAU LÉA")
    expect(status(record)).to_contain_text("DMP ouvert")


def rule(security: Desk, *, consult: bool) -> None:
    """A rule for physicians in paediatrics, up to the preview of its effect."""
    page = security.go("/habilitations/regle/")
    page.get_by_role("combobox", name="Profession").select_option(label="Médecin")
    page.get_by_role("combobox", name="Service").select_option(label="Pédiatrie")
    for label in (
        "Consulter le DMP",
        "Accéder en urgence (bris de glace)",
        "Accéder en régulation médicale (centre 15)",
    ):
        page.get_by_label(label).set_checked(consult and label == "Consulter le DMP")
    page.get_by_role("button", name="Voir qui gagne ou perd quoi").click()


def publish(page: Page, motive: str) -> None:
    """Say why; it takes effect at once."""
    page.get_by_label("Motif").fill(motive)
    page.get_by_role("button", name="Publier, avec effet immédiat").click()
    expect(page.get_by_text(motive).first).to_be_visible()


def test_the_dpo_finds_a_consultation_in_the_traces_and_extracts_it(sit_down: Open) -> None:
    clinician, officer = sit_down(), sit_down()
    record = clinician.log_in("marchand")
    clinician.open_patient("MARTIN JEANNE")
    expect(status(record)).to_contain_text("DMP ouvert")

    page = officer.log_in("leroy")
    officer.go("/traces/")
    page.get_by_label("Professionnel").fill("Marchand")
    page.get_by_role("button", name="Rechercher").click()
    for words in ("TD0.2 : demande envoyée", "TD3.1 : réponse reçue", "Connexion avec"):
        expect(page.get_by_role("row").filter(has_text=words).first).to_be_visible()

    officer.go("/traces/extraction/")
    rpps, today = str(HOSPITAL.staff("marchand").rpps), f"{datetime.now(PARIS):%Y-%m-%d}"
    page.get_by_label("Numéros RPPS").fill(rpps)
    page.get_by_label("Du", exact=True).fill(today)
    page.get_by_label("Au (inclus)").fill(today)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Extraire en CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert any(rpps in cell for row in rows[1:] for cell in row)
    assert any("TD0.2" in cell for row in rows[1:] for cell in row)


# Everyone: from 320 px to 4K, in light and in dark.

DESKS = {
    "rousseau": ("/patients/?services=tous", "{record}", "{record}?vue=dossier", "/mon-compte/facteurs/"),
    "lefevre": ("/admissions/", "/admissions/patients/?q=MARTIN", "/admissions/nouveau/", "/admissions/flux/", "{consent}"),
    "moreau": ("/comptes/", "/comptes/nouveau/", "/comptes/import/", "/comptes/revues/"),
    "dubois": ("/rssi/", "/rssi/connexion/", "/rssi/acces-urgence/", "/habilitations/", "/rssi/logiciels/", "/rssi/classement/"),
    "leroy": ("/traces/", "/traces/extraction/", "/traces/patient/"),
}  # fmt: skip
# Which width is looked at in which light by axe: the two ends of what a hospital has.
LOOKED_AT = {320: "light", 768: "light", 1440: "dark", 3840: "dark"}


@pytest.mark.parametrize("login", DESKS)
def test_each_desk_holds_from_320_pixels_to_4k_in_light_and_in_dark(sit_down: Open, login: str) -> None:
    desk = sit_down()
    page = desk.log_in(login)
    wrong: list[str] = []
    for path in DESKS[login]:
        name = path.format(record="record", consent="consent")
        go_to(desk, path)
        for width, light in LOOKED_AT.items():
            page.emulate_media(color_scheme=light)  # type: ignore[arg-type]  # one of playwright's literals
            page.set_viewport_size({"width": width, "height": 900})
            shot(page, f"{login}{name.replace('/', '-')}-{width}-{light}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{name} at {width} px scrolls sideways")
            if width in (320, 1440):
                wrong += [f"{name} at {width} px: {one}" for one in violations(page)]
    assert wrong == []


def go_to(desk: Desk, path: str) -> None:
    """A page; the record of a patient, or her consent, is reached as its people reach it."""
    if path.startswith("{record}"):
        desk.open_patient("MARTIN JEANNE")
        expect(status(desk.page)).to_contain_text("DMP ouvert")
        desk.go(path.format(record=urlsplit(desk.page.url).path))
    elif path == "{consent}":
        open_consent(desk, "ROCHE")
    else:
        desk.go(path)
