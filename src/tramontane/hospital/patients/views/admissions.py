"""The admissions desk: today's arrivals sorted by what is missing, identities, INS, episodes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import selectors, services
from tramontane.hospital.patients.consent import read_state
from tramontane.hospital.patients.forms import AdmissionForm, IdentityForm, InsForm
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.patients.sentence import spoken
from tramontane.hospital.patients.views.access import patient_or_404

PAGE_SIZE = 50


@requires(Role.ADMISSIONS)
def desk(request: AuthenticatedRequest) -> HttpResponse:
    """Arrivals of a day, incomplete first."""
    day = _day(request.GET.get("jour", "")) or timezone.localdate(clock.now())
    start = timezone.make_aware(datetime.combine(day, time.min))
    episodes = selectors.arrivals(request.account.legal_entity, start, start + timedelta(days=1))
    lines = sorted((_line(episode) for episode in episodes), key=lambda line: -len(line["missing"]))
    context = {
        "day": day,
        "submission": clock.new_uuid(),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1),
        "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "total": len(lines),
        "incomplete": sum(bool(line["missing"]) for line in lines),
        "sentence": spoken(request.account.legal_entity),
    }
    template = "patients/_arrivals.html" if request.htmx.target == "arrivees" else "patients/desk.html"
    return render(request, template, context)


def _day(text: str) -> date | None:
    """The day of an address; None for what is not one, or has no day before or after in every time zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _line(episode: Episode) -> dict[str, Any]:
    patient = episode.patient
    state = read_state(patient.history, episode.pk)  # type: ignore[attr-defined]  # prefetched by `arrivals`
    identity = () if patient.identity_status == Patient.IdentityStatus.QUALIFIEE else ("INS",)
    return {"episode": episode, "patient": patient, "state": state, "missing": identity + state.missing}


@requires(Role.ADMISSIONS)
def directory(request: AuthenticatedRequest) -> HttpResponse:
    """Search every patient of the entity."""
    text = request.GET.get("q", "")
    found = selectors.search(selectors.patients_of(request.account.legal_entity), text)
    page = Paginator(found.order_by("birth_name", "first_given_name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "patients/directory.html", {"page": page, "q": text})


@requires(Role.ADMISSIONS)
def create(request: AuthenticatedRequest) -> HttpResponse:
    """A provisional identity."""
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entity, who = request.account.legal_entity, actor(request.account, request.proof)
        patient = _attempt(form, lambda: services.create_patient(entity, form.cleaned_data, actor=who))
        if patient is not None:
            messages.success(request, "Identité créée, au statut provisoire.")
            return redirect("patients:identity", patient.pk)
    return render(request, "patients/create.html", {"form": form}, status=422 if form.errors else 200)


@requires(Role.ADMISSIONS)
def identity(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Strict traits, status, INS and episodes of one patient."""
    patient = patient_or_404(request, patient_id)
    form = IdentityForm(request.POST or None, instance=Patient.objects.get(pk=patient.pk))
    if request.method == "POST" and form.is_valid():
        who = actor(request.account, request.proof)
        if _attempt(form, lambda: services.update_traits(patient, form.cleaned_data, actor=who)):
            messages.success(request, "Identité enregistrée.")
            return redirect("patients:identity", patient.pk)
    return _identity_page(request, patient, form=form)


@requires(Role.ADMISSIONS)
def control(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """The identity was checked on a document."""
    patient = patient_or_404(request, patient_id)
    if request.method == "POST":
        before = patient.identity_status
        patient = services.control_identity(patient, actor=actor(request.account, request.proof))
        status = patient.get_identity_status_display().lower()
        if patient.identity_status != before:
            messages.success(request, f"Contrôle enregistré : {status}.")
        else:
            messages.info(request, f"Ce contrôle était déjà enregistré : {status}.")
    return redirect("patients:identity", patient.pk)


@requires(Role.ADMISSIONS)
def ins(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Attach the INS that the INSi teleservice returned."""
    from django.conf import settings

    patient = patient_or_404(request, patient_id)
    form = InsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who, values = actor(request.account, request.proof), form.cleaned_data
        oid = settings.ENVIRONMENT.ins_oid
        if _attempt(form, lambda: services.set_ins(patient, values["ins"], oid, checked=values["checked"], actor=who)):
            messages.success(request, "INS enregistré.")
            return redirect("patients:identity", patient.pk)
    return _identity_page(request, patient, ins_form=form)


@requires(Role.ADMISSIONS)
def admit_patient(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Open an episode now."""
    patient = patient_or_404(request, patient_id)
    form = AdmissionForm(request.POST or None, legal_entity=request.account.legal_entity)
    if request.method == "POST" and form.is_valid():
        who, values = actor(request.account, request.proof), form.cleaned_data
        if _attempt(form, lambda: services.admit(patient, **values, starts_at=clock.now(), actor=who)):
            messages.success(request, "Venue créée. Informez le patient et recueillez son choix pour cet épisode.")
            return redirect("patients:consent", patient.pk)
    return _identity_page(request, patient, admission_form=form)


def _attempt(form: Any, write: Callable[[], Any]) -> Any:
    """Run a write; a refusal becomes an error of the field at fault, and nothing typed is lost."""
    try:
        return write()
    except services.PatientError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except IntegrityError:
        form.add_error(None, "Une autre personne vient d’enregistrer la même chose : rechargez la page et vérifiez.")
    return None


def _identity_page(request: AuthenticatedRequest, patient: Patient, **forms: Any) -> HttpResponse:
    entity = request.account.legal_entity
    context = {
        "patient": patient,
        "form": forms.get("form") or IdentityForm(instance=patient),
        "ins_form": forms.get("ins_form") or InsForm(),
        "admission_form": forms.get("admission_form") or AdmissionForm(legal_entity=entity),
        "insi_available": selectors.insi_connection(entity) is not None,
        "episodes": patient.episodes.select_related("service").order_by("-starts_at"),
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "patients/identity.html", context, status=422 if failed else 200)
