"""The desk of accounts in a real browser, from a first account to a closed review; and the pages of a card login."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from support.browser import chromium, new_context, put_session, shot, violations
from support.hospital import login, make_account, make_legal_entity, make_rpps, make_service
from support.pki import pki
from tramontane.demo.pki import Person, Profile
from tramontane.hospital import clock
from tramontane.hospital.accounts import choosing
from tramontane.hospital.accounts.card import channel
from tramontane.hospital.accounts.card.door import CardDoor
from tramontane.hospital.accounts.models import Account, Role, ScimToken
from tramontane.hospital.accounts.scim.resources import PROFESSIONAL
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import passwords
from tramontane.hospital.accounts.views import card, delegated
from tramontane.hospital.accounts.views.scim import token_hash

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
    base = f"http://localhost:{live_server.thread.port}"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, base_url=base)
    settings.CSRF_TRUSTED_ORIGINS = [base]
    return base


def enter(context: BrowserContext, site: str, account: Account, means: str = "passkey") -> Page:
    client = Client()
    login(client, account, means)
    put_session(context, site, str(client.session.session_key))
    return context.new_page()


def look(page: Page, name: str) -> None:
    """axe, no sideways scroll, and a picture."""
    shot(page, name)
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"


def test_a_manager_s_day(browser: Any, site: str, tmp_path: Path) -> None:
    entity = make_legal_entity(name="CH des Monts")
    cardio, urgences = make_service(entity, name="Cardiologie"), make_service(entity, name="Urgences")
    manager = make_account(entity, roles=(Role.ACCOUNT_MANAGER,), given_name="Camille", family_name="Durand", rpps=None)
    context = new_context(browser)
    page = enter(context, site, manager)
    _creates_by_hand(page, site)
    _imports(page, site, tmp_path, cardio.code)
    _receives_from_the_hr_feed(page, site, Account.objects.get(login="z.martin"), urgences.code)
    _closes_an_account_in_use(browser, page, site)
    _reviews(page, site)
    context.close()


def _creates_by_hand(page: Page, site: str) -> None:
    page.goto(f"{site}/comptes/")
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Nom", exact=True).fill("Martin")
    page.get_by_label("Prénom").fill("Zoé")
    page.get_by_label("Identifiant").fill("z.martin")
    page.get_by_label("Numéro RPPS").fill("123")
    page.get_by_label("Professionnel de santé").check()
    expect(page.get_by_label("RSSI")).to_have_count(0)  # out of a manager's reach
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("RPPS")
    look(page, "account-refused")
    page.get_by_label("Numéro RPPS").fill(make_rpps())
    page.get_by_label("Cardiologie").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le compte est enregistré.")).to_be_visible()
    page.get_by_role("button", name="Remettre un mot de passe provisoire").click()
    expect(page.get_by_role("heading", name="Mot de passe provisoire de Zoé Martin")).to_be_visible()
    look(page, "temporary-password")
    page.get_by_role("link", name="C’est fait").click()
    expect(page.get_by_text("Mot de passe provisoire remis")).to_be_visible()
    look(page, "account")


def _imports(page: Page, site: str, directory: Path, code: str) -> None:
    lines = [
        "identifiant;nom;prenom;rpps;roles;services",
        f"z.martin;Martin-Petit;Zoé;{Account.objects.get(login='z.martin').rpps};soignant;{code}",
        f"a.blanc;Blanc;Ana;{make_rpps()};soignant;{code}",
        f"b.noir;Noir;Bo;;rssi;{code}",
    ]
    (directory / "staff.csv").write_text("\n".join(lines), encoding="utf-8")
    page.goto(f"{site}/comptes/import/")
    page.get_by_label("Fichier CSV").set_input_files(directory / "staff.csv")
    page.get_by_role("button", name="Vérifier le fichier").click()
    expect(page.get_by_text("Rien n’est encore écrit.")).to_be_visible()
    look(page, "import-report")
    assert not Account.objects.filter(login="a.blanc").exists()
    page.get_by_role("button", name="Appliquer les autres lignes").click()
    expect(page.get_by_text("C’est fait")).to_be_visible()
    assert set(Account.objects.filter(login__in=("a.blanc", "b.noir")).values_list("login", flat=True)) == {"a.blanc"}


def _receives_from_the_hr_feed(page: Page, site: str, account: Account, code: str) -> None:
    """A move, sent by the HR system, seen at once on the page of the account."""
    ScimToken.objects.create(
        legal_entity=account.legal_entity, name="RH", hash=token_hash("jeton"), created_at=clock.now()
    )
    operation = {"op": "replace", "path": f"{PROFESSIONAL}:services", "value": [code]}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    answer = Client().patch(
        f"/scim/v2/Users/{account.pk}", json.dumps(body), "application/scim+json", HTTP_AUTHORIZATION="Bearer jeton"
    )
    assert answer.status_code == 200
    page.goto(f"{site}/comptes/{account.pk}/")
    expect(page.get_by_text("par le flux SCIM")).to_be_visible()
    expect(page.get_by_label("Urgences")).to_be_checked()
    expect(page.get_by_label("Cardiologie")).not_to_be_checked()


def _closes_an_account_in_use(browser: Any, page: Page, site: str) -> None:
    leaving = Account.objects.get(login="a.blanc")
    other = new_context(browser, width=390, dark=True)
    at_work = enter(other, site, leaving)
    at_work.goto(f"{site}/mon-compte/facteurs/")
    page.goto(f"{site}/comptes/{leaving.pk}/")
    expect(page.get_by_text("1 session ouverte")).to_be_visible()
    page.get_by_role("button", name="Fermer ce compte").click()
    expect(page.get_by_text("est fermé ; ses sessions ouvertes aussi")).to_be_visible()
    look(page, "account-closed")
    at_work.reload()
    expect(at_work.get_by_role("heading", name="Connexion")).to_be_visible()
    look(at_work, "login-after-departure-390-dark")
    other.close()


def _reviews(page: Page, site: str) -> None:
    page.goto(f"{site}/comptes/revues/")
    page.get_by_label("Nom").fill("Revue 2026")
    page.get_by_role("button", name="Ouvrir la revue").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Confirmer les comptes cochés").click()
    expect(page.get_by_text("Tous les comptes sont décidés")).to_be_visible()
    look(page, "review-decided")
    page.get_by_role("button", name="Clore la revue").click()
    expect(page.get_by_text("Close")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_pages_of_cards_of_two_establishments_and_of_handed_passwords(
    browser: Any, site: str, monkeypatch: pytest.MonkeyPatch, width: int, dark: bool
) -> None:
    first = make_account(make_legal_entity(name="CH des Monts"), roles=(Role.ADMISSIONS,))
    second = make_account(make_legal_entity(name="CHU de la Plaine"), roles=(Role.ADMISSIONS,), rpps=first.rpps)
    size = f"{width}{'-dark' if dark else ''}"
    _with_a_card_reader(monkeypatch, site, str(first.rpps))
    context = new_context(browser, width=width, dark=dark)
    page = context.new_page()
    page.goto(f"{site}/connexion/")
    expect(page.get_by_role("link", name="Se connecter avec ma carte")).to_be_visible()
    look(page, f"login-card-{size}")
    page.goto(f"{site}/connexion/carte/?suite=/mon-compte/facteurs/")
    look(page, f"card-{size}")
    page.get_by_role("button", name="Ouvrir ma session").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez un établissement")
    passwords.hand_over(second, actor(make_account(second.legal_entity, given_name="Camille"), None), clock.now())
    page.get_by_label("CHU de la Plaine").check()
    page.get_by_role("button", name="Ouvrir ma session").click()
    expect(page.get_by_text("a été remis en votre nom par Camille")).to_be_visible()
    look(page, f"told-{size}")
    page.goto(f"{site}/mon-compte/confirmer/")
    look(page, f"step-up-card-{size}")
    page.get_by_role("banner").get_by_text("2 facteurs").click()
    monkeypatch.setattr(channel, "from_proxy", lambda _request: False)
    page.goto(f"{site}/connexion/carte/")
    look(page, f"card-refused-{size}")
    context.clear_cookies()
    monkeypatch.setattr(choosing, "recall", lambda _request, _at: ([first, second], None))
    page.goto(f"{site}/connexion/etablissement/")
    look(page, f"choose-account-{size}")
    context.close()
    assert delegated.choosing is choosing


def _with_a_card_reader(monkeypatch: pytest.MonkeyPatch, site: str, rpps: str) -> None:
    """The channel of a proxy, without one: what it brings has its own tests (test_card, test_card_proxy)."""
    presented = pki().demo.issue_cps(Person(f"8{rpps}", "LIBRE", "MAX"), Profile.AUTH_CLI, key=pki().auth.key)
    door = CardDoor(site.replace("http:", "https:"), "", "", "")
    trusted = pki()
    from tramontane.dmp.signature.certificates import TrustStore

    store = TrustStore(trusted.anchors, trusted.intermediates, trusted.crls)
    monkeypatch.setattr(CardDoor, "trust", lambda _self: store)
    monkeypatch.setattr(card, "door", lambda: door)
    real = channel.certificate
    monkeypatch.setattr(channel, "from_proxy", lambda _request: True)
    monkeypatch.setattr(
        channel,
        "certificate",
        lambda request, found: presented.certificate if channel.from_proxy(request) else real(request, found),
    )
