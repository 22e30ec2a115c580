"""What a collector is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import period

# Exceptions named one by one; beyond, only counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose application, which days (both included, in Paris), and now."""

    entity: LegalEntity
    starts: date
    ends: date
    at: datetime

    @property
    def traces(self) -> QuerySet[Trace]:
        """Every trace of the entity in the period."""
        return period(Trace.objects.filter(finess_juridique=self.entity.finess_juridique), self.starts, self.ends)

    @property
    def calls(self) -> QuerySet[Trace]:
        """Every call about to leave: one row, one VIHF (`consultations.gateway.tracing`)."""
        return self.traces.filter(event="dmp.demande")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing checked, and what was seen."""

    label: str
    outcome: Outcome
    said: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a collector saw.

    Attributes:
        figures: what was counted, label → number or words; never a secret nor a patient's trait.
        exceptions: what makes it fail, named by rank of trace, site or service.
    """

    checks: tuple[Check, ...]
    figures: Mapping[str, int | str] = field(default_factory=dict)
    exceptions: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Failed if one failed; passed if there are some and all passed; otherwise it was not run."""
        outcomes = {check.outcome for check in self.checks}
        if Outcome.FAILED in outcomes:
            return Outcome.FAILED
        return Outcome.PASSED if outcomes == {Outcome.PASSED} else Outcome.NOT_RUN


def none_wrong(label: str, calls: QuerySet[Trace], wrong: QuerySet[Trace], why: str) -> Finding:
    """Passed when there are calls and none is wrong; not run when there is none.

    Args:
        why: what is wrong with those that are, « sans RPPS ».
    """
    total, count = calls.count(), wrong.count()
    named = tuple(f"Trace n° {rank}" for rank in wrong.order_by("pk").values_list("pk", flat=True)[:NAMED])
    figures: dict[str, int | str] = {"Appels": total, f"Appels {why}": count}
    if not total:
        return Finding((Check(label, Outcome.NOT_RUN, "Aucun appel au DMP pendant la période."),), figures)
    if count:
        return Finding((Check(label, Outcome.FAILED, f"{count} sur {total} : {why}."),), figures, named)
    return Finding((Check(label, Outcome.PASSED, f"{total} sur {total}."),), figures)
