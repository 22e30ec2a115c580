"""Preparing the list of the day: started by a clinician, followed by a progress view."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import current_service
from tramontane.hospital.consultations.models import Preload, PreloadItem
from tramontane.hospital.consultations.services.preloading import is_stalled, request_preload
from tramontane.hospital.consultations.tasks import preload as preload_task


@requires(Role.CLINICIAN)
@require_POST
def start(request: AuthenticatedRequest) -> HttpResponse:
    """Ask the status and counts of the patients of the chosen service."""
    service = current_service(request, clock.now())
    if service is None or request.proof is None or not request.proof.two_factors:
        return redirect("accounts:step-up" if service is not None else "patients:list")
    preload, new = request_preload(request.account, request.proof, service, request.session.session_key or "")
    if new:
        preload_task.enqueue(preload.pk)
    return redirect("consultations:preload-progress", preload.pk)


@requires(Role.CLINICIAN)
@require_GET
def progress(request: AuthenticatedRequest, preload_id: int) -> HttpResponse:
    """How far it is, for the one who asked: nobody else may read what the DMP told her."""
    preload = Preload.objects.filter(pk=preload_id, account=request.account).select_related("service").first()
    if preload is None:
        raise Http404("Ce préchargement n’existe pas, ou n’est pas le vôtre.")
    items = sorted(preload.items.select_related("patient"), key=_most_useful_first)
    context = {
        "preload": preload,
        "items": items,
        "stalled": is_stalled(preload, clock.now()),
        "done": sum(item.state != "waiting" for item in items),
        "answered": sum(item.state == "done" for item in items),
        "with_news": sum(bool(item.new) for item in items),
        "failed": sum(item.state == "failed" for item in items),
    }
    template = "consultations/_preload.html" if request.htmx else "consultations/preload.html"
    return render(request, template, context)


def _most_useful_first(item: PreloadItem) -> tuple[int, bool, str, str, int]:
    """What is new, then what may be read, then the rest, under the names the list shows."""
    patient = item.patient
    name, given_name = patient.used_name or patient.birth_name, patient.used_given_name or patient.first_given_name
    return -item.new, item.state != PreloadItem.State.DONE, name, given_name, item.pk
