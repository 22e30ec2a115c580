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
