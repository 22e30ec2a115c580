"""The movements of the day: what the HR feed changed, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from support.hospital import login, make_account, make_legal_entity, make_rpps, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts import movements
from tramontane.hospital.accounts.models import Movement, Role
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.accounts.services.lifecycle import AccountValues
from tramontane.hospital.traces.events import Actor

pytestmark = pytest.mark.django_db
NURSE = AccountValues(login="ana", family_name="Lefèvre", given_name="Ana", roles=("clinician",), profession="60")


def test_the_day_says_who_arrived_moved_and_left_and_with_what_effect(client: Client) -> None:
    entity = make_legal_entity()
    who = Actor(entity.finess_juridique)
    here, there = make_service(entity, name="Cardiologie"), make_service(entity, name="Urgences")
    arrival = replace(NURSE, rpps=make_rpps(), services=(here.code,))
    account, _ = lifecycle.save(entity, arrival, None, who, "scim")
    moved = replace(arrival, services=(there.code,))
    lifecycle.save(entity, moved, account, who, "scim")
    renamed = replace(moved, family_name="Martin", roles=("clinician", "rssi"))
    lifecycle.save(entity, renamed, account, who, "csv")
    lifecycle.save(entity, replace(renamed, active=False), account, who, "scim")
    day = movements.of_today(entity, clock.now())
    assert day.counts == (("Arrivée", 1), ("Changement de service", 1), ("Départ", 1), ("Modification", 1))
    effects = [effect for _, effect, _ in day.newest]
    assert effects[0].startswith("compte fermé, sessions ouvertes closes")
    assert effects[1].endswith("modifié : nom")
    assert "rôles : " in effects[1]
    assert effects[2] == "services : Cardiologie → Urgences"
    assert effects[3].startswith("compte ouvert ; services : Cardiologie ; rôles : ")
    assert [source for *_, source in day.newest] == [movements.SOURCES[one] for one in ("scim", "csv", "scim", "scim")]
    login(client, make_account(entity, roles=(Role.ACCOUNT_MANAGER,)))
    page = client.get("/comptes/").content.decode()
    assert "Mouvements du jour" in page
    assert "Cardiologie → Urgences" in page


def test_yesterday_and_other_entities_are_not_of_the_day(client: Client) -> None:
    manager = make_account(roles=(Role.ACCOUNT_MANAGER,))
    stranger = make_account(make_legal_entity())
    now = clock.now()
    for account, at in ((manager, now - timedelta(days=1)), (stranger, now)):
        Movement.objects.create(account=account, kind="change", source="scim", received_at=at, applied_at=at)
    assert movements.of_today(manager.legal_entity, now).total == 0
    login(client, manager)
    assert "Aucun mouvement reçu aujourd’hui" in client.get("/comptes/").content.decode()


def test_a_movement_kept_before_its_passages_were_still_says_its_kind() -> None:
    assert movements.effect(Movement(kind="move", detail={"changed": ["services"]})) == ""
    assert movements.effect(Movement(kind="password")) == "seconds facteurs effacés, à enregistrer de nouveau"
