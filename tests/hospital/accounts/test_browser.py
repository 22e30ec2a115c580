"""In a real browser: passkeys with the virtual authenticator, every page readable, no axe violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pyotp
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect

from support.browser import chromium, new_context, put_session, shot, violations, virtual_authenticator
from support.hospital import PASSWORD, login, make_account, make_legal_entity, make_rpps, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, lifecycle, review
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs("chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The live server, under the name for which passkeys are made."""
    base = f"http://localhost:{live_server.thread.port}"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, base_url=base)
    settings.CSRF_TRUSTED_ORIGINS = [base]
    return base


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


def test_from_a_temporary_password_to_a_passkey_then_in_again_with_the_passkey_alone(page: Page, site: str) -> None:
    account = make_account(roles=(Role.CLINICIAN, Role.RSSI))
    from tramontane.hospital.accounts.services import passwords

    temporary = passwords.hand_over(account, actor(account, None), clock.now())
    virtual_authenticator(page)
    page.goto(f"{site}/connexion/")
    page.get_by_label("Identifiant").fill(account.login)
    page.get_by_label("Mot de passe").fill(temporary)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_label("Le même, une seconde fois").fill(PASSWORD)
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()
    page.wait_for_url("**/mon-compte/codes-de-secours/")
    page.get_by_role("button", name="Créer mes codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="J’ai noté mes codes").click()
    page.get_by_role("button", name="J'ai compris").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator(".menu summary").click()
    expect(page.locator(".menu")).to_contain_text("2 facteurs")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url(f"{site}/**")
    expect(page.locator(".menu .person")).to_contain_text(account.display_name)
    kept = Trace.objects.filter(event="connexion.reussie").order_by("-id").first()
    assert kept is not None
    assert kept.proof["means"] == "passkey"


def test_a_passkey_without_user_verification_is_refused_with_a_sentence(page: Page, site: str) -> None:
    account = make_account(roles=())
    put_session(page.context, site, session_of(account))
    session, authenticator = virtual_authenticator(page)
    page.goto(f"{site}/mon-compte/facteurs/")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    page.get_by_text("La clé d’accès est enregistrée.").wait_for()
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.locator("[data-status]")).to_contain_text("n’a pas été utilisée")


@pytest.mark.campaign
def test_1000_passkey_logins_none_refused(page: Page, site: str) -> None:
    account = make_account(roles=())
    put_session(page.context, site, session_of(account))
    virtual_authenticator(page)
    page.goto(f"{site}/mon-compte/facteurs/")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    page.get_by_text("La clé d’accès est enregistrée.").wait_for()
    for _ in range(1000):
        page.context.clear_cookies()
        page.goto(f"{site}/connexion/")
        page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
        page.locator(".menu .person").wait_for()


def session_of(account: Account) -> str:
    client = Client()
    login(client, account)
    return str(client.session.session_key)


LONG = "de La Rochefoucauld-Montmorency-Bourbon-Parme"


def populated() -> Account:
    """A desk as it really is: long names, exceptions, movements, a review half done, traces of every kind."""
    entity = make_legal_entity(name="Centre hospitalier intercommunal de Haute-Provence et du Verdon")
    services = [make_service(entity, name=name) for name in ("Cardiologie et soins intensifs", "Urgences adultes")]
    boss = make_account(
        entity,
        roles=tuple(Role),
        services=tuple(services),
        family_name="Delacroix",
        given_name="Élise",
        login="e.delacroix",
    )
    who = actor(boss, None)
    for rank in range(7):
        values = lifecycle.AccountValues(
            login=f"compte.{rank}", family_name=LONG if rank == 3 else f"Martin{rank}", given_name="Jean-Baptiste",
            rpps="" if rank == 2 else make_rpps(), profession="10", roles=("clinician",), services=(services[rank % 2].code,),
        )  # fmt: skip
        lifecycle.save(entity, values, None, who, ("manual", "csv", "scim")[rank % 3])
    campaign = review.open_campaign("Revue annuelle 2026", boss, who)
    review.decide(campaign.items.exclude(account=boss)[0], "confirmed", "vu avec le cadre", boss, who)
    events = ("dossier.ouvert", "acces.refuse", "document.lu", "bris_de_glace.ouvert")
    with transaction.atomic():
        for code in events:
            record(Event(code, Actor(entity.finess_juridique, boss.pk, boss.display_name, boss.rpps or ""), ins="254036938301245",
                         motive="Patient inconscient, pas de proche joignable" if "glace" in code else "",
                         outcome="refusé" if code == "acces.refuse" else "succès", document_ids=("1.2.250.1.213.1.4.99",)))  # fmt: skip
    return boss


def pages(boss: Account) -> dict[str, str]:
    other = Account.objects.filter(legal_entity=boss.legal_entity).exclude(pk=boss.pk).order_by("-family_name")[0]
    campaign = boss.legal_entity.reviews.get()
    return {
        "accueil": "/",
        "notice": "/mon-compte/notice/",
        "facteurs": "/mon-compte/facteurs/",
        "codes": "/mon-compte/codes-de-secours/",
        "application": "/mon-compte/facteurs/application/",
        "confirmer": "/mon-compte/confirmer/",
        "comptes": "/comptes/",
        "comptes-vide": "/comptes/?q=xyz",
        "compte": f"/comptes/{other.pk}/",
        "nouveau": "/comptes/nouveau/",
        "import": "/comptes/import/",
        "revues": "/comptes/revues/",
        "revue": f"/comptes/revues/{campaign.pk}/",
        "traces": "/traces/",
        "extraction": "/traces/extraction/",
        "patient": "/traces/patient/",
        "introuvable": "/rien-ici/",
    }


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, False), (1440, True), (390, True)])
def test_every_page_passes_axe_and_fits_its_screen(browser: Any, site: str, width: int, dark: bool) -> None:
    boss = populated()
    context = new_context(browser, width=width, dark=dark)
    put_session(context, site, session_of(boss))
    page = context.new_page()
    wrong: dict[str, list[str]] = {}
    for name, address in pages(boss).items():
        page.goto(f"{site}{address}")
        check(page, f"{name}-{width}-{'sombre' if dark else 'clair'}", wrong)
    states(page, site, width, dark, wrong)
    context.close()
    assert wrong == {}


def follow(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Click, and wait for the page it leads to: axe on a page that is being left finds no document."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).click()


def check(page: Page, name: str, wrong: dict[str, list[str]]) -> None:
    """Axe, no sideways scroll, one level-1 heading."""
    shot(page, name)
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append("la page déborde en largeur")
    if page.locator("h1").count() != 1:
        found.append("il faut un titre de premier niveau, et un seul")
    if found:
        wrong[name] = found


def states(page: Page, site: str, width: int, dark: bool, wrong: dict[str, list[str]]) -> None:
    """Errors, results and refusals of the same pages, then the pages before login."""
    suffix = f"{width}-{'sombre' if dark else 'clair'}"
    file = {
        "name": "c.csv",
        "mimeType": "text/csv",
        "buffer": "identifiant;nom;prenom;rpps\nun;Durand;Zoé;\ndeux;X;Y;123\n".encode(),
    }

    def import_report() -> None:
        page.goto(f"{site}/comptes/import/")
        page.get_by_label("Fichier CSV").set_input_files(file)  # type: ignore[arg-type]
        follow(page, "button", "Vérifier le fichier")

    def account_refused() -> None:
        page.goto(f"{site}/comptes/nouveau/")
        page.get_by_label("Numéro RPPS").fill("12345678901")
        follow(page, "button", "Enregistrer")

    def verified() -> None:
        page.goto(f"{site}/traces/")
        follow(page, "button", "Vérifier la chaîne")

    def patient_list() -> None:
        page.goto(f"{site}/traces/patient/")
        page.get_by_label("Matricule INS").fill("254036938301245")
        follow(page, "button", "Afficher la liste")

    def menu() -> None:
        page.goto(f"{site}/comptes/")
        page.locator(".menu summary").click()

    def codes_shown() -> None:
        page.goto(f"{site}/mon-compte/codes-de-secours/")
        follow(page, "button", "Créer mes codes")

    def logged_out() -> None:
        page.goto(f"{site}/comptes/")
        page.locator(".menu summary").click()
        follow(page, "button", "Se déconnecter")

    def wrong_password() -> None:
        page.get_by_label("Identifiant").fill("personne")
        page.get_by_label("Mot de passe").fill("x")
        follow(page, "button", "Continuer")

    def second_factor() -> None:
        account = make_account(roles=(), password=PASSWORD)
        past = clock.now() - timedelta(minutes=5)
        session = SessionStore()
        code = pyotp.TOTP(codes.begin_totp(session)).at(past)
        codes.confirm_totp(session, account, code, past, actor(account, None))
        codes.renew_recovery_codes(account, actor(account, None))
        account.passkeys.create(name="Clé", credential_id=b"x", public_key=b"x", created_at=past)
        page.goto(f"{site}/connexion/")
        page.get_by_label("Identifiant").fill(account.login)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        follow(page, "button", "Continuer")
        page.get_by_text("Je n’ai ni ma clé ni mon téléphone").click()

    def enrol() -> None:
        account = make_account(roles=(), password=PASSWORD)
        page.goto(f"{site}/connexion/")
        page.get_by_label("Identifiant").fill(account.login)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        follow(page, "button", "Continuer")

    def enrol_totp() -> None:
        follow(page, "link", "Utiliser une application")

    steps: tuple[Callable[[], None], ...] = (
        import_report, account_refused, verified, patient_list, menu, codes_shown, logged_out, wrong_password,
        second_factor, enrol, enrol_totp,
    )  # fmt: skip
    for step in steps:
        step()
        check(page, f"{step.__name__}-{suffix}", wrong)
