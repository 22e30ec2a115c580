"""The white list: who may call in AIR simplifié today; suspend, re-establish; what the hospital receives."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.models import GeographicEntity, WhiteListEntry, WhiteListStatus
from tramontane.national.pages.forms import CauseForm, ReestablishForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import white_list as selectors
from tramontane.national.pages.services import white_list as services
from tramontane.national.pages.services.refusals import ActRefused

HISTORY = 50


@require_GET
@requires(Role.CNAM_OFFICER)
def entries(request: PersonRequest) -> HttpResponse:
    """The list, by FINESS, filtered by state."""
    today = timezone.localdate()
    text, state = request.GET.get("q", "").strip(), request.GET.get("etat", "")
    page, following = selectors.search(text, state, request.GET.get("apres", ""), today)
    context = {
        "page": page,
        "following": following,
        "q": text,
        "state": state,
        "states": [(one.value, str(one.label)) for one in WhiteListStatus],
        "counts": selectors.counts(today),
    }
    return render(request, "national/white_list.html", context)


@requires(Role.CNAM_OFFICER)
def entry(request: PersonRequest, finess: str) -> HttpResponse:
    """One entity: state, contract, history, the decision open to the officer, the refusal as it goes out."""
    entity = get_object_or_404(GeographicEntity.objects.select_related("legal_entity"), pk=finess)
    row = (
        WhiteListEntry.objects.select_related("geographic_entity", "contract").filter(geographic_entity=entity).first()
    )
    suspended = row is not None and row.status == WhiteListStatus.SUSPENDED
    form = ReestablishForm(request.POST or None) if suspended else CauseForm(request.POST or None)
    if request.method == "POST" and row is not None and form.is_valid():
        decide = services.reestablish if suspended else services.suspend
        try:
            decide(finess, next(iter(form.cleaned_data.values())), request.person, clock.now())
        except ActRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Décision enregistrée : le prochain appel en tient compte.", extra_tags="ok")
            return redirect("white-list-entry", finess)
    today = timezone.localdate()
    context = {
        "entity": entity,
        "listed": selectors.listed(row, today) if row else None,
        "form": form,
        "suspended": suspended,
        "refusal": selectors.refusal_of(entity, row, today),
        "history": selectors.history(finess=finess)[:HISTORY],
    }
    return render(request, "national/white_list_entry.html", context, status=400 if form.errors else 200)
