"""The flow of a month by another way than `selectors.flow`: each patient's whole history, through the rule of the
consultation, counted in Python. The verification compares both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.selectors import flow
from tramontane.hospital.patients.consent import Choice, read_state
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.rules.objectives import Flow

COLLECTED = (Choice.CONSENT.value, Choice.OPPOSITION.value)
_READ = 2_000


class Visit(NamedTuple):
    """One episode of the month. `choice`: the one in force, empty when none is collected."""

    patient: int
    service: int
    choice: str


def recount(entity: LegalEntity, window: flow.Window) -> tuple[Flow, ...]:
    """Counts of distinct patients, whole (service 0) then by service."""
    return _counted(_visits(entity, window))


def _visits(entity: LegalEntity, window: flow.Window) -> Iterator[Visit]:
    rows = flow.episodes(entity, window).order_by("patient_id", "id").only("patient_id", "service_id")
    known, history = None, list[ConsentRecord]()
    for episode in rows.iterator(chunk_size=_READ):
        if episode.patient_id != known:
            known = episode.patient_id
            history = list(flow.declarations(window).filter(patient=known).order_by("id"))
        state = read_state(history, episode.pk).consultation
        choice = state.choice if state is not None and state.choice in COLLECTED else ""
        yield Visit(episode.patient_id, episode.service_id, choice)


def _counted(found: Iterable[Visit]) -> tuple[Flow, ...]:
    choices: dict[int, dict[int, str]] = defaultdict(dict)
    for visit in found:
        for key in (0, visit.service):
            before = choices[key].get(visit.patient, "")
            choices[key][visit.patient] = max(before, visit.choice)  # an opposition outlasts a consent
    return tuple(_flow(service, said) for service, said in sorted(choices.items()))


def _flow(service: int, choices: dict[int, str]) -> Flow:
    consent = sum(choice == Choice.CONSENT for choice in choices.values())
    opposition = sum(choice == Choice.OPPOSITION for choice in choices.values())
    return Flow(service, len(choices), consent + opposition, consent, opposition)
