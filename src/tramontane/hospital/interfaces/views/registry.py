"""The registry of record systems: what may launch a panel, with which keys. For the security officer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.interfaces import selectors
from tramontane.hospital.interfaces.forms import KeyForm, RecordSystemForm
from tramontane.hospital.interfaces.models import RecordSystem
from tramontane.hospital.interfaces.services import registry


@requires(Role.RSSI)
@require_http_methods(["GET", "POST"])
def listing(request: AuthenticatedRequest) -> HttpResponse:
    """Every record system of the entity; a form to register one more."""
    form = RecordSystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = actor(request.account, request.proof)
        try:
            registry.register(request.account.legal_entity, **form.cleaned_data, actor=who)
        except registry.RegistryError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "Logiciel enregistré : ajoutez sa clé publique.")
            return redirect("interfaces:record-systems")
    return _page(request, form, KeyForm())


@requires(Role.RSSI)
@require_POST
def add_key(request: AuthenticatedRequest, system_id: int) -> HttpResponse:
    """One more key."""
    system, form = _system_or_404(request, system_id), KeyForm(request.POST)
    if form.is_valid():
        try:
            registry.add_key(system, form.cleaned_data["public_key"], actor=actor(request.account, request.proof))
        except registry.RegistryError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "Clé ajoutée : les liens qu’elle signe sont acceptés dès maintenant.")
            return redirect("interfaces:record-systems")
    return _page(request, RecordSystemForm(), form, faulty=system)


@requires(Role.RSSI)
@require_POST
def revoke_key(request: AuthenticatedRequest, system_id: int, key_id: int) -> HttpResponse:
    """A key that signs nothing any more."""
    key = _system_or_404(request, system_id).keys.filter(pk=key_id).first()
    if key is None:
        raise Http404("Cette clé n’existe pas.")
    registry.revoke_key(key, actor=actor(request.account, request.proof))
    messages.success(request, "Clé révoquée : les liens qu’elle signe sont refusés dès maintenant.")
    return redirect("interfaces:record-systems")


@requires(Role.RSSI)
@require_POST
def close(request: AuthenticatedRequest, system_id: int) -> HttpResponse:
    """A record system that launches nothing any more."""
    registry.close(_system_or_404(request, system_id), actor=actor(request.account, request.proof))
    messages.success(request, "Logiciel fermé : ses lancements sont refusés, ceux en cours compris.")
    return redirect("interfaces:record-systems")


def _system_or_404(request: AuthenticatedRequest, system_id: int) -> RecordSystem:
    system = selectors.record_systems(request.account.legal_entity).filter(pk=system_id).first()
    if system is None:
        raise Http404("Ce logiciel n’existe pas.")
    return system


def _page(
    request: AuthenticatedRequest, form: RecordSystemForm, key_form: KeyForm, faulty: RecordSystem | None = None
) -> HttpResponse:
    systems = list(selectors.record_systems(request.account.legal_entity))
    context = {
        "systems": systems,
        "open_count": sum(system.closed_at is None for system in systems),
        "form": form,
        "key_form": key_form,
        "empty_key_form": KeyForm(),
        "faulty": faulty,
    }
    status = 422 if form.errors or key_form.errors else 200
    return render(request, "interfaces/record_systems.html", context, status=status)
