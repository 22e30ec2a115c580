"""The conformance run: open a session, point a client at the stand-in, read the report as it fills, take it away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tramontane.dmp.verdicts import Outcome
from tramontane.national import clock
from tramontane.national.conformance.report import Report, as_data, report
from tramontane.national.models import ConformanceSession
from tramontane.national.pages.forms import SessionForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors.exchanges import Mark
from tramontane.national.pages.services import conformance as services
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.ui import paper

TEMPLATE = "national/pages/paper/conformance.typ"
SHOWN = 100


@requires(Role.OPERATOR)
def session_list(request: PersonRequest) -> HttpResponse:
    """The sessions, and the form for one more."""
    form = SessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = services.start(form.cleaned_data["label"], form.calls(), request.person, clock.now())
        return redirect("conformance-session", session.pk)
    sessions = ConformanceSession.objects.select_related("legal_entity").order_by("-pk")[:SHOWN]
    context = {"form": form, "sessions": sessions}
    return render(request, "national/conformance.html", context, status=400 if form.errors else 200)


@require_GET
@requires(Role.OPERATOR)
def session(request: PersonRequest, pk: int) -> HttpResponse:
    """The report as of now."""
    written = _report(pk)
    context = {
        "session": written.session,
        "report": written,
        "passed": written.count(Outcome.PASSED),
        "failed": written.count(Outcome.FAILED),
        "not_run": written.count(Outcome.NOT_RUN),
        "results": [(one, Mark(one.case.number, one.outcome)) for one in written.results],
    }
    return render(request, "national/conformance_session.html", context)


@require_POST
@requires(Role.OPERATOR)
def end(request: PersonRequest, pk: int) -> HttpResponse:
    """End a session."""
    try:
        services.end(pk, request.person, clock.now())
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    return redirect("conformance-session", pk)


@require_GET
@requires(Role.OPERATOR)
def as_json(_request: PersonRequest, pk: int) -> HttpResponse:
    """The report for a program."""
    written = _report(pk)
    answer = JsonResponse(dict(as_data(written)), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{written.number}.json"'
    return answer


@require_GET
@requires(Role.OPERATOR)
def as_pdf(_request: PersonRequest, pk: int) -> HttpResponse:
    """The report on paper."""
    written = _report(pk)
    answer = HttpResponse(paper.write(TEMPLATE, as_data(written), at=written.at), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{written.number}.pdf"'
    return answer


def _report(pk: int) -> Report:
    row = get_object_or_404(ConformanceSession.objects.select_related("legal_entity"), pk=pk)
    return report(row, row.ended_at or clock.now())
