"""Mon espace santé: the first page, whose profile is shown, accesses, messages."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tramontane.national import clock
from tramontane.national.models import PatientRecord
from tramontane.national.pages.roles import Person, PersonRequest, Role, requires
from tramontane.national.pages.selectors import health_space as selectors
from tramontane.national.pages.services import patient_choices

RECENT = 10


@require_GET
@requires(Role.PATIENT)
def home(request: PersonRequest) -> HttpResponse:
    """The one fact first: is the record open, and who read it last."""
    patient, person = viewed(request.person), request.person
    documents = selectors.visible_to_patient(patient, for_a_child=person.for_a_child)
    context = {
        "patient": patient,
        "children": selectors.children_of(person.patient, clock.now()) if person.patient else [],
        "documents": documents.count(),
        "masked": documents.filter(masked=True).count(),
        "last": selectors.last_access(patient, for_a_child=person.for_a_child),
        "acts": selectors.acts_of(patient)[:RECENT],
    }
    return render(request, "national/health_space.html", context)


@require_POST
@requires(Role.PATIENT)
def view_profile(request: PersonRequest) -> HttpResponse:
    """Look at one's own record, or at that of a child one stands for."""
    wanted, own = request.POST.get("profil", ""), request.person.patient
    assert own is not None, "a patient has a record"
    allowed = {str(one.pk): one.pk for one in (own, *selectors.children_of(own, clock.now()))}
    if wanted not in allowed:
        raise Http404
    kept = request.session["person"]
    request.session["person"] = {**kept, "viewed": allowed[wanted]}
    return redirect("health-space")


@require_GET
@requires(Role.PATIENT)
def accesses(request: PersonRequest) -> HttpResponse:
    """Who accessed the record, when, from where, in which mode."""
    page, following = selectors.accesses_of(
        viewed(request.person), request.GET.get("apres", ""), for_a_child=request.person.for_a_child
    )
    return render(request, "national/accesses.html", {"page": page, "following": following})


@requires(Role.PATIENT)
def notifications(request: PersonRequest) -> HttpResponse:
    """The messages; POST marks them as seen."""
    if request.method == "POST":
        patient_choices.read_notifications(request.person, clock.now())
        return redirect("notifications")
    page, following = selectors.notifications_of(viewed(request.person), request.GET.get("apres", ""))
    return render(request, "national/notifications.html", {"page": page, "following": following})


def viewed(person: Person) -> PatientRecord:
    """The record on the screen."""
    assert person.viewed is not None, "a patient looks at a record"
    return person.viewed
