"""« Mes patients »: the list a clinician starts her day with."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor, current_service
from tramontane.hospital.patients import selectors
from tramontane.hospital.patients.forms import OutsideForm
from tramontane.hospital.patients.models import Episode
from tramontane.hospital.patients.services import note_outside_access

PAGE_SIZE = 25
ORDERS = {"nom": ("shown_name", "shown_given_name"), "naissance": ("birth_date",), "ipp": ("ipp",)}


@requires(Role.CLINICIAN)
def listing(request: AuthenticatedRequest) -> HttpResponse:
    """Patients of the chosen service, or of every service and care team of the account."""
    now = clock.now()
    service = current_service(request, now)
    asked = request.GET.get("services") == "tous"
    patients = selectors.patients_for(request.account, now)
    here = Episode.objects.filter(selectors.active_episodes(now), service=service, patient=OuterRef("pk"))
    # A pharmacy has no patient of its own: its list is that of the care teams.
    everywhere = asked or service is None or not patients.filter(Exists(here)).exists()
    patients = patients if everywhere else patients.filter(Exists(here))
    text = request.GET.get("q", "")
    order = request.GET.get("tri", "nom")
    found = (
        selectors.search(patients, text)
        .annotate(**selectors.SHOWN)
        .order_by(*ORDERS.get(order, ORDERS["nom"]), "pk")
        .prefetch_related(selectors.stays_at(now))
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "q": text, "service": service, "everywhere": everywhere, "asked": asked, "order": order}
    template = "patients/_rows.html" if request.htmx.target == "resultats" else "patients/list.html"
    return render(request, template, context)


@requires(Role.CLINICIAN)
def outside(request: AuthenticatedRequest) -> HttpResponse:
    """Reach a patient outside one's care team, by exact IPP and birth name. Traced before the record opens."""
    form = OutsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        patient = selectors.find_outside(request.account, **form.cleaned_data)
        if patient is not None:
            note_outside_access(patient, actor=actor(request.account, request.proof), account=request.account)
            return redirect(reverse("patients:consent", args=(patient.pk,)))
        form.add_error(None, "Aucun patient ne porte à la fois cet IPP et ce nom de naissance dans l’établissement.")
    return render(request, "patients/outside.html", {"form": form}, status=422 if form.errors else 200)
