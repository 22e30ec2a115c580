"""The operator's desk, by hand: explain a message, script a fault and play it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tramontane.national import clock
from tramontane.national.explaining import explain as explain_message
from tramontane.national.faults import PlayedFault
from tramontane.national.models import FaultKind, ScriptedFault
from tramontane.national.pages.forms import ExplainForm, FaultForm
from tramontane.national.pages.roles import Person, PersonRequest, Role, requires
from tramontane.national.pages.selectors.exchanges import marks
from tramontane.national.pages.services import faults as services
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.pages.trust import trust
from tramontane.national.policy import Policy


@sensitive_post_parameters("envelope", "certificate")
@requires(Role.OPERATOR)
def explain(request: PersonRequest) -> HttpResponse:
    """Give a message, read every verdict. Nothing is stored; the answer is not sent back into the form."""
    posted = request.method == "POST"
    form = ExplainForm(request.POST, request.FILES) if posted else ExplainForm()
    context: dict[str, object] = {"form": form}
    if posted and form.is_valid():
        data = form.cleaned_data
        at = data["received_at"] or clock.now()
        # A browser sends each line end of a text area as CRLF, which an XML parser reads as LF: the signature holds.
        explained = explain_message(form.message(), data["certificate"], Policy(trust), at=at)
        context |= {"explained": explained, "at": at, "marks": marks(explained.verdicts), "form": ExplainForm()}
    if "certificate" in form.errors:  # it may be a key: it is not sent back
        form.data = dict(form.data.items()) | {"certificate": ""}
    return render(request, "national/explain.html", context, status=400 if form.errors else 200)


@requires(Role.OPERATOR)
def faults(request: PersonRequest) -> HttpResponse:
    """The scripted faults, and the form for one more."""
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        fault = PlayedFault(FaultKind(data["kind"]), data["seconds"], data["subcode"], data["text"])
        services.script(fault, form.calls(), data["times"], request.person, clock.now())
        messages.success(request, "Panne programmée : le prochain appel qui convient la reçoit.", extra_tags="ok")
        return redirect("faults")
    context = {"form": form, "faults": ScriptedFault.objects.order_by("-pk")}
    return render(request, "national/faults.html", context, status=400 if form.errors else 200)


@require_POST
@requires(Role.OPERATOR)
def play_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Once more, the fault that is used up."""
    return _done(request, services.play_again, pk, "Le prochain appel qui convient la reçoit de nouveau.")


@require_POST
@requires(Role.OPERATOR)
def forget(request: PersonRequest, pk: int) -> HttpResponse:
    """Remove a fault."""
    return _done(request, services.forget, pk, "Panne retirée.")


def _done(request: PersonRequest, act: Callable[[int, Person, datetime], None], pk: int, said: str) -> HttpResponse:
    try:
        act(pk, request.person, clock.now())
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    else:
        messages.success(request, said, extra_tags="ok")
    return redirect("faults")
