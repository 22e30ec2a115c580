"""Traces: is each call answered, and do the seals of the period hold, read again row by row."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max, Min

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.consultations.selectors import unanswered
from tramontane.hospital.homologation.collectors.finding import NAMED, Check, Finding, Scope
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.models import Seal, Trace
from tramontane.hospital.traces.selectors import period

VERIFIED = "Chaîne des traces vérifiée sur la période"
SEALED_WITHIN = timedelta(hours=1)


def traces(scope: Scope) -> Finding:
    """It reads every row of the period: a background task does it (`services.collecting`)."""
    total = scope.calls.count()
    silent = period(unanswered(scope.entity, scope.at), scope.starts, scope.ends)
    count = silent.count()
    named = tuple(f"Trace n° {rank}" for rank in silent.values_list("pk", flat=True)[:NAMED])
    figures: dict[str, int | str] = {"Appels": total, "Appels sans réponse tracée": count}
    checks = [_complete(total, count)]
    read = _read_again(scope)
    if read is None:
        checks.append(Check(VERIFIED, Outcome.NOT_RUN, "Aucune trace pendant la période."))
        return Finding(tuple(checks), figures, named)
    figures |= {
        "Traces relues (toute l’installation)": read.traces,
        "Sceaux relus": read.seals,
        "Traces pas encore scellées": read.unsealed,
        "Dernier maillon": read.head,
    }
    faults = tuple(one.sentence for one in read.findings[:NAMED])
    return Finding((*checks, _verified(read, scope)), figures, (*named, *faults)[:NAMED])


def _complete(total: int, silent: int) -> Check:
    label = "Chaque demande a sa réponse"
    if not total:
        return Check(label, Outcome.NOT_RUN, "Aucun appel au DMP pendant la période.")
    if silent:
        return Check(label, Outcome.FAILED, f"{silent} sur {total} sans réponse tracée.")
    return Check(label, Outcome.PASSED, f"{total} sur {total}.")


def _read_again(scope: Scope) -> chain.Verification | None:
    """The links of the period. Its bounds are the ranks just outside, or the end of the last seal: rows destroyed at
    either end are missed too, and those of a whole period. None: nobody wrote anything then, and nothing is missing."""
    every, day = Trace.objects.all(), timedelta(days=1)
    before = period(every, None, scope.starts - day).aggregate(rank=Max("id"))["rank"] or 0
    after = period(every, scope.ends + day, None).aggregate(rank=Min("id"))["rank"]
    ends = (every.aggregate(rank=Max("id"))["rank"], Seal.objects.aggregate(rank=Max("last_trace_id"))["rank"])
    read = chain.verify_ranks(before + 1, after - 1 if after else max(filter(None, ends), default=0))
    return read if read.findings or scope.traces.exists() else None


def _verified(read: chain.Verification, scope: Scope) -> Check:
    """The traces of the last minutes wait for their seal, which a periodic task makes: later, it is not running."""
    if read.findings:
        return Check(VERIFIED, Outcome.FAILED, f"{read.findings[0].sentence} Anomalies : {len(read.findings)}.")
    late = period(Trace.objects.filter(recorded_at__lt=scope.at - SEALED_WITHIN), scope.starts, scope.ends)
    sealed = Seal.objects.order_by("-id").first()
    if not read.seals or sealed is None or late.filter(id__gt=sealed.last_trace_id).exists():
        why = "Des traces attendent leur sceau depuis plus d’une heure : faire tourner « tramontane hospital work »."
        return Check(VERIFIED, Outcome.NOT_RUN, why if read.seals else f"Aucun sceau. {why}")
    return Check(VERIFIED, Outcome.PASSED, f"{read.traces} traces et {read.seals} sceaux relus, rien ne manque.")
