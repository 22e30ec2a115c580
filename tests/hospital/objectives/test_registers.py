"""What the registers say of a month: who is entitled at its end, whose RPPS is current, what can be read again later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from support.hospital import assign, make_account, make_rpps, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Movement, ReviewCampaign, ReviewItem, Service, TotpDevice
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.objectives.selectors.facts import gather
from tramontane.hospital.objectives.selectors.registers import movements
from tramontane.hospital.objectives.services import closing
from tramontane.hospital.objectives.services.verifying import verify
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.objectives import Figure, MonthFacts, figures
from tramontane.rules.objectives.periods import bounds

pytestmark = pytest.mark.django_db
MICRO = timedelta(microseconds=1)
MARCH = date(2027, 3, 1)
START, END = bounds(MARCH)
LONG_AGO = START - timedelta(days=500)
Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock of the application."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_to


@pytest.fixture
def service() -> Service:
    return make_service()


def allow(service: Service, *professions: str, number: int = 1, created_at: datetime = LONG_AGO) -> None:
    rules = [
        {"profession": code, "service": "", "consult": True, "bris_de_glace": True, "regulate": False,
         "restricted_types": []}
        for code in professions
    ]  # fmt: skip
    MatrixRevision.objects.create(
        legal_entity=service.geographic_entity.legal_entity, number=number, content={"rules": rules}, motive="essai",
        created_at=created_at,
    )  # fmt: skip


def clinician(service: Service, **fields: Any) -> Account:
    entity = service.geographic_entity.legal_entity
    values = {"services": (), "profession": "10", "rpps": make_rpps(), "created_at": LONG_AGO} | fields
    account = make_account(entity, **values)
    assign(account, service, starts_at=fields.get("created_at", LONG_AGO))
    return account


def consult(account: Account, at: Clock, moment: datetime) -> None:
    at(moment)
    who = Actor(account.legal_entity.finess_juridique, account.pk, "Fictif")
    record(Event("dmp.reponse", who, transaction="TD3.1", outcome="répondu", access_mode="normal"))


def one(facts: MonthFacts, objective: str, year: str) -> Figure:
    return next(figure for figure in figures(facts) if (figure.objective, figure.year) == (objective, year))


def test_the_entitled_users_of_a_month_are_those_of_its_last_instant(service: Service, at: Clock) -> None:
    entity = service.geographic_entity.legal_entity
    allow(service, "10")
    stays = clinician(service)
    joined = clinician(service, created_at=END - MICRO)
    gone = clinician(service, is_active=False, deactivated_at=END - MICRO)
    leaves_next = clinician(service, is_active=False, deactivated_at=END)
    comes_next = clinician(service, created_at=END)
    moved = clinician(service, profession="60")
    allow(service, "10", "60", number=2, created_at=END)  # the matrix of April entitles nobody in March
    for account in (stays, gone, joined, leaves_next, moved, comes_next):
        consult(account, at, END - MICRO)
    figure = one(gather(entity, MARCH, END), "2.2", "2027")
    assert (figure.numerator, figure.denominator) == (3, 3)
    april = one(gather(entity, date(2027, 4, 1), bounds(date(2027, 4, 1))[1]), "2.2", "2027")
    assert (april.numerator, april.denominator) == (0, 4)
    assert {stays.pk, joined.pk, comes_next.pk, moved.pk} == {
        member.account for member in gather(entity, date(2027, 4, 1), END + MICRO).members if member.entitled
    }


def test_an_assignment_entitles_until_its_last_instant(service: Service) -> None:
    entity = service.geographic_entity.legal_entity
    allow(service, "10")
    for ends_at, counted in ((END - MICRO, 0), (END, 1)):
        account = clinician(service)
        account.assignments.update(ends_at=ends_at)
        facts = gather(entity, MARCH, END)
        assert next(member for member in facts.members if member.account == account.pk).entitled == bool(counted)


def test_rpps_activities_are_current_when_received_or_reviewed_within_twelve_months(service: Service) -> None:
    entity = service.geographic_entity.legal_entity
    manager = make_account(entity, created_at=LONG_AGO, rpps=None)
    year_ago = datetime.fromisoformat("2026-03-31T22:00:00+00:00")  # midnight in Paris, twelve months before the end
    stale, arrived, changed, renamed, reviewed = (
        clinician(service, created_at=moment) for moment in (LONG_AGO, year_ago, LONG_AGO, LONG_AGO, LONG_AGO)
    )
    moved = {"kind": "change", "source": "scim", "received_at": year_ago, "applied_at": year_ago}
    Movement.objects.create(account=changed, detail={"changed": ["savoir_faire"]}, **moved)
    Movement.objects.create(account=renamed, detail={"changed": ["family_name"]}, **moved)
    campaign = ReviewCampaign.objects.create(
        legal_entity=entity, name="2026", opened_at=year_ago, closed_at=year_ago, opened_by=manager
    )
    ReviewItem.objects.create(campaign=campaign, account=reviewed, decision="confirmed", decided_at=END - MICRO)
    found = movements(entity, START, END, END)
    assert (found.rpps_accounts, found.rpps_current, found.rpps_updated) == (5, 3, date(2027, 3, 31))
    figure = one(gather(entity, MARCH, END), "1.2", "2028")
    assert "2 comptes à RPPS" in figure.reason
    assert "RPPS" not in one(gather(entity, MARCH, END), "1.2", "2027").reason
    assert {stale.pk, arrived.pk}


def test_the_proof_says_what_it_read_again_and_what_it_cannot(service: Service, at: Clock) -> None:
    entity = service.geographic_entity.legal_entity
    at(LONG_AGO)
    account = clinician(service)
    TotpDevice.objects.create(account=account, secret=b"x", confirmed_at=LONG_AGO)
    at(END)
    who = Actor(entity.finess_juridique, account_name="essai")
    statement = closing.close(entity, MARCH, actor=who)
    proof = verify(statement)
    assert (proof.broken, proof.moved) == ([], [])
    assert "Comptes inchangés depuis la fin du mois : 1 sur 1" in proof.same
    assert any("Contrats AIR" in sentence and "les mêmes" in sentence for sentence in proof.limits)
    at(END + timedelta(days=3))
    values = lifecycle.values_of(account, clock.now())
    lifecycle.save(entity, replace(values, profession="60"), account, who, "manual")
    changed = verify(statement)
    assert (changed.holds, changed.moved) == (True, [])
    assert any("1 comptes ont changé" in sentence for sentence in changed.limits)
    Account.objects.filter(pk=clinician(service, created_at=LONG_AGO).pk).update(rpps=None)
    assert any("sans aucun changement tracé" in sentence for sentence in verify(statement).broken)
