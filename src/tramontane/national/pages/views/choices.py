"""What the patient decides once: emergencies, closing and reopening the DMP."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tramontane.national import clock
from tramontane.national.pages.forms import EmergencyForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.services import patient_choices
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.pages.views.health_space import viewed

_OPENINGS = {
    "fermer": (patient_choices.close, "DMP fermé : plus personne ne peut le consulter ni l’alimenter."),
    "rouvrir": (patient_choices.reopen, "DMP rouvert, tel qu’il était."),
}


@requires(Role.PATIENT)
def choices(request: PersonRequest) -> HttpResponse:
    """The choices for emergencies, and the state of the DMP."""
    patient = viewed(request.person)
    current = {name: getattr(patient, name) for name in patient_choices.EMERGENCY_CHOICES}
    form = EmergencyForm(request.POST if request.method == "POST" else None, initial=current)
    if request.method == "POST" and form.is_valid():
        return _done(
            request, lambda: patient_choices.choose_for_emergencies(request.person, form.cleaned_data, clock.now())
        )
    return render(request, "national/choices.html", {"form": form, "patient": patient})


@require_POST
@requires(Role.PATIENT)
def opening(request: PersonRequest) -> HttpResponse:
    """Close or reopen the DMP."""
    act, done = _OPENINGS.get(request.POST.get("acte", ""), (None, ""))
    if act is None:
        raise Http404
    return _done(request, lambda: act(request.person, clock.now()), done)


def _done(request: PersonRequest, act: Callable[[], None], done: str = "Choix enregistrés.") -> HttpResponse:
    try:
        act()
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    else:
        messages.success(request, done, extra_tags="ok")
    return redirect("choices")
