"""A day of traffic for a rehearsal: generated like that of the evaluation, but about whom the stand-in knows, so that an
alert names a professional who can be suspended. Nobody judged these calls: their checks are NOT RUN, but for the one
that explains a refusal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count, islice

import msgspec

from tramontane.dmp.verdicts import Verdict
from tramontane.national.judge.checks import CHECKS, Failure
from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import AccessResult, AccessTrace, FailedCheck, PatientRecord, Professional
from tramontane.national.monitoring.misuses import generate
from tramontane.national.monitoring.personalities import watch
from tramontane.national.monitoring.traffic import Misuse, Scale, World, ins
from tramontane.national.tracing import failed_checks

SERVICE = "journee-jouee"
_SEED, _PANEL = 11, 120
_LEAST_STAFF, _LEAST_STRUCTURES = 12, 2
_SATURDAY, _BATCH = 5, 500
_CHECKS = {check.code: check for check in CHECKS}
_REFUSALS = {
    "rejeu": Failure("une assertion jamais présentée", "une assertion déjà présentée"),
    "etat-dmp": Failure("un DMP ouvert", "aucun DMP pour ce patient"),
    "autorisation": Failure("VALIDE", "EXPIRE"),
}


class TooFewPeople(ValueError):
    """The directory has too few professionals or structures for a day to look like one."""


def last_working_day(today: date) -> date:
    """The last day from Monday to Friday before today: on a week-end, everything would look like a misuse."""
    days = (today - timedelta(days=back) for back in count(1))
    return next(day for day in days if day.weekday() < _SATURDAY)


def play(day: date) -> tuple[int, list[Misuse]]:
    """Write the traces of that French day, and what each structure declared before; how many, and the misuses planted.

    Call it inside a transaction. Twice on the same people gives the same day.

    Raises:
        TooFewPeople: the directory cannot fill a day.
    """
    world = _world(day)
    generate(world)
    traces = sorted(world.traces, key=lambda trace: trace.instant)
    judged = _judged(traces)
    while batch := list(islice(judged, _BATCH)):
        AccessTrace.objects.bulk_create([trace for trace, _ in batch])
        FailedCheck.objects.bulk_create([one for trace, found in batch for one in failed_checks(trace, found)])
    watch(world.watched, datetime.combine(day, time.min, FRANCE))
    return len(traces), world.misuses


def _world(day: date) -> World:
    """The structures that have staff, each with patients of the stand-in and some that it does not know."""
    world = World(Scale(day, days=1, misuses=1), random.Random(_SEED))  # noqa: S311 - made to be repeated
    staff: dict[str, list[str]] = {}
    for rpps, structure in _posts():
        staff.setdefault(structure, []).append(rpps)
    if sum(map(len, staff.values())) < _LEAST_STAFF or len(staff) < _LEAST_STRUCTURES:
        raise TooFewPeople(
            f"Il faut au moins {_LEAST_STAFF} professionnels, dans {_LEAST_STRUCTURES} structures ouvertes, "
            "pour jouer une journée : importez un annuaire."
        )
    known = list(PatientRecord.objects.order_by("ins").values_list("ins", flat=True)[: _PANEL * len(staff)])
    for rank, structure in enumerate(sorted(staff)):
        own = known[rank :: len(staff)]
        unknown = [ins(rank * _PANEL + index) for index in range(_PANEL - len(own))]
        world.open_structure(structure, staff[structure], own + unknown)
    return world


def _posts() -> Iterator[tuple[str, str]]:
    """Who works where: RPPS, FINESS; in one place each, those whose access is not suspended."""
    rows = Professional.objects.filter(authorised=True, establishments__active=True).order_by("rpps")
    yield from dict(rows.values_list("rpps", "establishments")).items()


def _judged(traces: list[AccessTrace]) -> Iterator[tuple[AccessTrace, tuple[Verdict, ...]]]:
    known = set(PatientRecord.objects.values_list("ins", flat=True))
    presented: set[str] = set()
    for trace in traces:
        failing = ""
        if trace.result == AccessResult.REFUSED:
            failing = (
                "rejeu" if trace.assertion_id in presented else "autorisation" if trace.ins in known else "etat-dmp"
            )
        presented.add(trace.assertion_id)
        found = tuple(
            check.conclude(_REFUSALS[failing]) if code == failing else check.not_run()
            for code, check in _CHECKS.items()
        )
        trace.service, trace.verdicts = SERVICE, msgspec.json.encode(found)
        yield trace, found
