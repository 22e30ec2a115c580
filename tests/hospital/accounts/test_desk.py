"""The desk of accounts, its review, and the walls between legal entities."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from support.hospital import PASSWORD, login, make_account, make_legal_entity, make_service
from tramontane.hospital.accounts.models import Account, ReviewCampaign, ReviewItem, Role
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Account:
    account = make_account(roles=(Role.ACCOUNT_MANAGER,), family_name="Manager")
    login(client, account)
    return account


def names(page: Any) -> list[str]:
    return [account.family_name for account in page.context["page"]]


def test_exceptions_come_first_whatever_the_sort(client: Client, manager: Account) -> None:
    entity = manager.legal_entity
    service = make_service(entity)
    settled = make_account(entity, family_name="Aaa", services=(service,))
    settled.external_identities.create(provider="psc", subject="1")
    make_account(entity, family_name="Zzz", rpps=None)
    page = client.get("/comptes/")
    assert names(page)[-1] == "Aaa"
    assert "RPPS manquant" in page.content.decode()
    assert names(client.get("/comptes/?exception=rpps")) == ["Zzz"]


def test_who_could_have_no_token_for_want_of_a_speciality_or_section_is_an_exception(
    client: Client, manager: Account
) -> None:
    entity = manager.legal_entity
    for name, profession, savoir_faire in (
        ("Sans", "10", ""),
        ("Avec", "10", "SM04"),
        ("Officine", "21", ""),
        ("Rien", "", ""),
    ):
        make_account(entity, family_name=name, profession=profession, savoir_faire=savoir_faire)
    make_account(entity, family_name="Infirmiere", profession="60", savoir_faire="")
    assert sorted(names(client.get("/comptes/?exception=metier"))) == ["Officine", "Rien", "Sans"]
    form = client.get("/comptes/nouveau/").content.decode()
    assert "· SM04" in form
    posted = {
        "family_name": "A",
        "given_name": "B",
        "login": "ab",
        "roles": ["clinician"],
        "profession": "10",
        "savoir_faire": "XX9",
    }
    assert client.post("/comptes/nouveau/", posted).status_code == 422


def test_everybody_starts_at_her_first_desk_and_who_has_none_is_told_what_to_do(client: Client) -> None:
    login(client, make_account(roles=(Role.RSSI, Role.DPO)))
    assert client.get("/")["Location"] == "/rssi/"
    login(client, make_account(roles=()))
    assert "aucun rôle" in client.get("/").content.decode()


def test_search_finds_by_name_login_and_rpps(client: Client, manager: Account) -> None:
    found = make_account(manager.legal_entity, family_name="Lefèvre", given_name="Ana")
    make_account(manager.legal_entity)
    for text in ("lefèv", "LEFÈV", "lefevre ana", "Ana Lef", found.login, found.rpps):
        assert names(client.get("/comptes/", {"q": str(text)})) == ["Lefèvre"]
    assert "Aucun compte ne correspond" in client.get("/comptes/?q=xyzxyz").content.decode()


def test_the_list_costs_the_same_number_of_queries_for_1_and_for_60_accounts(
    client: Client, manager: Account, django_assert_max_num_queries: Any
) -> None:
    service = make_service(manager.legal_entity)
    for _ in range(60):
        make_account(manager.legal_entity, services=(service,))
    with django_assert_max_num_queries(14):
        assert len(client.get("/comptes/").context["page"]) == 50


def test_namesakes_are_shown_as_exceptions(client: Client, manager: Account) -> None:
    for given_name in ("Jean", "JEAN", "Paul"):
        make_account(manager.legal_entity, family_name="Petit", given_name=given_name)
    make_account(family_name="Petit", given_name="Paul")
    found = client.get("/comptes/?exception=homonyme").context["page"]
    assert sorted(account.given_name for account in found) == ["JEAN", "Jean"]


def test_an_account_is_created_changed_closed_and_reopened_by_hand(client: Client, manager: Account) -> None:
    answer = client.post(
        "/comptes/nouveau/", {"login": "n", "family_name": "N", "given_name": "Neuf", "roles": "clinician"}
    )
    account = Account.objects.get(login="n")
    assert answer["Location"] == f"/comptes/{account.pk}/"
    wrong = client.post(
        f"/comptes/{account.pk}/", {"login": "n", "family_name": "N", "given_name": "Neuf", "rpps": "1"}
    )
    assert wrong.status_code == 422
    client.post(f"/comptes/{account.pk}/fermer/")
    assert not Account.objects.get(pk=account.pk).is_active
    client.post(f"/comptes/{account.pk}/rouvrir/")
    assert Account.objects.get(pk=account.pk).is_active
    kinds = [movement.kind for movement in account.movements.order_by("id")]
    assert kinds == ["arrival", "departure", "arrival"]


def test_nobody_closes_their_own_account(client: Client, manager: Account) -> None:
    assert "votre propre compte" in client.post(f"/comptes/{manager.pk}/fermer/", follow=True).content.decode()
    manager.refresh_from_db()
    assert manager.is_active


def test_a_temporary_password_is_shown_once_works_and_forgets_the_factors(client: Client, manager: Account) -> None:
    account = make_account(manager.legal_entity, password=PASSWORD)
    account.recovery_codes.create(hash="x")
    page = client.post(f"/comptes/{account.pk}/mot-de-passe/")
    password = page.context["password"]
    assert password not in client.get(f"/comptes/{account.pk}/").content.decode()
    assert not account.recovery_codes.exists()
    answer = Client().post("/connexion/", {"login": account.login, "password": password})
    assert answer["Location"] == "/connexion/nouveau-mot-de-passe/"
    assert password not in str(list(Trace.objects.values()))


def test_a_review_lists_every_active_account_and_keeps_who_decided_what(client: Client, manager: Account) -> None:
    entity = manager.legal_entity
    kept, gone = make_account(entity), make_account(entity)
    make_account()
    client.post("/comptes/revues/ouvrir/", {"name": "Revue 2026"})
    campaign = ReviewCampaign.objects.get()
    assert campaign.items.count() == 3
    items = {item.account_id: item for item in campaign.items.all()}
    path = f"/comptes/revues/{campaign.pk}/"
    client.post(path, {"decision": "confirmed", "item": [items[kept.pk].pk, items[manager.pk].pk]})
    assert "il reste 1 compte" in client.post(f"{path}clore/", follow=True).content.decode()
    client.post(path, {"decision": "deactivated", "item": [items[gone.pk].pk], "comment": "parti en mars"})
    gone.refresh_from_db()
    assert not gone.is_active
    item = ReviewItem.objects.get(account=gone)
    assert (item.decided_by, item.comment) == (manager, "parti en mars")
    client.post(f"{path}clore/")
    campaign.refresh_from_db()
    assert campaign.closed_at is not None
    text = b"".join(client.get(f"{path}export.csv")).decode()
    assert "parti en mars" in text
    assert Trace.objects.filter(event="revue.decidee").count() == 3


def test_a_decision_is_taken_once(client: Client, manager: Account) -> None:
    client.post("/comptes/revues/ouvrir/")
    item = ReviewItem.objects.get()
    path = f"/comptes/revues/{item.campaign_id}/"
    client.post(path, {"decision": "confirmed", "item": [item.pk]})
    client.post(path, {"decision": "corrected", "item": [item.pk]})
    item.refresh_from_db()
    assert item.decision == "confirmed"


def test_another_entity_s_accounts_and_reviews_do_not_exist(client: Client, manager: Account) -> None:
    other = make_account(make_legal_entity(), roles=(Role.ACCOUNT_MANAGER,))
    campaign = ReviewCampaign.objects.create(
        legal_entity=other.legal_entity, name="X", opened_at=other.created_at, opened_by=other
    )
    pages = [
        (pattern, other.pk if "revues" not in str(pattern.pattern) else campaign.pk)
        for pattern in get_resolver("tramontane.hospital.accounts.urls").url_patterns
        if "<int:pk>" in str(pattern.pattern) and not str(pattern.pattern).startswith(("scim", "mon-compte"))
    ]
    assert len(pages) >= 7
    for pattern, pk in pages:
        path = "/" + str(pattern.pattern).replace("<int:pk>", str(pk))
        statuses = {client.get(path).status_code, client.post(path).status_code}
        assert statuses <= {404, 405}, path
        assert 404 in statuses, path
    other.refresh_from_db()
    assert other.is_active


def test_every_page_of_the_desk_asks_for_its_role(client: Client) -> None:
    login(client, make_account(roles=(Role.CLINICIAN, Role.RSSI)))
    for path in ("/comptes/", "/comptes/nouveau/", "/comptes/import/", "/comptes/export.csv", "/comptes/revues/"):
        assert client.get(path).status_code == 403, path
