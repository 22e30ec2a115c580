"""The contract file: steps, referents, contract, sites, suspensions."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import contacts_file, permissions
from tramontane.hospital.homologation.models import AirContract, SuspensionFile
from tramontane.hospital.homologation.register_forms import (
    ContactsForm,
    DayForm,
    SignedContractForm,
    SitesForm,
    SuspensionForm,
)
from tramontane.hospital.homologation.selectors import contracts
from tramontane.hospital.homologation.services import contracting
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.views.brought import brought
from tramontane.hospital.homologation.views.desk import invalid, succeeded, weak
from tramontane.hospital.homologation.views.establishment import page
from tramontane.rules.homologation import ContractState
from tramontane.ui.workbook_reading import MAX_BYTES

TONES = {
    ContractState.SIGNED: "ok",
    ContractState.RENEWAL: "warn",
    ContractState.EXPIRED: "stop",
    ContractState.SUSPENDED: "stop",
}
# What the access rules keep of a site (`SiteContract.observed_state`) → word, tone, sign.
OBSERVED = {
    "active": ("Active", "ok", "✓"),
    "refused": ("Refusée", "stop", "✕"),
    "suspended": ("Suspendue", "stop", "✕"),
    "expired": ("Échue", "stop", "✕"),
}
NOTHING_OBSERVED = ("Jamais observée", "", "○")


@requires(*permissions.READERS)
@require_GET
def contract(request: AuthenticatedRequest) -> HttpResponse:
    """Where the contract stands, what is missing, what real calls say."""
    return page(request, "contract", _shown(request.account.legal_entity))


def _shown(entity: LegalEntity) -> dict[str, Any]:
    now, day = clock.now(), today()
    draft, signed, ready = contracts.draft_of(entity), contracts.signed(entity), contracts.steps(entity, day)
    states = [contracts.contract_facts(one, ready).state(day) for one in (signed or (draft,))]
    lines = contracts.sites(entity, now)
    held = {site.pk for one in signed for site in one.sites.all()}
    drafted = {site.pk for site in draft.sites.all()} if draft else set()
    return {
        "draft": draft,
        "states": states,
        "signed": [_line(one, state, day) for one, state in zip(signed, states, strict=False)],
        "path": draft or (signed[0] if signed else None),
        "readiness": ready,
        "main": contracts.dossier_of(entity, day),
        "contacts": contracts.contacts(entity),
        "sites": [(one, _chosen(one, held, drafted), one.contracted(day), _observed(one)) for one in lines],
        "outside": [one for one in lines if one.calls and not one.contracted(day)],
        "strangers": contracts.strangers(entity, now),
        "sites_form": SitesForm(entity=entity, initial={"sites": drafted or held}),
        "day_form": DayForm(initial={"on": day}),
        "sign_form": SignedContractForm(initial={"signed_on": day}),
    }


def _line(row: AirContract, state: ContractState, day: date) -> dict[str, Any]:
    """A signed contract; the form, as long as the CNAM may take the access away or give it back."""
    suspends = state.in_force or state is ContractState.SUSPENDED
    form = SuspensionForm(initial={"on": day}, auto_id=f"id_{row.pk}_%s") if suspends else None
    return {"row": row, "state": state, "tone": TONES.get(state, ""), "form": form}


def _chosen(line: contracts.SiteLine, held: set[int], drafted: set[int]) -> str:
    if line.site.pk in held:
        return "au contrat"
    return "au contrat en préparation" if line.site.pk in drafted else ""


def _observed(line: contracts.SiteLine) -> tuple[str, str, str]:
    return OBSERVED.get(line.declared.observed_state, NOTHING_OBSERVED) if line.declared else NOTHING_OBSERVED


@requires(*permissions.DECIDERS)
@require_POST
def prepare(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the sites: a new contract, or the one not signed yet."""
    entity = request.account.legal_entity
    form = SitesForm(request.POST, entity=entity)
    if not invalid(request, form):
        who, sites = actor(request.account, request.proof), list(form.cleaned_data["sites"])
        succeeded(request, lambda: contracting.prepare(entity, sites, actor=who), "Les sites du contrat sont notés.")
    return redirect("homologation:contract")


@requires(*permissions.DECIDERS)
@require_POST
def step(request: AuthenticatedRequest, step: str) -> HttpResponse:
    """The day of a step between the PV and the portal."""
    row = _draft(request)
    if step not in ("contacted_on", "referred_on"):
        raise Http404("Cette étape n’existe pas.")
    form = DayForm(request.POST)
    if not invalid(request, form):
        who, on = actor(request.account, request.proof), form.cleaned_data["on"]
        succeeded(request, lambda: contracting.note_step(row, step, on, actor=who), "C’est noté.")
    return redirect("homologation:contract")


@requires(*permissions.DECIDERS)
@require_POST
def sign(request: AuthenticatedRequest) -> HttpResponse:
    """Record what was signed on the portal."""
    row = _draft(request)
    form = SignedContractForm(request.POST)
    if not weak(request) and not invalid(request, form):
        who = actor(request.account, request.proof)
        succeeded(request, lambda: contracting.sign(row, form.contract, actor=who), "Le contrat signé est enregistré.")
    return redirect("homologation:contract")


@requires(*permissions.DECIDERS)
@require_POST
def suspend(request: AuthenticatedRequest) -> HttpResponse:
    """Record a suspension, or its end."""
    signed, asked = contracts.signed(request.account.legal_entity), request.POST.get("contract", "")
    row = next((one for one in signed if str(one.pk) == asked), None)
    if row is None:
        raise Http404("Ce contrat n’est pas signé, ou un autre l’a remplacé.")
    form = SuspensionForm(request.POST, request.FILES)
    if not weak(request) and not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        succeeded(request, lambda: contracting.suspend(row, **values, actor=who), "La décision de la CNAM est notée.")
    return redirect("homologation:contract")


@requires(*permissions.READERS)
@require_GET
def suspension_file(request: AuthenticatedRequest, suspension: int) -> FileResponse:
    """What the CNAM wrote, always as a download."""
    entity = request.account.legal_entity
    row = SuspensionFile.objects.filter(suspension=suspension, suspension__contract__legal_entity=entity).first()
    if row is None:
        raise Http404("Ce fichier n’existe pas.")
    content = row.file.open("rb")
    return FileResponse(content, as_attachment=True, filename=row.file_name, content_type="application/octet-stream")


@requires(*permissions.EDITORS)
@require_http_methods(["GET", "POST"])
def contacts(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the ministry's file, read what it holds, keep it. The file travels with the report: nothing is kept aside."""
    context: dict[str, Any] = {"form": ContactsForm()}
    if request.method == "POST":
        data, name = brought(request, MAX_BYTES)
        try:
            lines = contacts_file.read(data)
        except contacts_file.ContactsError as error:
            return page(request, "contacts", context | {"problems": error.problems}, status=422)
        if "apply" in request.POST:
            entity, who = request.account.legal_entity, actor(request.account, request.proof)
            contracting.keep_contacts(entity, lines, name, data, actor=who)
            messages.success(request, "Les référents régionaux sont enregistrés.", extra_tags="ok")
            return redirect("homologation:contract")
        context |= {"lines": lines, "content": base64.b64encode(data).decode(), "file_name": name}
    return page(request, "contacts", context)


def _draft(request: AuthenticatedRequest) -> AirContract:
    row = contracts.draft_of(request.account.legal_entity)
    if row is None:
        raise Http404("Aucun contrat n’est préparé.")
    return row
