"""What the lists of patients say of each DMP, without asking it: the last answer to this professional, with its hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.db.models import Exists, OuterRef

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations.models import DmpState, PreloadItem
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.patients.selectors import refusals

register = template.Library()

# An open DMP, by what the patient's authorisation lets this professional do (TD0.2).
OPEN = {"NON_EXISTE": "à autoriser", "EXPIRE": "autorisation expirée", "INTERDIT": "bloqué par le patient"}
# An older answer tells nothing of today.
RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Known:
    """The last answer about one DMP: « DMP ouvert », and how many new documents when they were counted then."""

    words: str
    new: int
    at: datetime


@register.simple_tag
def with_dmp(account: Account, patients: Iterable[Patient]) -> list[tuple[Patient, Known | None]]:
    """Each patient with what the DMP last told this professional, today or yesterday. Two queries, however many.

    What was told before the patient opposed or withdrew is told no more.
    """
    listed, since = list(patients), clock.now() - RECENT
    mine = {"patient__in": [patient.pk for patient in listed]}
    refused_since = refusals(account).filter(patient=OuterRef("patient"), recorded_at__gte=OuterRef("checked_at"))
    states = DmpState.objects.filter(~Exists(refused_since), account=account, checked_at__gt=since, **mine)
    counted = PreloadItem.objects.filter(preload__account=account, state="done", done_at__gt=since, **mine)
    news = {item.patient_id: item for item in counted.order_by("done_at")}
    known = {state.patient_id: _known(state, news.get(state.patient_id)) for state in states}
    return [(patient, known.get(patient.pk)) for patient in listed]


def _known(state: DmpState, item: PreloadItem | None) -> Known:
    """A count made before the last answer was read since: it is no longer told."""
    shut = "DMP fermé" if state.exists else "pas de DMP"
    words = OPEN.get(state.authorisation, "DMP ouvert") if state.open else shut
    fresh = item is not None and item.done_at is not None and item.done_at >= state.checked_at
    return Known(words, item.new if item is not None and fresh else 0, state.checked_at)
