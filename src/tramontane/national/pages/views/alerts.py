"""Watching for misuse: the alerts, one alert with its traces and what may be done, the patients under watch."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramontane.national import clock
from tramontane.national.models import Alert, AlertOutcome, AlertState
from tramontane.national.monitoring.opening import sweep
from tramontane.national.monitoring.rules import rule_book
from tramontane.national.pages.forms import CauseForm, CloseForm, DayForm, WatchForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import alerts as selectors
from tramontane.national.pages.services import alerts as services
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.ui.templatetags.ui import count_of

SHOWN = 200


@requires(Role.CNAM_OFFICER)
def alert_list(request: PersonRequest) -> HttpResponse:
    """The alerts; a POST looks at one day with every rule."""
    form = DayForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["day"]
        done = sweep(day, clock.now())
        messages.success(
            request,
            f"{day:%d/%m/%Y} examiné : {count_of(done.opened, 'alerte ouverte,alertes ouvertes')}, "
            f"{count_of(done.found_again, 'retrouvée,retrouvées')} parmi celles qui l’étaient déjà.",
            extra_tags="ok",
        )
        return redirect("alerts")
    state, rule = request.GET.get("etat", ""), request.GET.get("regle", "")
    page, following = selectors.search(state, rule, request.GET.get("apres", ""))
    context = {
        "page": page,
        "following": following,
        "state": state,
        "rule": rule,
        "counts": selectors.counts(),
        "states": [(one.value, str(one.label)) for one in AlertState],
        "rules": rule_book().rules,
        "form": form,
    }
    return render(request, "national/alerts.html", context, status=400 if form.errors else 200)


@requires(Role.CNAM_OFFICER)
def alert(request: PersonRequest, pk: int) -> HttpResponse:
    """One alert: figure, threshold, traces, history, and the acts its state allows."""
    row = get_object_or_404(Alert, pk=pk)
    closing, suspending = CloseForm(), CauseForm(initial={"cause": f"Alerte n° {pk} en cours d’examen"})
    if request.method == "POST":
        act = request.POST.get("acte", "")
        closing = CloseForm(request.POST) if act == "clore" else closing
        suspending = CauseForm(request.POST) if act == "suspendre" else suspending
        forms_of = {"examiner": None, "clore": closing, "suspendre": suspending}
        if act in forms_of and _act(request, pk, forms_of[act]):
            return redirect("alert", pk)
    told = selectors.told([row])[0]
    page, following = selectors.traces(told, request.GET.get("apres", ""))
    context = {
        "told": told,
        "alert": row,
        "page": page,
        "following": following,
        "involved": selectors.involved(told),
        "suspendable": selectors.known(told),
        "history": selectors.history(row),
        "closing": closing,
        "suspending": suspending,
    }
    return render(request, "national/alert.html", context, status=400 if closing.errors or suspending.errors else 200)


def _act(request: PersonRequest, pk: int, form: forms.Form | None) -> bool:
    """Do what the form of this act says, or say why it is refused; False when the form must be filled again."""
    if form is not None and not form.is_valid():
        return False
    try:
        _acting(request, pk, form)()
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    else:
        messages.success(request, "Acte enregistré.", extra_tags="ok")
    return True


def _acting(request: PersonRequest, pk: int, form: forms.Form | None) -> Callable[[], None]:
    at, person = clock.now(), request.person
    if isinstance(form, CloseForm):
        conclusion = services.Conclusion(AlertOutcome(form.cleaned_data["outcome"]), form.cleaned_data["reason"])
        return lambda: services.close(pk, conclusion, person, at)
    if isinstance(form, CauseForm):
        cause = form.cleaned_data["cause"]
        return lambda: services.suspend(pk, cause, person, at)
    return lambda: services.investigate(pk, person, at)


@requires(Role.CNAM_OFFICER)
def watched_patients(request: PersonRequest) -> HttpResponse:
    """The patients under watch, and the form for one more."""
    form = WatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.watch(form.cleaned_data["ins"], form.cleaned_data["reason"], request.person, clock.now())
        except ActRefused as refused:
            form.add_error("ins", str(refused))
        else:
            messages.success(request, "Patient sous surveillance.", extra_tags="ok")
            return redirect("watched-patients")
    context = {"form": form, "watched": selectors.watched()[:SHOWN]}
    return render(request, "national/watched_patients.html", context, status=400 if form.errors else 200)


@require_POST
@requires(Role.CNAM_OFFICER)
def unwatch(request: PersonRequest, pk: int) -> HttpResponse:
    """End a watch."""
    try:
        services.unwatch(pk, request.person, clock.now())
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    else:
        messages.success(request, "Surveillance levée.", extra_tags="ok")
    return redirect("watched-patients")
