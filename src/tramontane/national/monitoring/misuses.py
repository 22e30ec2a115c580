"""The misuses planted in generated traffic: one function a rule. Their size is drawn around the threshold, below it too,
so that a rule can miss some: a recall of 1 on giants would say nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from tramontane.national.monitoring.traffic import Misuse, Professional, World, ins, ordinary, rpps

_SATURDAY = 5


def generate(world: World) -> None:
    """Ordinary traffic, then misuses of every kind (one third as many for structures and watched patients)."""
    of_each = world.scale.misuses
    ordinary(world)
    for code, plant in PLANTS.items():
        for _ in range(of_each if code not in _RARE else max(1, of_each // 3)):
            world.misuses.append(Misuse(code, plant(world)))


def _weekday(world: World) -> date:
    days = list(world.days())
    return world.dice.choice([day for day in days if day.weekday() < _SATURDAY] or days)


def _someone(world: World) -> Professional:
    """A professional of the day who misuses nothing yet: each misuse has a culprit of its own."""
    taken = {one.subject for one in world.misuses}
    return world.dice.choice([one for one in world.of_habit("day") if one.rpps not in taken])


def _foreigners(world: World, one: Professional, number: int) -> list[str]:
    """Patients of other structures."""
    others = [patient for place, panel in world.panels.items() if place != one.structure for patient in panel]
    return world.dice.sample(others, min(number, len(others)))


def _volume(world: World) -> str:
    """A vacuum cleaner: the whole panel in one hour."""
    one, day, hour = _someone(world), _weekday(world), world.dice.randint(9, 17)
    for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(18, 70)):
        world.consult(one, patient, world.at(day, hour, 55))
    return one.rpps


def _unknown_patients(world: World) -> str:
    """Curiosity: patients of other structures, over a day."""
    one, day = _someone(world), _weekday(world)
    for patient in _foreigners(world, one, world.dice.randint(8, 40)):
        world.consult(one, patient, world.at(day, world.dice.randint(8, 18)))
    return one.rpps


def _bris_de_glace(world: World) -> str:
    """Bris de glace instead of asking, over a week."""
    one = _someone(world)
    days = list(world.days())[-7:]
    for patient in _foreigners(world, one, world.dice.randint(3, 20)):
        day = world.dice.choice(days)
        world.consult(one, patient, world.at(day, world.dice.randint(8, 18)), access_mode="bris_de_glace")
    return one.rpps


def _night(world: World) -> str:
    """The account of someone who sleeps."""
    one, day = _someone(world), world.dice.choice(list(world.days()))
    for patient in world.dice.sample(world.panels[one.structure], world.dice.randint(14, 50)):
        world.consult(one, patient, world.at(day, world.dice.choice((0, 1, 2, 3, 4))))
    return one.rpps


def _same_patient(world: World) -> str:
    """The record that everyone talks about."""
    patient, day = ins(world.dice.randrange(10**6, 10**7)), world.dice.choice(list(world.days()))
    for one in world.dice.sample(world.staff, min(len(world.staff), world.dice.randint(6, 25))):
        world.consult(one, patient, world.at(day, world.dice.randint(8, 22)))
    return patient


def _watched(world: World) -> str:
    """A watched patient, cared for by her own structure, read from another one."""
    structure, elsewhere = world.dice.sample(list(world.panels), 2)
    patient = world.dice.choice(world.panels[structure])
    world.watched.append(patient)
    for place, number in ((structure, 3), (elsewhere, world.dice.randint(1, 4))):
        team = [one for one in world.staff if one.structure == place]
        for one in world.dice.sample(team, min(len(team), number)):
            world.consult(one, patient, world.at(_weekday(world), world.dice.randint(8, 18)))
    return patient


def _token(world: World) -> str:
    """A stolen token, presented again and again."""
    one, day = _someone(world), _weekday(world)
    patient, token = world.dice.choice(world.panels[one.structure]), f"_stolen{len(world.misuses):025x}"
    at = world.at(day, 11)
    world.call(one, patient, at, "TD3.1", assertion_id=token)
    for index in range(world.dice.randint(1, 12)):
        later = at + timedelta(seconds=10 * (index + 1))
        world.call(one, patient, later, "TD3.1", assertion_id=token, result="refused")
    return one.rpps


def _places(world: World) -> str:
    """One identity used in several structures within the hour."""
    one, day, hour = _someone(world), _weekday(world), world.dice.randint(9, 17)
    for structure in world.dice.sample(list(world.panels), min(len(world.panels), world.dice.randint(2, 5))):
        patient = world.dice.choice(world.panels[structure])
        world.consult(one, patient, world.at(day, hour, 50), structure=structure)
    return one.rpps


def _refusals(world: World) -> str:
    """Trying matricules one after the other."""
    one, day, hour = _someone(world), _weekday(world), world.dice.randint(9, 17)
    for _ in range(world.dice.randint(10, 80)):
        patient = ins(world.dice.randrange(10**7, 10**8))
        world.call(one, patient, world.at(day, hour, 55), "TD3.1", result="refused")
    return one.rpps


def _structure(world: World) -> str:
    """A structure that only reads: no consent declared, no document fed."""
    number = len(world.panels) + len(world.misuses)
    structure = f"98{number:06d}0"
    reader = Professional(rpps(900_000 + number), structure, "day")
    for patient in _foreigners(world, reader, world.dice.randint(12, 90)):
        world.consult(reader, patient, world.at(_weekday(world), world.dice.randint(8, 18)))
    return structure


PLANTS: Mapping[str, Callable[[World], str]] = {
    "volume-horaire": _volume,
    "patients-jamais-vus": _unknown_patients,
    "bris-de-glace": _bris_de_glace,
    "nuit-week-end": _night,
    "meme-patient": _same_patient,
    "patient-surveille": _watched,
    "jeton-represente": _token,
    "structures-simultanees": _places,
    "refus-en-serie": _refusals,
    "structure-sans-episode": _structure,
}
_RARE = frozenset({"patient-surveille", "structure-sans-episode"})
