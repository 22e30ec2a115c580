"""Completing the care team of an episode on screen: who may, whom, what it opens, and taking somebody out."""

from __future__ import annotations

import pytest
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_account, make_legal_entity, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.patients.models import CareTeamMember
from tramontane.hospital.patients.selectors import is_care_team, patient_for
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready() -> Ready:
    return make_ready(World())  # the DMP is not asked anything here


@pytest.fixture
def pharmacist(ready: Ready) -> Account:
    """Of the same establishment, in another service."""
    return make_account(
        ready.account.legal_entity, services=(make_service(ready.account.legal_entity),), family_name="Marchand"
    )


def address(ready: Ready) -> str:
    return f"/patients/{ready.patient.pk}/equipe/"


def test_the_team_names_a_colleague_who_then_reaches_the_patient_until_taken_out(
    client: Client, ready: Ready, pharmacist: Account
) -> None:
    assert patient_for(pharmacist, ready.patient.pk, clock.now()) is None
    login(client, ready.account)
    assert client.post(address(ready), {"professional": pharmacist.rpps or ""}).status_code == 302
    member = CareTeamMember.objects.get()
    assert (member.account, member.added_by) == (pharmacist, ready.account)
    assert is_care_team(pharmacist, ready.episode, clock.now())
    assert patient_for(pharmacist, ready.patient.pk, clock.now()) is not None
    assert "Marchand" in client.get(address(ready)).content.decode()
    client.post(f"{address(ready)}{member.pk}/retirer/")
    assert not is_care_team(pharmacist, ready.episode, clock.now())
    changes = Trace.objects.filter(event="venue.modifiee").values_list("detail", flat=True)
    assert [{"care_team": pharmacist.pk}, {"care_team_without": pharmacist.pk}] == list(changes)


def test_the_admissions_desk_names_too(client: Client, ready: Ready, pharmacist: Account) -> None:
    login(client, make_account(ready.account.legal_entity, roles=(Role.ADMISSIONS,)))
    assert client.post(address(ready), {"professional": pharmacist.login}).status_code == 302
    assert CareTeamMember.objects.filter(account=pharmacist).exists()


def test_nobody_lets_herself_in_nor_a_stranger(client: Client, ready: Ready, pharmacist: Account) -> None:
    elsewhere = make_account(make_legal_entity())
    desk = make_account(ready.account.legal_entity, roles=(Role.ADMISSIONS,))
    login(client, ready.account)
    for typed in (ready.account.login, elsewhere.login, desk.login, "inconnu", ""):
        assert client.post(address(ready), {"professional": typed}).status_code == 422, typed
    login(client, pharmacist)
    assert client.post(address(ready), {"professional": pharmacist.login}).status_code == 404
    assert not CareTeamMember.objects.exists()


def test_whoever_reached_the_patient_from_outside_sees_the_team_and_does_not_complete_it(
    client: Client, ready: Ready, pharmacist: Account
) -> None:
    pharmacist.outside_accesses.create(patient=ready.patient, opened_at=clock.now())
    login(client, pharmacist)
    page = client.get(address(ready)).content.decode()
    assert "Seuls les admissions et l’équipe de soins" in page
    assert "Nommer dans l’équipe de soins" not in page
    assert client.post(address(ready), {"professional": pharmacist.login}).status_code == 403
    assert client.post(f"{address(ready)}1/retirer/").status_code == 403


def test_without_an_episode_there_is_nothing_to_complete(client: Client, ready: Ready) -> None:
    type(ready.episode).objects.update(cancelled_at=clock.now())
    login(client, make_account(ready.account.legal_entity, roles=(Role.ADMISSIONS,)))
    assert "Aucune venue en cours" in client.get(address(ready)).content.decode()
    assert client.post(address(ready), {"professional": ready.account.login}).status_code == 200
