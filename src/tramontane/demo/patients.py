"""Two hundred fictitious patients: the named scenarios first, then a plausible crowd."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tramontane.demo.names import BIRTH_PLACES, CITIES, FAMILY_NAMES, GIVEN_NAMES
from tramontane.demo.scenarios import SCENARIOS, Scenario
from tramontane.demo.seeded import chance, fictitious_ins
from tramontane.demo.stories import Story, stories
from tramontane.demo.values import Dmp, DmpState, Grant, GrantState, IdentityStatus, LocalFile, Patient, Staff
from tramontane.dmp.identity import Rpps

PATIENTS = 200
_PLACES = {code: name for code, name, _ in BIRTH_PLACES}
# What the crowd's DMP looks like: state, weight.
_STATES = ((DmpState.OPEN, 88), (DmpState.NONE, 7), (DmpState.CLOSED, 5))
# What the hospital recorded: identity, informed, consent, weight.
_LOCAL = (
    (IdentityStatus.QUALIFIEE, True, True, 72),
    (IdentityStatus.QUALIFIEE, True, False, 5),
    (IdentityStatus.QUALIFIEE, False, None, 9),
    (IdentityStatus.VALIDEE, True, True, 6),
    (IdentityStatus.RECUPEREE, False, None, 3),
    (IdentityStatus.PROVISOIRE, False, None, 5),
)
_TEAM_SIZE = 4
# Oldest birth the crowd draws; youngest is a few months before the demo's day.
_AGES = ((0, 2, 6), (3, 17, 14), (18, 39, 18), (40, 59, 18), (60, 79, 28), (80, 97, 16))


def patients(seed: int, today: date, staff: Sequence[Staff]) -> tuple[Patient, ...]:
    """The patients, scenarios first. `today` only moves stays and authorisations, never births nor identities."""
    holders = {one.key: one.rpps for one in staff if one.rpps is not None}
    named = [_named(rank, scenario, today, holders) for rank, scenario in enumerate(SCENARIOS, start=1)]
    crowd = _crowd(seed, today, list(holders.values()))
    return (*named, *(next(crowd) for _ in range(PATIENTS - len(named))))


def _named(rank: int, scenario: Scenario, today: date, holders: dict[str, Rpps]) -> Patient:
    birth = scenario.birth_date
    admitted = today - timedelta(days=2)
    return Patient(
        key=scenario.key,
        ipp=f"{800000 + rank}",
        ins=fictitious_ins(scenario.sex, (birth.year, birth.month), scenario.commune, scenario.order),
        birth_name=scenario.names[0],
        usage_name=scenario.names[1],
        given_names=scenario.names[2:],
        sex=scenario.sex,
        birth_date=birth,
        birth_place=_PLACES[scenario.commune],
        city=CITIES[rank % len(CITIES)],
        stories=scenario.stories,
        dmp=Dmp(
            state=scenario.state,
            closed_on=today - timedelta(days=120) if scenario.state is DmpState.CLOSED else None,
            opposes_bris_de_glace=scenario.opposes_bris_de_glace,
            opposes_emergency_access=scenario.opposes_emergency_access,
            medecin_traitant=holders["traitant"],
            grants=tuple(_grant(holders[key], state, today) for key, state in scenario.grants),
        ),
        local=LocalFile(
            scenario.identity,
            admitted if scenario.informed else None,
            scenario.consent,
            scenario.service,
            admitted,
        ),
    )


def _crowd(seed: int, today: date, holders: list[Rpps]) -> Iterator[Patient]:
    # Identities come from a generator that never sees the day: the same seed is the same people for ever.
    identity_rng = chance(seed, "identities")
    taken: set[str] = {scenario.key for scenario in SCENARIOS}
    for rank in range(len(SCENARIOS) + 1, PATIENTS + 1):
        rng = chance(seed, "patient", rank)
        sex = identity_rng.choice("FM")
        birth = _birth(identity_rng)
        family, given = _names(identity_rng, sex, birth.year)
        commune = identity_rng.choices([row[0] for row in BIRTH_PLACES], [row[2] for row in BIRTH_PLACES])[0]
        usage = (
            identity_rng.choice(FAMILY_NAMES)
            if sex == "F" and identity_rng.random() < 0.35 and birth.year < 1995
            else ""
        )
        lived = _stories(rng, sex, 2026 - birth.year)
        yield Patient(
            key=_key(given[0], usage or family, taken),
            ipp=f"{800000 + rank}",
            ins=fictitious_ins(sex, (birth.year, birth.month), commune, identity_rng.randint(1, 480)),
            birth_name=family,
            usage_name=usage,
            given_names=given,
            sex=sex,
            birth_date=birth,
            birth_place=_PLACES[commune],
            city=identity_rng.choice(CITIES),
            stories=tuple(story.id for story in lived),
            dmp=_dmp(rng, today, holders),
            local=_local(rng, today, lived[0].service),
        )


def _birth(rng: random.Random) -> date:
    young, old, _ = rng.choices(_AGES, [row[2] for row in _AGES])[0]
    return date(2026, 6, 30) - timedelta(days=rng.randint(young * 365 + 60, old * 365 + 364))


def _names(rng: random.Random, sex: str, year: int) -> tuple[str, tuple[str, ...]]:
    pool = next(names for until, names in GIVEN_NAMES[sex] if year < until)
    return rng.choice(FAMILY_NAMES), tuple(rng.sample(pool, rng.choice((1, 2, 2, 3))))


def _key(given: str, family: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFD", f"{given}-{family}").encode("ascii", "ignore").decode().lower()
    key = next(name for n in range(1, PATIENTS) if (name := plain if n == 1 else f"{plain}-{n}") not in taken)
    taken.add(key)
    return key


def _stories(rng: random.Random, sex: str, age: int) -> list[Story]:
    suited = [story for story in stories().values() if story.suits(sex, age)]
    first = rng.choices(suited, [story.weight for story in suited])[0]
    others = [story for story in suited if story is not first]
    return [first, *rng.sample(others, min(len(others), rng.choice((0, 1, 1, 2))))]


def _dmp(rng: random.Random, today: date, holders: list[Rpps]) -> Dmp:
    state = rng.choices([row[0] for row in _STATES], [row[1] for row in _STATES])[0]
    granted = rng.sample(holders, _TEAM_SIZE)
    states = rng.choices(("VALIDE", "EXPIRE", "INTERDIT"), (80, 15, 5), k=_TEAM_SIZE)
    return Dmp(
        state=state,
        closed_on=today - timedelta(days=rng.randint(30, 900)) if state is DmpState.CLOSED else None,
        opposes_bris_de_glace=rng.random() < 0.04,
        opposes_emergency_access=rng.random() < 0.03,
        allows_masked_in_emergency=rng.random() < 0.3,
        medecin_traitant=rng.choice(holders),
        grants=tuple(_grant(rpps, one, today) for rpps, one in zip(granted, states, strict=True)),
    )


def _grant(holder: Rpps, state: str, today: date) -> Grant:
    noon = datetime.combine(today, time(12), UTC)
    if state == "INTERDIT":
        return Grant(holder, GrantState.INTERDIT, noon - timedelta(days=90))
    expires = timedelta(days=-20) if state == "EXPIRE" else timedelta(days=345)
    return Grant(holder, GrantState.VALIDE, noon + expires - timedelta(days=365), noon + expires)


def _local(rng: random.Random, today: date, service: str) -> LocalFile:
    identity, informed, consent, _ = rng.choices(_LOCAL, [row[3] for row in _LOCAL])[0]
    admitted = today - timedelta(days=rng.randint(0, 12))
    return LocalFile(identity, admitted if informed else None, consent, service, admitted)
