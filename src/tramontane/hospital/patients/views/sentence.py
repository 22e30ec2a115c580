"""The page where the security officer or the DPO sets the sentence to say when the consent is asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import sentence
from tramontane.hospital.patients.forms import SentenceForm

KEPT = "Phrase enregistrée : elle se lit dès maintenant sur les pages de consentement et la notice."


@requires(Role.RSSI, Role.DPO)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedRequest) -> HttpResponse:
    """The sentence in force, the form that changes it, and those of before."""
    rows = sentence.history(request.account.legal_entity)
    newest = rows.first()
    form = SentenceForm(request.POST or None, initial={"text": newest.text if newest else ""})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if not sentence.set_sentence(text, account=request.account, actor=actor(request.account, request.proof)):
            messages.info(request, "C’est déjà la phrase en vigueur : rien n’est ajouté.")
        else:
            messages.success(request, KEPT if text else "Phrase retirée.")
        return redirect("patients:sentence")
    context = {"newest": newest, "rows": rows, "form": form}
    return render(request, "patients/sentence.html", context, status=422 if form.errors else 200)
