"""A hospital with some closed months and a running one, and somebody of its direction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from support.activity import Activity
from support.hospital import make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Role
from tramontane.hospital.objectives.services import closing
from tramontane.hospital.traces.events import Actor


@dataclass
class Scene:
    """The year 2026: nine months closed, the tenth runs."""

    activity: Activity
    account: Account
    now: datetime

    @property
    def entity(self) -> LegalEntity:
        """The hospital."""
        return self.activity.entity


def make_scene(monkeypatch: Any, *, closed: int = 9, users: int = 40, patients: int = 240) -> Scene:
    """Make it; the clock stops in the middle of the running month."""
    activity = Activity(users=users, patients=patients).make()
    who = Actor(activity.entity.finess_juridique, account_name="essai")
    for rank in range(closed):
        moment = activity.edges(rank)[1] + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        closing.close(activity.entity, date(2026, rank + 1, 1), actor=who)
    now = activity.edges(closed)[0] + timedelta(days=20, hours=9)
    monkeypatch.setattr(clock, "now", lambda: now)
    roles = (Role.DIRECTION, Role.HOMOLOGATION)
    account = make_account(activity.entity, roles=roles, given_name="Hélène", family_name="Girard", profession="")
    return Scene(activity, account, now)
