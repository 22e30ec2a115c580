"""The security officer's pages: connection, certificates, white list, unanswered calls, emergency accesses."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import may, requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.views.traces import ExtractionForm
from tramontane.hospital.consultations import attention, connection, selectors, services
from tramontane.hospital.consultations.attention import CAUSES_SINCE
from tramontane.hospital.consultations.forms import ReviewForm
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.traces.events import EVENTS, Event
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record

PAGE_SIZE = 50


@requires(Role.RSSI, Role.DPO)
@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """What asks for attention today, in one page."""
    now = clock.now()
    found = attention.facts(request.account.legal_entity, now)
    context = {
        "facts": found,
        "advice": attention.first(found, now),
        "today": timezone.localdate(now),
        "form": ExtractionForm(),
    }
    return render(request, "consultations/security.html", context)


@requires(Role.RSSI, Role.DPO)
@require_GET
def connection_page(request: AuthenticatedRequest) -> HttpResponse:
    """Certificates with their countdown, endpoint, revocation, white list, refused and unanswered calls."""
    entity, now = request.account.legal_entity, clock.now()
    row = selectors.connection_of(entity.pk)
    context = {
        "connection": row,
        "may_forget": may(request.account, Role.RSSI),
        "report": connection.report(row, now),
        "refusal": attention.refusal(attention.refused_sites(entity)),
        "sites": entity.geographic_entities.select_related("air_contract").order_by("name"),
        "causes": selectors.causes(entity, now - CAUSES_SINCE),
        "unanswered": selectors.unanswered(entity, now)[:20],
        "unanswered_count": selectors.unanswered(entity, now).count(),
    }
    return render(request, "consultations/connection.html", context)


@requires(Role.RSSI)
@require_POST
def forget(request: AuthenticatedRequest, site_id: int) -> HttpResponse:
    """Forget what was observed of a site's contract: the next opening asks the DMP again."""
    entity = request.account.legal_entity
    contract = SiteContract.objects.filter(geographic_entity__legal_entity=entity, geographic_entity_id=site_id).first()
    if contract is None:
        raise Http404("Ce site n’a pas d’état observé.")
    with transaction.atomic():
        known = SiteContract.objects.filter(pk=contract.pk).exclude(observed_state="unknown")
        if known.update(observed_state="unknown", observed_at=None):
            event = Event(
                "configuration.modifiee",
                actor(request.account, request.proof),
                finess_geographique=contract.geographic_entity.finess_geographique,
                detail={"observed_state": [contract.observed_state, "unknown"]},
            )
            record(event)
    messages.success(request, "État oublié : la prochaine ouverture de dossier interrogera le DMP.")
    return redirect("consultations:connection")


@requires(Role.RSSI, Role.DPO)
@require_GET
def emergencies(request: AuthenticatedRequest) -> HttpResponse:
    """Emergency accesses, those to control first."""
    found = selectors.emergency_openings(request.account.legal_entity)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "to_review": found.filter(reviewed_at=None).count(),
    }
    return render(request, "consultations/emergencies.html", context)


@requires(Role.RSSI, Role.DPO)
@require_http_methods(["GET", "POST"])
def emergency(request: AuthenticatedRequest, opening_id: int) -> HttpResponse:
    """One emergency access: who, why, what was asked; and the conclusion of the control."""
    opening = selectors.emergency_openings(request.account.legal_entity).filter(pk=opening_id).first()
    if opening is None:
        raise Http404("Cet accès en urgence n’existe pas.")
    own = opening.account_id == request.account.pk
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not own and form.is_valid():
        comment = form.cleaned_data["comment"]
        if services.emergency_review(opening, request.account, comment, actor=actor(request.account, request.proof)):
            messages.success(request, "Contrôle enregistré.")
            return redirect("consultations:emergencies")
        messages.info(request, "Un contrôle de cet accès était déjà enregistré, le voici : rien n’est ajouté.")
        return redirect("consultations:emergency", opening.pk)
    calls = [(trace, _sentence(trace)) for trace in selectors.calls_during(opening)]
    limit = opening.opened_at + policy().emergency
    stopped_at = limit if limit <= clock.now() else None
    context = {"opening": opening, "form": form, "own": own, "calls": calls, "stopped_at": stopped_at}
    return render(request, "consultations/emergency.html", context, status=422 if form.errors else 200)


def _sentence(trace: Trace) -> str:
    return EVENTS[trace.event].format(transaction=trace.transaction, outcome=trace.outcome)
