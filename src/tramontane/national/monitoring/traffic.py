"""Generated traffic: months of ordinary care, with what ordinary care has that looks bad, and misuses planted among it.

Everything follows from a seed: the same seed gives the same traces, bit for bit. Identifiers are well formed and fictitious.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import AccessResult, AccessTrace

_HISTORY_DAYS = 40
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """How much traffic: `days` of it, ending with `until`; `staff` and `patients` of each structure; `misuses` a rule."""

    until: date
    days: int = 14
    structures: int = 12
    staff: int = 25
    patients: int = 400
    misuses: int = 12

    @property
    def first(self) -> date:
        """The first day of ordinary traffic; what each structure declared before it is its history."""
        return self.until - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class Professional:
    """One of the staff: where, with which hours. `habit` is day, night or emergency."""

    rpps: str
    structure: str
    habit: str


@dataclass(frozen=True, slots=True)
class Misuse:
    """A misuse that was planted: which rule it is meant for, and whom an alert should name."""

    rule: str
    subject: str


@dataclass(slots=True)
class World:
    """Who exists, and what was written so far."""

    scale: Scale
    dice: random.Random
    staff: list[Professional] = field(default_factory=list)
    panels: dict[str, list[str]] = field(default_factory=dict)
    traces: list[AccessTrace] = field(default_factory=list)
    misuses: list[Misuse] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    _tokens: int = 0

    @classmethod
    def populated(cls, seed: int, scale: Scale) -> World:
        """Structures, each with its staff and the patients it knows."""
        world = cls(scale, random.Random(seed))  # noqa: S311 - made to be repeated, never to be secret
        for number in range(scale.structures):
            first, hired = number * scale.patients, number * scale.staff
            world.open_structure(
                f"99{number:06d}0",
                [rpps(hired + index) for index in range(scale.staff)],
                [ins(first + index) for index in range(scale.patients)],
            )
        return world

    def open_structure(self, structure: str, staff: Iterable[str], patients: list[str]) -> None:
        """One more structure: its staff (RPPS), whose hours follow their rank, and the patients it knows (INS)."""
        self.panels[structure] = patients
        for index, one in enumerate(staff):
            habit = "emergency" if index % 8 == 0 else "night" if index % 6 == 1 else "day"
            self.staff.append(Professional(one, structure, habit))

    def call(self, who: Professional, patient: str, at: datetime, transaction: str, **changes: str) -> None:
        """Write one call, granted unless `changes` say otherwise; each has its own token."""
        self._tokens += 1
        values = {
            "result": AccessResult.GRANTED.value,
            "access_mode": "normal",
            "structure": who.structure,
            "assertion_id": f"_{self._tokens:032x}",
        } | changes
        self.traces.append(
            AccessTrace(
                instant=at,
                transaction=transaction,
                service="registry",
                mode="INDIRECTE_RENFORCEE",
                rpps=who.rpps,
                ins=patient,
                **values,
            )
        )

    def consult(self, who: Professional, patient: str, at: datetime, **changes: str) -> None:
        """List, and open one or two documents in the minute that follows."""
        self.call(who, patient, at, "TD3.1", **changes)
        for index in range(self.dice.randint(0, 2)):
            self.call(who, patient, at + timedelta(seconds=20 * (index + 1)), "TD3.2", **changes)

    def days(self) -> Iterator[date]:
        """Every day of ordinary traffic."""
        return (self.scale.first + timedelta(days=index) for index in range(self.scale.days))

    def of_habit(self, habit: str) -> list[Professional]:
        """The staff with these hours."""
        return [one for one in self.staff if one.habit == habit]

    def at(self, day: date, hour: int, minutes: int = 60) -> datetime:
        """Some instant of that French hour."""
        start = datetime.combine(day, time(hour % 24), FRANCE)
        return start + timedelta(seconds=self.dice.randrange(minutes * 60))


def ordinary(world: World) -> None:
    """What care looks like: known patients, admissions declared first, nights, emergencies, and honest oddities."""
    for structure, patients in world.panels.items():
        declaring = next(one for one in world.staff if one.structure == structure)
        for patient in patients:
            day = world.scale.first - timedelta(days=world.dice.randint(1, _HISTORY_DAYS))
            world.call(declaring, patient, world.at(day, 9), "TD0.3")
    for day in world.days():
        for one in world.staff:
            _DAYS[one.habit](world, one, day)
        _meeting(world, day)
    _visits(world)


def _day(world: World, one: Professional, day: date) -> None:
    """Rounds in working hours, up to twenty patients; from time to time a token sent again after a broken connection."""
    if day.weekday() >= _SATURDAY:
        return
    for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(2, 12)):
        world.consult(one, patient, world.at(day, world.dice.randint(8, 18)))
    if world.dice.random() < 0.05:
        hour = world.dice.randint(9, 16)
        for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(12, 26)):
            world.consult(one, patient, world.at(day, hour, 58))
    if world.dice.random() < 0.02:
        last = world.traces[-1]
        again = last.instant + timedelta(seconds=5)
        world.call(one, last.ins, again, "TD3.2", result="refused", assertion_id=last.assertion_id)


def _night(world: World, one: Professional, day: date) -> None:
    """One night in three: a few patients of the wards."""
    if world.dice.random() < 0.67:
        return
    for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(3, 14)):
        world.consult(one, patient, world.at(day, world.dice.choice((20, 21, 22, 23, 0, 1, 2, 5))))


def _emergency(world: World, one: Professional, day: date) -> None:
    """Newcomers at any hour: declared on arrival, now and then in bris de glace; the wave of a bad evening."""
    if world.dice.random() < 0.4:
        return
    wave = world.dice.random() < 0.01
    for _ in range(world.dice.randint(14, 24) if wave else world.dice.randint(3, 9)):
        patient = ins(world.dice.randrange(10**7, 10**8))
        at = world.at(day, world.dice.choice((20, 22, 23)) if wave else world.dice.randrange(24))
        if world.dice.random() < 0.06:
            world.consult(one, patient, at, access_mode="bris_de_glace")
            continue
        world.call(one, patient, at, "TD0.3")
        world.consult(one, patient, at + timedelta(minutes=1))


def _meeting(world: World, day: date) -> None:
    """A multidisciplinary meeting: several professionals of one structure open the same record."""
    structure = world.dice.choice(list(world.panels))
    patient = world.dice.choice(world.panels[structure])
    team = [one for one in world.staff if one.structure == structure]
    for one in world.dice.sample(team, min(len(team), world.dice.randint(3, 8))):
        world.consult(one, patient, world.at(day, 17))


def _visits(world: World) -> None:
    """Some work in two structures, sometimes within the hour; some meet refusals: closed records, expired consents."""
    for one in world.dice.sample(world.staff, len(world.staff) // 20):
        day, elsewhere = world.dice.choice(list(world.days())), world.dice.choice(list(world.panels))
        for structure in (one.structure, elsewhere):
            patient = world.dice.choice(world.panels[structure])
            world.consult(one, patient, world.at(day, 12), structure=structure)
    for one in world.dice.sample(world.staff, len(world.staff) // 10):
        day = world.dice.choice(list(world.days()))
        for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(1, 14)):
            world.call(one, patient, world.at(day, 10), "TD3.1", result="refused")


_DAYS: Mapping[str, Callable[[World, Professional, date], None]] = {
    "day": _day,
    "night": _night,
    "emergency": _emergency,
}


def rpps(number: int) -> str:
    """A well-formed fictitious RPPS."""
    digits = f"9990{number:06d}"
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def ins(number: int) -> str:
    """A well-formed fictitious matricule: 13 digits and their key."""
    body = f"29902{number:08d}"
    return f"{body}{97 - int(body) % 97:02d}"
