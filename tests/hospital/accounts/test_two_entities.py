"""A professional who works in two legal entities: two accounts, one RPPS, and nothing that crosses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from support.evil_op import EvilProvider
from support.hospital import login, make_account, make_legal_entity, make_patient
from tramontane.hospital import clock
from tramontane.hospital.accounts import pending
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, ExternalIdentity, OpenSession, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.accounts.services.lifecycle import AccountValues

pytestmark = pytest.mark.django_db
Declare = Callable[..., None]
CHOICE = "/connexion/etablissement/"


@pytest.fixture
def twins() -> tuple[Account, Account]:
    first = make_account(make_legal_entity(name="CH A"), roles=(Role.ADMISSIONS,))
    return first, make_account(make_legal_entity(name="CH B"), roles=(Role.ADMISSIONS,), rpps=first.rpps)


def come_back(client: Client, provider: EvilProvider, rpps: str | None, query: str = "") -> Any:
    provider.identity = {"SubjectNameID": f"8{rpps}"}
    started = client.get(f"/connexion/oidc/psc/?suite=/mon-compte/facteurs/{query}")
    return client.get("/connexion/oidc/psc/retour/", provider.authorize(started["Location"]))


def test_a_rpps_is_unique_in_its_legal_entity_and_nowhere_else(twins: tuple[Account, Account]) -> None:
    first, second = twins
    who = actor(make_account(first.legal_entity, roles=(Role.ACCOUNT_MANAGER,)), None)
    values = AccountValues(login="n", family_name="N", given_name="N", rpps=str(first.rpps))
    with pytest.raises(lifecycle.InvalidAccountError, match="déjà celui d’un autre compte de l’établissement"):
        lifecycle.save(first.legal_entity, values, None, who, "manual")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_account(second.legal_entity, rpps=first.rpps)
    lifecycle.save(make_legal_entity(), values, None, who, "manual")


def test_staff_without_rpps_are_as_many_as_needed() -> None:
    entity = make_legal_entity()
    assert make_account(entity, rpps=None).pk != make_account(entity, rpps=None).pk


def test_a_login_name_stays_unique_everywhere(twins: tuple[Account, Account]) -> None:
    values = AccountValues(login=twins[0].login, family_name="N", given_name="N")
    assert [fault.field for fault in lifecycle.faults(twins[1].legal_entity, values, None)] == ["login"]


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_delegated_login_asks_which_establishment_then_opens_that_one(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account], chosen: int
) -> None:
    declare(evil)
    assert come_back(client, evil, twins[0].rpps)["Location"] == CHOICE
    assert proofs.read(client.session) is None
    assert client.get("/")["Location"].startswith("/connexion/"), "nothing is open before the choice"
    page = client.get(CHOICE).content.decode()
    assert page.index("CH A") < page.index("CH B")
    answer = client.post(CHOICE, {"account": twins[chosen].pk})
    assert answer["Location"] == "/mon-compte/facteurs/"
    opened = OpenSession.objects.get()
    assert (opened.account, opened.provider, opened.subject) == (twins[chosen], "psc", evil.subject)
    proof = proofs.read(client.session)
    assert proof is not None
    assert proof.two_factors
    assert client.get(CHOICE)["Location"] == "/connexion/?fin=trop-long", "chosen once"


def test_the_same_subject_may_then_open_the_other(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account]
) -> None:
    declare(evil)
    for account in twins:
        browser = Client()
        come_back(browser, evil, account.rpps)
        browser.post(CHOICE, {"account": account.pk})
    assert ExternalIdentity.objects.filter(subject=evil.subject).count() == 2
    assert set(OpenSession.objects.values_list("account", flat=True)) == {account.pk for account in twins}


def test_a_subject_known_for_another_person_is_refused_after_the_choice(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account]
) -> None:
    declare(evil)
    ExternalIdentity.objects.create(provider="psc", subject=evil.subject, account=make_account())
    come_back(client, evil, twins[0].rpps)
    answer = client.post(CHOICE, {"account": twins[0].pk})
    assert answer.status_code == 403
    assert "<code>sujet-d-un-autre-compte</code>" in answer.content.decode()
    assert not OpenSession.objects.exists()


def test_the_choice_is_among_one_s_own_accounts_and_does_not_wait(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account]
) -> None:
    declare(evil)
    come_back(client, evil, twins[0].rpps)
    for wrong in ("", "x", str(make_account().pk)):
        assert client.post(CHOICE, {"account": wrong}).status_code == 422
    Account.objects.filter(pk=twins[1].pk).update(is_active=False)
    assert client.post(CHOICE, {"account": twins[1].pk}).status_code == 422, "closed meanwhile"
    session = client.session
    late = clock.now() - pending.LIVES - timedelta(seconds=1)
    session["choosing"] = session["choosing"] | {"at": late.isoformat()}
    session.save()
    assert client.post(CHOICE, {"account": twins[0].pk})["Location"] == "/connexion/?fin=trop-long"
    assert not OpenSession.objects.exists()


def test_confirming_keeps_to_the_establishment_of_the_open_session(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account]
) -> None:
    declare(evil)
    login(client, twins[1], "password")
    evil.evidence = {"acr": "eidas1", "auth_time": int(clock.now().timestamp())}
    answer = come_back(client, evil, twins[0].rpps, "&confirmer=1")
    assert answer["Location"] == "/mon-compte/facteurs/"
    assert OpenSession.objects.get().account == twins[1]


def test_a_provider_of_one_establishment_never_opens_the_other(
    client: Client, evil: EvilProvider, declare: Declare, twins: tuple[Account, Account]
) -> None:
    declare(evil, legal_entity=twins[1].legal_entity.finess_juridique)
    come_back(client, evil, twins[0].rpps)
    assert OpenSession.objects.get().account == twins[1]


def test_the_rights_of_one_account_open_nothing_of_the_other_establishment(
    client: Client, twins: tuple[Account, Account]
) -> None:
    patient = make_patient(twins[1].legal_entity)
    login(client, twins[0])
    assert client.get(f"/patients/{patient.pk}/identite/").status_code == 404
    assert patient.birth_name not in client.get("/admissions/patients/").content.decode()
    login(client, twins[1])
    assert client.get(f"/patients/{patient.pk}/identite/").status_code == 200


def test_a_departure_in_one_establishment_leaves_the_other_open(twins: tuple[Account, Account]) -> None:
    browsers = (Client(), Client())
    for browser, account in zip(browsers, twins, strict=True):
        login(browser, account)
    who = actor(make_account(twins[0].legal_entity, roles=(Role.ACCOUNT_MANAGER,)), None)
    values = lifecycle.values_of(twins[0], clock.now())
    lifecycle.save(twins[0].legal_entity, replace(values, active=False), twins[0], who, "manual")
    assert browsers[0].get("/mon-compte/facteurs/").status_code == 302
    assert browsers[1].get("/mon-compte/facteurs/").status_code == 200
