"""The guard before every page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from support.hospital import login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts import returning, sessions
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


def rested(client: Client, minutes: float) -> None:
    """Nobody asked anything for so long."""
    session = client.session
    session[sessions.SEEN] = (clock.now() - timedelta(minutes=minutes)).isoformat()
    session.save()


def state(client: Client, **headers: str) -> dict[str, Any]:
    answer = client.get("/connexion/session/", headers=headers)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    return dict(answer.json())


IDLE = settings.ENVIRONMENT.session_idle_minutes


def test_a_page_that_asks_by_itself_keeps_no_session_open_and_a_person_who_stays_does(client: Client) -> None:
    login(client, make_account(roles=()))
    rested(client, IDLE - 5)
    for _ in range(2):
        assert 290 < state(client, **{"X-Unattended": "1"})["left"] <= 300
    assert client.post("/connexion/session/").json()["left"] > (IDLE - 1) * 60
    rested(client, IDLE + 1)
    assert state(client, **{"X-Unattended": "1"}) == {"left": 0, "why": "inactivite"}
    assert state(client) == {"left": 0, "why": "fermee"}, "nothing says any more whose it was"


def test_a_session_near_its_longest_is_not_said_to_be_saved_by_staying(client: Client) -> None:
    login(client, make_account(roles=()))
    session = client.session
    hours = timedelta(hours=settings.ENVIRONMENT.session_hours)
    session[sessions.STARTED] = (clock.now() - hours + timedelta(minutes=1)).isoformat()
    session.save()
    said = client.post("/connexion/session/").json()
    assert (said["why"], said["left"] <= 60) == ("duree", True)


def test_the_page_of_a_session_that_ended_is_given_back_to_its_person_and_to_nobody_else(client: Client) -> None:
    account, next_one = make_account(roles=()), make_account(roles=())
    login(client, account)
    rested(client, IDLE + 1)
    suite = client.get(client.get("/patients/7/?vue=dossier")["Location"]).context["suite"]
    assert returning.address_for(suite, account.handle) == "/patients/7/?vue=dossier"
    assert returning.address_for(suite, next_one.handle) == "/"
    assert returning.address_for("/patients/7/", next_one.handle) == "/patients/7/", "asked for before any session"
