"""Who leaves and comes back starts anew: nothing granted to the one who left is open, in any of her browsers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_episode, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.consultations import facts, selectors, services
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.patients.selectors import care_team_of, is_care_team, patient_for
from tramontane.hospital.patients.services import Declaration, declare, join_care_team, note_outside_access
from tramontane.hospital.traces.events import Actor
from tramontane.rules.access import Relationship

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(world: World) -> Ready:
    return make_ready(world)


def turn(account: Account, *, active: bool, services_: tuple[str, ...] = ()) -> Account:
    """Close the account, or open it again with these services, as the HR feed does."""
    values = replace(lifecycle.values_of(account, clock.now()), active=active, services=services_)
    feed = Actor(account.legal_entity.finess_juridique, account_name="Flux RH")
    return lifecycle.save(account.legal_entity, values, account, feed, "scim")[0]


def relationship(account: Account, patient: Patient) -> Relationship:
    episode = patient.episodes.get()
    access = Access(account, None, patient, episode, None, episode.service.geographic_entity)
    return facts.gather(access, at=clock.now()).relationship


def test_no_right_of_the_one_who_left_lives_in_the_one_who_came_back(ready: Ready) -> None:
    account, entity = ready.account, ready.account.legal_entity
    ward, elsewhere = make_service(entity), make_service(entity)
    named, consenting = make_patient(entity), make_patient(entity)
    stay = make_episode(named, ward)
    make_episode(consenting, ward)
    join_care_team(stay, account, actor=ready.access.actor)
    note_outside_access(consenting, account=account, actor=ready.access.actor)
    alone = Declaration("consultation", "consent", consenting.episodes.get(), for_account=account)
    declare(consenting, alone, actor=ready.access.actor)
    assert isinstance(services.bris_de_glace_open(ready.access, Declarations("Coma", True, True)), Opening)
    assert (relationship(account, named), relationship(account, consenting)) == (
        Relationship.CARE_TEAM,
        Relationship.EXPLICIT_CONSENT,
    )
    browsers = [Client() for _ in range(3)]
    for browser, patient in zip(browsers, (ready.patient, named, consenting), strict=True):
        login(browser, account)
        assert browser.get(f"/patients/{patient.pk}/consentement/").status_code == 200

    turn(account, active=False)
    back = turn(account, active=True, services_=(elsewhere.code,))

    for browser in browsers:
        assert browser.get("/patients/")["Location"].startswith("/connexion/")
    login(browsers[0], back)
    for patient in (ready.patient, named, consenting):
        assert patient_for(back, patient.pk, clock.now()) is None
        assert browsers[0].get(f"/patients/{patient.pk}/consentement/").status_code == 404
        assert relationship(back, patient) is Relationship.OUTSIDE
    assert not selectors.standing(back, clock.now()).exists()
    assert not care_team_of(stay).exists()

    join_care_team(stay, back, actor=ready.access.actor)
    assert is_care_team(back, stay, clock.now()), "named again, she is of the team again"
    assert care_team_of(stay).count() == 1


def test_a_change_of_services_takes_nothing_else_away(ready: Ready) -> None:
    account = ready.account
    ward, elsewhere = make_service(account.legal_entity), make_service(account.legal_entity)
    stay = make_episode(make_patient(account.legal_entity), ward)
    join_care_team(stay, account, actor=ready.access.actor)
    turn(account, active=True, services_=(elsewhere.code,))
    assert is_care_team(account, stay, clock.now())
    assert patient_for(account, ready.patient.pk, clock.now()) is None
