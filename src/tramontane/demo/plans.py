"""Which documents exist: the ones scenarios ask for by name, then two thousand drawn from the catalogue."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from tramontane.demo.seeded import chance
from tramontane.demo.stories import Kind, Story, catalogue, stories
from tramontane.demo.values import DmpState, Patient

DOCUMENTS = 2000
REPLACEMENTS = 110


class Fate(StrEnum):
    """What happened to a document since it was sent, beside the ordinary."""

    MASKED = "MASQUE_PS"
    HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
    HIDDEN_FROM_PARENTS = "INVISIBLE_REPRESENTANTS_LEGAUX"
    ARCHIVED = "archived"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Plan:
    """One document to write.

    Attributes:
        version: 1, then one more each time it is replaced.
        priority: between 0 and 1, what stays when there are too many.
    """

    patient: Patient
    kind: Kind
    story: Story
    day: date
    fate: Fate | None = None
    version: int = 1
    priority: float = 1.0


# Scenario → (kind, story, days ago, fate, versions).
_ASKED: dict[str, tuple[tuple[str, str, int, Fate | None, int], ...]] = {
    "jeanne-martin": (
        ("imagerie", "insuffisance-cardiaque", 2, None, 1),
        ("biologie", "insuffisance-cardiaque", 5, None, 2),
        ("ordonnance", "insuffisance-cardiaque", 11, None, 1),
        ("lettre-de-liaison", "insuffisance-cardiaque", 24, None, 1),
        ("hospitalisation", "insuffisance-cardiaque", 21, None, 1),
        ("urgences", "insuffisance-cardiaque", 31, None, 1),
        ("acte-diagnostique", "insuffisance-cardiaque", 28, None, 1),
        ("suivi-infirmier", "insuffisance-cardiaque", 26, None, 1),
        ("conciliation", "insuffisance-cardiaque", 24, None, 1),
        ("dispensation", "insuffisance-cardiaque", 22, None, 1),
        ("synthese-medicale", "insuffisance-cardiaque", 64, None, 1),
        ("vaccination", "insuffisance-cardiaque", 48, None, 1),
        ("protocole-ald", "insuffisance-cardiaque", 190, None, 1),
        ("ordonnance-traitant", "insuffisance-cardiaque", 90, Fate.ARCHIVED, 1),
        ("imagerie", "cancer-sein", 402, None, 1),
        ("operatoire", "cancer-sein", 380, None, 1),
        ("anatomopathologie", "cancer-sein", 371, None, 1),
        ("rcp", "cancer-sein", 363, None, 1),
        ("lettre-de-liaison", "cancer-sein", 377, None, 1),
        ("consultation", "cancer-sein", 12, Fate.HIDDEN_FROM_PATIENT, 1),
        ("consultation-anesthesie", "cancer-sein", 389, None, 1),
        ("synthese-psychiatrique", "depression", 130, None, 1),
        ("bilan-psychologique", "depression", 141, None, 1),
        ("demande-telemedecine", "depression", 118, None, 1),
        ("certificat", "depression", 150, Fate.MASKED, 1),
        ("consultation", "insuffisance-cardiaque", 72, Fate.MASKED, 1),
        ("directives-anticipees", "insuffisance-cardiaque", 210, None, 1),
        ("profil-medical", "insuffisance-cardiaque", 320, None, 1),
        ("mesures-patient", "insuffisance-cardiaque", 9, None, 1),
        ("consultation", "insuffisance-cardiaque", 980, None, 1),
    ),
    "lea-moreau": (
        ("imagerie", "asthme-enfant", 14, None, 1),
        ("examen-enfant", "asthme-enfant", 40, Fate.HIDDEN_FROM_PARENTS, 1),
        ("pai", "asthme-enfant", 60, None, 1),
        ("operatoire", "appendicite", 300, None, 1),
        ("bilan-prevention-enfant", "asthme-enfant", 410, None, 1),
    ),
}
_HORIZON = timedelta(days=4 * 365)
_EPISODES = 4
_REPLACED_KINDS = ("biologie", "hospitalisation", "imagerie", "anatomopathologie", "ordonnance", "lettre-de-liaison")
_FATES = ((None, 910), (Fate.ARCHIVED, 30), (Fate.MASKED, 35), (Fate.HIDDEN_FROM_PATIENT, 20), (Fate.DELETED, 5))


def plans(seed: int, today: date, people: Sequence[Patient]) -> tuple[Plan, ...]:
    """Exactly `DOCUMENTS` documents, oldest first for each patient; the replaced ones before their replacement."""
    asked = [plan for patient in people for plan in _asked(patient, today)]
    wanted = DOCUMENTS - REPLACEMENTS - len(asked)
    drawn = _keep(
        wanted, [plan for patient in people if patient.key not in _ASKED for plan in _drawn(seed, today, patient)]
    )
    corrected = _corrected(chance(seed, "replacements"), drawn, today)
    chosen = [*asked, *drawn, *corrected]
    return tuple(sorted(chosen, key=lambda plan: (plan.patient.ipp, plan.day, plan.kind.id, plan.version)))


def _asked(patient: Patient, today: date) -> Iterator[Plan]:
    for kind, story, days, fate, versions in _ASKED.get(patient.key, ()):
        for version in range(1, versions + 1):
            day = today - timedelta(days=days + versions - version)
            yield Plan(patient, catalogue()[kind], stories()[story], day, fate, version)


def _drawn(seed: int, today: date, patient: Patient) -> list[Plan]:
    if patient.dmp.state is DmpState.NONE:
        return []
    rng = chance(seed, "plans", patient.ipp)
    last = (patient.dmp.closed_on or today) - timedelta(days=1)
    first = max(last - _HORIZON, patient.birth_date + timedelta(days=90))
    found = [
        plan for story, start in _episodes(rng, patient, first, last) for plan in _episode(rng, patient, story, start)
    ]
    return _without_twins([plan for plan in found if first <= plan.day <= last])


def _episodes(rng: random.Random, patient: Patient, first: date, last: date) -> Iterator[tuple[Story, date]]:
    span = max((last - first).days, 1)
    for name in patient.stories:
        story = stories()[name]
        for _ in range(1 if story.once else _EPISODES):
            yield story, first + timedelta(days=rng.randrange(span))


def _episode(rng: random.Random, patient: Patient, story: Story, start: date) -> Iterator[Plan]:
    for kind in catalogue().values():
        day = start + timedelta(days=max(kind.offset + rng.randint(0, 3), -200))
        if day <= patient.birth_date or not kind.suits(story, patient.age_on(day)):
            continue
        yield Plan(patient, kind, story, day, _fate(rng, patient.age_on(day)), 1, rng.random() ** (1 / kind.weight))


def _fate(rng: random.Random, age: int) -> Fate | None:
    if age < 18 and rng.random() < 0.06:
        return Fate.HIDDEN_FROM_PARENTS
    return rng.choices([row[0] for row in _FATES], [row[1] for row in _FATES])[0]


def _without_twins(found: Iterable[Plan]) -> list[Plan]:
    """One document of a kind a day: two would have the same texts and figures."""
    return list({(plan.kind.id, plan.story.id, plan.day): plan for plan in found}.values())


def _keep(count: int, candidates: Sequence[Plan]) -> list[Plan]:
    """At least one document for each patient and of each kind, then the best by priority."""
    best = sorted(candidates, key=lambda plan: -plan.priority)
    firsts: dict[int, Plan] = {}
    for key in (lambda plan: plan.patient.ipp, lambda plan: plan.kind.id):
        for _, group in groupby(sorted(best, key=key), key):
            plan = max(group, key=lambda plan: plan.priority)
            firsts[id(plan)] = plan
    others = [plan for plan in best if id(plan) not in firsts]
    return [*firsts.values(), *others[: count - len(firsts)]]


def _corrected(rng: random.Random, drawn: Sequence[Plan], today: date) -> Iterator[Plan]:
    """Replacements of some documents; one in eight is replaced twice."""
    latest = today - timedelta(days=8)
    able = [plan for plan in drawn if plan.kind.id in _REPLACED_KINDS and plan.day < latest and plan.fate is None]
    left = REPLACEMENTS
    for plan in rng.sample(able, len(able)):
        for version in range(2, 2 + min(left, 2 if rng.random() < 0.125 else 1)):
            yield replace(plan, version=version, day=plan.day + timedelta(days=2 * (version - 1)))
            left -= 1
        if not left:
            return
