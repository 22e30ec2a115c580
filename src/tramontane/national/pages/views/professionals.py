"""The professionals of the directory and their right of access."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.models import Professional
from tramontane.national.pages.forms import CauseForm, ReestablishForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import white_list as selectors
from tramontane.national.pages.services import professionals as services
from tramontane.national.pages.services.refusals import ActRefused

HISTORY = 50


@require_GET
@requires(Role.CNAM_OFFICER)
def professional_list(request: PersonRequest) -> HttpResponse:
    """The list, by RPPS."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("etat", "")
    page, following = selectors.search_professionals(text, state, request.GET.get("apres", ""))
    suspended = Professional.objects.filter(authorised=False).count()
    context = {"page": page, "following": following, "q": text, "state": state, "suspended": suspended}
    return render(request, "national/professionals.html", context)


@requires(Role.CNAM_OFFICER)
def professional(request: PersonRequest, rpps: str) -> HttpResponse:
    """One professional: right of access, structures, history, decision, the refusal as it goes out."""
    one = get_object_or_404(Professional.objects.prefetch_related("establishments"), pk=rpps)
    form = CauseForm(request.POST or None) if one.authorised else ReestablishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide = services.suspend if one.authorised else services.reestablish
        try:
            decide(rpps, next(iter(form.cleaned_data.values())), request.person, clock.now())
        except ActRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Décision enregistrée : le prochain appel en tient compte.", extra_tags="ok")
            return redirect("professional", rpps)
    context = {
        "one": one,
        "form": form,
        "refusal": selectors.refusal_of_professional(one),
        "history": selectors.history(rpps=rpps).filter(patient=None)[:HISTORY],
    }
    return render(request, "national/professional.html", context, status=400 if form.errors else 200)
