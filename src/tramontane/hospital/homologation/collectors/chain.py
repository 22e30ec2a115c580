"""Traces: is each call answered, and was the chain of seals verified."""

from __future__ import annotations

from django.utils import timezone

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.consultations.selectors import unanswered
from tramontane.hospital.homologation.collectors.finding import NAMED, Check, Finding, Scope
from tramontane.hospital.traces.selectors import period


def traces(scope: Scope) -> Finding:
    """The verification itself is asked for on the page of the traces: it reads every row, and leaves its own trace."""
    total = scope.calls.count()
    silent = period(unanswered(scope.entity, scope.at), scope.starts, scope.ends)
    count = silent.count()
    checks = (_complete(total, count), _verified(scope))
    named = tuple(f"Trace n° {rank}" for rank in silent.values_list("pk", flat=True)[:NAMED])
    return Finding(checks, {"Appels": total, "Appels sans réponse tracée": count}, named)


def _complete(total: int, silent: int) -> Check:
    label = "Chaque demande a sa réponse"
    if not total:
        return Check(label, Outcome.NOT_RUN, "Aucun appel au DMP pendant la période.")
    if silent:
        return Check(label, Outcome.FAILED, f"{silent} sur {total} sans réponse tracée.")
    return Check(label, Outcome.PASSED, f"{total} sur {total}.")


def _verified(scope: Scope) -> Check:
    label = "Chaîne des traces vérifiée"
    last = scope.traces.filter(event="trace.verifiee").order_by("-pk").first()
    if last is None:
        return Check(label, Outcome.NOT_RUN, "Aucune vérification pendant la période : la demander depuis « Traces ».")
    day = timezone.localdate(last.recorded_at)
    outcome = Outcome.PASSED if last.outcome == INTACT else Outcome.FAILED
    return Check(label, outcome, f"Le {day:%d/%m/%Y} : {last.outcome}.")


# What the page of the traces writes when nothing is wrong (`accounts.views.traces`).
INTACT = "intacte"
