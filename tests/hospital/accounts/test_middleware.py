"""The guard before every page."""

from __future__ import annotations

import pytest
from django.test import Client

from support.hospital import login, make_account
from tramontane.hospital.accounts.models import Account

pytestmark = pytest.mark.django_db


def test_a_page_without_a_session_leads_to_the_login_page_and_back(client: Client) -> None:
    answer = client.get("/?a=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/connexion/?suite=%2F%3Fa%3D1"


def test_a_logged_in_account_sees_the_home_page_and_nothing_keeps_it_in_a_cache(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert account.display_name in answer.content.decode()


def test_a_departure_ends_an_open_session_at_its_next_request(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    assert client.get("/").status_code == 200
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert client.get("/")["Location"].startswith("/connexion/")


def test_a_form_sent_after_the_session_ended_is_said_lost_and_its_page_comes_back(client: Client) -> None:
    form = {"HTTP_REFERER": "http://testserver/comptes/nouveau/?a=1"}
    answer = client.post("/comptes/nouveau/", {"nom": "Durand"}, **form)
    assert answer["Location"] == "/connexion/?suite=%2Fcomptes%2Fnouveau%2F%3Fa%3D1&envoi=perdu"
    shown = client.get(answer["Location"])
    assert shown.context["suite"] == "/comptes/nouveau/?a=1"
    assert "n’a pas été enregistré" in shown.content.decode()
    assert "n’a pas été enregistré" not in client.get("/connexion/?fin=inactivite").content.decode()


@pytest.mark.parametrize("page", ["http://ailleurs.example/piege/", "//ailleurs.example/", "http://[", ""])
def test_a_form_sent_from_elsewhere_leads_to_the_home_page(client: Client, page: str) -> None:
    assert client.post("/comptes/nouveau/", HTTP_REFERER=page)["Location"] == "/connexion/?envoi=perdu"


def test_a_fragment_asked_after_the_session_ended_brings_its_page_back(client: Client) -> None:
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/patients/?q=a"}
    answer = client.get("/patients/?q=ab", **asked)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/connexion/?suite=%2Fpatients%2F%3Fq%3Da"
