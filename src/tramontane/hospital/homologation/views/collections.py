"""Machine evidence: the collectors with what they last found, one finding, and its confirmation."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.collectors import BY_CODE, COLLECTORS
from tramontane.hospital.homologation.models import Collection, Dossier, EvidenceRevision
from tramontane.hospital.homologation.register_forms import ConfirmForm, PeriodForm
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.services import collecting, moving
from tramontane.hospital.homologation.tasks import collect_task
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded
from tramontane.hospital.homologation.views.exigences import to_drawer
from tramontane.rules.referentiels import Exigence

# Result → its word, tone and sign: a check that did not run never reads as passed.
OUTCOMES = {
    Outcome.PASSED: ("Conforme", "ok", "✓"),
    Outcome.FAILED: ("En échec", "stop", "✕"),
    Outcome.NOT_RUN: ("Non exécuté", "", "○"),
}
DEFAULT_DAYS = 90


@of_dossier(*permissions.READERS)
@require_GET
def collections(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every collector: what it asks, what it last found, whether somebody confirmed it."""
    rows = Collection.objects.filter(legal_entity=dossier.legal_entity).select_related("collected_by")
    last: dict[str, Collection] = {}
    for row in rows.order_by("pk"):
        last[row.collector] = row
    confirmed = _confirmed(dossier)
    lines = [(one, last.get(one.code), _exigences(dossier, one.code)) for one in COLLECTORS]
    day = moving.today()
    form = PeriodForm(initial={"starts": day - timedelta(days=DEFAULT_DAYS - 1), "ends": day})
    context = {
        "lines": [
            (one, row, _result(row), served, row is not None and row.sha256 in confirmed) for one, row, served in lines
        ],
        "form": form,
        "run": dossier.legal_entity.collection_runs.first(),
        "passed": sum(row is not None and row.outcome == Outcome.PASSED.value for row in last.values()),
    }
    return page(request, dossier, "collections", context)


@of_dossier(*permissions.EDITORS)
@require_POST
def collect(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Ask for one collector, or for every one; a background task looks."""
    asked = request.POST.get("collector", "")
    codes = [one.code for one in COLLECTORS] if asked == "" else [asked]
    if not set(codes) <= set(BY_CODE):
        raise Http404("Ce relevé n’existe pas.")
    form = PeriodForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data

        def ask() -> None:
            run = collecting.ask(dossier.legal_entity, codes, values["starts"], values["ends"], actor=who)
            collect_task.enqueue(run.pk)

        succeeded(request, ask, "Relevé demandé : il se fait en arrière-plan, cette page suit son avancement.")
    return redirect("homologation:collections", dossier.number)


@of_dossier(*permissions.READERS)
@require_GET
def collection(request: AuthenticatedRequest, dossier: Dossier, collection: int) -> HttpResponse:
    """One finding whole: question, checks, figures, exceptions, statements, digest."""
    row = _row(dossier, collection)
    served = _exigences(dossier, row.collector)
    form = ConfirmForm(
        exigences=referentiel_of(dossier.edition).exigences, initial={"exigences": [one.id for one in served]}
    )
    checks = [(check, OUTCOMES[Outcome(check["outcome"])]) for check in row.content["controles"]]
    context = {
        "row": row,
        "collector": BY_CODE[row.collector],
        "result": _result(row),
        "checks": checks,
        "confirmed": row.sha256 in _confirmed(dossier),
        "confirmable": row.outcome != Outcome.NOT_RUN.value,
        "form": form,
        "served": served,
    }
    return page(request, dossier, "collection", context)


@of_dossier(*permissions.EDITORS)
@require_POST
def confirm(request: AuthenticatedRequest, dossier: Dossier, collection: int) -> HttpResponse:
    """A person takes the finding as a proof."""
    row = _row(dossier, collection)
    form = ConfirmForm(request.POST, exigences=referentiel_of(dossier.edition).exigences)
    if row.sha256 in _confirmed(dossier):
        messages.info(request, "Ce relevé est déjà confirmé.")
    elif not invalid(request, form):
        who, chosen = actor(request.account, request.proof), form.cleaned_data["exigences"]
        if succeeded(request, lambda: collecting.confirm(dossier, row, chosen, actor=who), "Le relevé est une preuve."):
            return to_drawer(dossier, chosen[0], "preuves")
    return redirect("homologation:collection", dossier.number, row.pk)


def _row(dossier: Dossier, pk: int) -> Collection:
    row = Collection.objects.filter(legal_entity=dossier.legal_entity, pk=pk).select_related("collected_by").first()
    if row is None:
        raise Http404("Ce relevé n’existe pas.")
    return row


def _result(row: Collection | None) -> tuple[str, str, str] | None:
    return OUTCOMES[Outcome(row.outcome)] if row else None


def _confirmed(dossier: Dossier) -> set[str]:
    """Digests of the findings that are proofs of this dossier: the proof's revision has the same content."""
    rows = EvidenceRevision.objects.filter(evidence__links__dossier=dossier).exclude(outcome="")
    return set(rows.values_list("sha256", flat=True))


def _exigences(dossier: Dossier, code: str) -> list[Exigence]:
    """The exigences whose référentiel names the collector."""
    return [one for one in referentiel_of(dossier.edition).exigences if code in one.collecteurs]
