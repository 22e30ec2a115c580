"""Whom the patient lets in: authorised, blocked, seen lately; block and unblock."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.national import clock
from tramontane.national.models import PatientAuthorisation
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import health_space as selectors
from tramontane.national.pages.services import patient_choices
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.pages.views.health_space import viewed
from tramontane.national.selectors import state_of

_ACTS = {
    "bloquer": (patient_choices.block, "Professionnel bloqué : son prochain appel sera refusé."),
    "debloquer": (patient_choices.unblock, "Professionnel débloqué : il lui faut de nouveau votre consentement."),
}
_BADGES = {
    Authorisation.VALIDE: ("Autorisé", "ok"),
    Authorisation.INTERDIT: ("Bloqué", "stop"),
    Authorisation.EXPIRE: ("Autorisation expirée", "warn"),
}


@requires(Role.PATIENT)
def people(request: PersonRequest) -> HttpResponse:
    """The list; POST blocks or unblocks one."""
    if request.method == "POST":
        return _decide(request)
    patient, now, text = viewed(request.person), clock.now(), request.GET.get("q", "").strip()
    rows = PatientAuthorisation.objects.filter(patient=patient).select_related("professional", "structure")
    decided = [(row, *_BADGES[state_of(row, now)]) for row in rows.order_by("-last_action_at")]
    known = [row.professional_id for row in rows if row.professional_id]
    context = {
        "decided": decided,
        "seen": selectors.professionals_seen(patient, known),
        "found": [one for one in selectors.professionals_named(text) if one.rpps not in known],
        "q": text,
        "medecin_traitant": patient.medecin_traitant,
    }
    return render(request, "national/own_professionals.html", context)


def _decide(request: PersonRequest) -> HttpResponse:
    act, done = _ACTS.get(request.POST.get("acte", ""), (None, ""))
    if act is None:
        raise Http404
    try:
        act(request.person, request.POST.get("rpps", ""), clock.now())
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
    else:
        messages.success(request, done, extra_tags="ok")
    return redirect("own-professionals")
