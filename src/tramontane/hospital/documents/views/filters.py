"""Personal filters: a name for the filters in force."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.documents.filters import Filters
from tramontane.hospital.documents.models import SavedFilter
from tramontane.hospital.documents.selectors import saved_filters
from tramontane.hospital.patients.views.access import patient_or_404

MOST = 20


@requires(Role.CLINICIAN)
@require_POST
def save(request: AuthenticatedRequest, patient_id: int) -> HttpResponse:
    """Keep the filters of the query string under a name; the same name is replaced."""
    patient_or_404(request, patient_id)
    name, query = request.POST.get("nom", "").strip()[:60], Filters.read(request.GET).query
    if not name:
        messages.error(request, "Donnez un nom à ce filtre.")
    elif len(query) > 600 or saved_filters(request.account).exclude(name=name).count() >= MOST:
        messages.error(
            request, f"Ce filtre ne peut pas être enregistré : {MOST} filtres au plus, de taille raisonnable."
        )
    else:
        SavedFilter.objects.update_or_create(account=request.account, name=name, defaults={"query": query})
        messages.success(request, f"Filtre « {name} » enregistré.")
    return _back(patient_id, query)


@requires(Role.CLINICIAN)
@require_POST
def delete(request: AuthenticatedRequest, patient_id: int, filter_id: int) -> HttpResponse:
    """Forget one of one's own filters."""
    patient_or_404(request, patient_id)
    saved_filters(request.account).filter(pk=filter_id).delete()
    return _back(patient_id, Filters.read(request.GET).query)


def _back(patient_id: int, query: str) -> HttpResponse:
    return redirect(reverse("documents:record", args=(patient_id,)) + (f"?{query}" if query else ""))
