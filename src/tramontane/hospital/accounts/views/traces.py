"""The audit desk: search, extraction on request, verification of the chain, a patient's own list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Rpps
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.traces import chain, extraction, selectors
from tramontane.hospital.traces.events import EVENTS, Event
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record

auditor = requires(Role.RSSI, Role.DPO)
PAGE = 50
# Session keys of the last search and of the last patient.
SEARCH, PATIENT = "trace_search", "trace_patient"


def _day(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class SearchForm(forms.Form):
    """Fields of the search; all optional."""

    professionnel = forms.CharField(label="Professionnel", required=False, max_length=160)
    patient = forms.CharField(label="Patient (INS)", required=False, max_length=30)
    depuis = _day("Du")
    jusque = _day("Au")
    evenement = forms.ChoiceField(
        label="Événement",
        required=False,
        choices=[("", "Tous"), *((code, text.split(" {")[0].rstrip(" :(")) for code, text in EVENTS.items())],
    )
    refus = forms.BooleanField(label="Refus seulement", required=False)


class ExtractionForm(forms.Form):
    """Three fields: who, from, to."""

    professionals = forms.CharField(
        label="Numéros RPPS",
        help_text="Un par ligne, ou séparés par des virgules.",
        widget=forms.Textarea({"rows": 3, "inputmode": "numeric"}),
    )
    since = _day("Du", required=True)
    until = _day("Au (inclus)", required=True)

    def clean_professionals(self) -> list[str]:
        """Valid RPPS numbers, each once."""
        numbers = list(dict.fromkeys(self.cleaned_data["professionals"].replace(",", " ").split()))
        for number in numbers:
            try:
                Rpps(number)
            except InvalidIdentifier as error:
                raise forms.ValidationError(f"{number[:20]} : {error.message}") from error
        return numbers

    def clean(self) -> dict[str, Any]:
        """A period that is one."""
        values = super().clean() or {}
        if values.get("since") and values.get("until") and values["since"] > values["until"]:
            self.add_error("until", "La fin précède le début.")
        return values


@auditor
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Search, the newest first. Criteria are posted and kept in the session: an INS never stands in an address."""
    if request.method == "POST":
        request.session[SEARCH] = {name: request.POST.get(name, "") for name in SearchForm.base_fields}
        return redirect("/traces/?recherche=1")
    kept = request.session.get(SEARCH) if "recherche" in request.GET else None
    form = SearchForm(kept)
    data = form.cleaned_data if form.is_valid() else {}
    asked = _asked(request.account.legal_entity.finess_juridique, data)
    page = Paginator(selectors.search(asked), PAGE).get_page(request.GET.get("page"))
    checks = Trace.objects.filter(event="trace.verifiee", finess_juridique=asked.finess_juridique)
    context = {
        "form": form,
        "page": page,
        "rows": [(trace, selectors.sentence(trace)) for trace in page],
        "last_check": checks.order_by("-id").first(),
        "searching": any(data.values()),
    }
    return render(request, "traces/search.html", context)


def _asked(finess_juridique: str, data: dict[str, Any]) -> selectors.TraceSearch:
    return selectors.TraceSearch(
        finess_juridique,
        data.get("professionnel", ""),
        data.get("patient", ""),
        data.get("depuis"),
        data.get("jusque"),
        data.get("evenement", ""),
        data.get("refus", False),
    )


@require_POST
@auditor
def verify(request: AuthenticatedRequest) -> HttpResponse:
    """Read the whole chain again, and trace that it was done."""
    result = chain.verify()
    outcome = "intacte" if result.intact else "altérée"
    detail = {"head": result.head, "traces": result.traces, "findings": len(result.findings)}
    with transaction.atomic():
        record(Event("trace.verifiee", actor(request.account, request.proof), outcome=outcome, detail=detail))
    return render(request, "traces/verified.html", {"result": result, "shown": result.findings[:200]})


@auditor
def extract(request: AuthenticatedRequest) -> HttpResponseBase:
    """The extraction of EX_AIR-120: three fields, two formats, and its own trace."""
    form = ExtractionForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "signed": bool(settings.ENVIRONMENT.extraction_p12)}
        return render(request, "traces/extraction.html", context, status=422 if form.errors else 200)
    data = form.cleaned_data
    entity = request.account.legal_entity
    found = selectors.extraction(entity.finess_juridique, data["professionals"], data["since"], data["until"])
    made = _FORMATS["pdf" if request.POST.get("format") == "pdf" else "csv"]
    try:
        return made(request, form, found)
    except extraction.SigningError as error:
        messages.error(request, str(error))
        return redirect("accounts:extract-traces")


def _trace_extraction(request: AuthenticatedRequest, form: ExtractionForm, count: int, **detail: str) -> None:
    data = form.cleaned_data
    detail |= {"since": data["since"].isoformat(), "until": data["until"].isoformat(), "count": str(count)}
    event = Event(
        "trace.extraite", actor(request.account, request.proof), detail={**detail, "rpps": data["professionals"]}
    )
    with transaction.atomic():
        record(event)


def _csv(request: AuthenticatedRequest, form: ExtractionForm, found: Any) -> StreamingHttpResponse:
    _trace_extraction(request, form, found.count(), format="csv")
    lines: Iterator[str] = extraction.csv_lines(found.iterator(chunk_size=2000))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="traces.csv"'
    return answer


def _pdf(request: AuthenticatedRequest, form: ExtractionForm, found: Any) -> HttpResponse:
    from tramontane.hospital.traces.pdf import pdf

    if found.count() > extraction.PDF_MAX:
        raise extraction.SigningError(
            f"Plus de {extraction.PDF_MAX} traces : réduisez la période, ou choisissez le CSV."
        )
    data, entity, environment = form.cleaned_data, request.account.legal_entity, settings.ENVIRONMENT
    cover = extraction.Cover(
        entity.name, entity.finess_juridique, tuple(data["professionals"]), data["since"], data["until"],
        request.account.display_name, clock.now(),
    )  # fmt: skip
    rows = list(found)
    content = pdf(rows, cover, p12=environment.extraction_p12, password=environment.extraction_password)
    _trace_extraction(request, form, len(rows), format="pdf", sha256=hashlib.sha256(content).hexdigest())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="traces.pdf"'
    return answer


_FORMATS: dict[str, Callable[..., HttpResponseBase]] = {"csv": _csv, "pdf": _pdf}


@auditor
def patient(request: AuthenticatedRequest) -> HttpResponse:
    """Who accessed this patient's DMP from here: the list one hands to the patient who asks."""
    if request.method == "POST":
        request.session[PATIENT] = request.POST.get("ins", "").strip()[:30]
        return redirect(f"/traces/patient/?liste=1{'&secret=1' if 'secret' in request.POST else ''}")
    ins = request.session.get(PATIENT, "") if "liste" in request.GET else ""
    secret = "secret" in request.GET
    found = selectors.of_patient(request.account.legal_entity.finess_juridique, ins, secret=secret)
    page = Paginator(found, 200).get_page(request.GET.get("page"))
    context = {
        "ins": ins,
        "secret": secret,
        "page": page,
        "rows": [(trace, selectors.for_patient(trace)) for trace in page],
    }
    return render(request, "traces/patient.html", context)
