"""The PV as it will be signed, who signs it, and its return."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions, snapshot
from tramontane.hospital.homologation.commission_forms import NamesForm, RgpdForm, SignedForm
from tramontane.hospital.homologation.documents import issuing, wording
from tramontane.hospital.homologation.models import Dossier, Homologation, Judgement, RgpdItem
from tramontane.hospital.homologation.selectors.dossiers import judgement_of, referentiel_of
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import judging, keeping, moving, signing
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded, weak
from tramontane.rules.homologation import GateName, Level, Reserve, gate


@of_dossier(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def pv(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The words of the PV; before the signature, the form that receives it; after it, what was frozen."""
    posting = request.method == "POST" and permissions.decides(request.account) and not weak(request)
    form = SignedForm(
        request.POST if posting else None, request.FILES if posting else None, initial={"signed_on": moving.today()}
    )
    if posting and form.is_valid():
        who, values = actor(request.account, request.proof), form.cleaned_data
        data, name = values["file"].read(signing.MAX_BYTES + 1), values["file"].name
        take = partial(issuing.take_scanned, dossier, data, name, values["signed_on"], actor=who)
        if succeeded(request, take, "Le PV signé est enregistré.", form):
            return redirect("homologation:pv", dossier.number)
    return page(request, dossier, "pv", _shown(dossier) | {"form": form}, status=422 if form.errors else 200)


def _shown(dossier: Dossier) -> dict[str, Any]:
    signed: Homologation | None = getattr(dossier, "homologation", None)
    judgement = judgement_of(dossier)
    known = facts(dossier, moving.today())
    shown: dict[str, Any] = {"gate": gate(GateName.SIGNATURE, known), "judgement": judgement, "signed": signed}
    if signed is not None:
        met = [row for row in signed.snapshot["exigences"] if row["niveau"] == Level.COMPLIANT_ON_PERIMETER]
        shown |= {
            "kept": RgpdItem.objects.filter(homologation=signed).select_related("recorded_by"),
            "rgpd_form": RgpdForm(),
        }
        return shown | {"frozen": signed.snapshot, "plan": _frozen_plan(signed), "frozen_perimeters": met}
    if judgement is None or not judgement.months:
        return shown
    return shown | {
        "warning": wording.warning(dossier),
        "words": _words(dossier, judgement),
        "plan": [(one.exigence.libelle, one.carried) for one in known.lines if one.carried],
        "perimeters": [one for one in known.lines if one.assessment.level is Level.COMPLIANT_ON_PERIMETER],
        "names_form": NamesForm(
            initial={
                "signatory": judgement.signatory,
                "soussigne": judgement.soussigne,
                "identifiants": "\n".join(judgement.identifiants),
            }
        ),
    }


def _words(dossier: Dossier, judgement: Judgement) -> Any:
    """The words, or None while the référentiel does not give them: the gate says so."""
    if not referentiel_of(dossier.edition).version or not judgement.identifiants:
        return None
    try:
        return snapshot.words(dossier, judgement, moving.today())
    except ValueError:
        return None


def _frozen_plan(signed: Homologation) -> list[tuple[str, Reserve]]:
    rows = ((row["libelle"], snapshot.carried(row)) for row in signed.snapshot["exigences"])
    return [(label, reserve) for label, reserve in rows if reserve]


@of_dossier(*permissions.DECIDERS)
@require_POST
def names(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Who signs, and the identifiers the certificates carry."""
    form = NamesForm(request.POST)
    if not invalid(request, form):
        who, given = actor(request.account, request.proof), form.names
        succeeded(request, lambda: judging.name_signatory(dossier, given, actor=who), "Le PV est complété.")
    return redirect("homologation:pv", dossier.number)


@of_dossier(*permissions.KEEPERS)
@require_POST
def rgpd(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The PV is in the register, or the AIPD is up to date: when, and where."""
    signed: Homologation | None = getattr(dossier, "homologation", None)
    if signed is None:
        raise Http404("Ce PV n’est pas signé.")
    form = RgpdForm(request.POST)
    if not invalid(request, form):
        who, values = actor(request.account, request.proof), form.cleaned_data
        succeeded(request, lambda: keeping.record_rgpd(signed, **values, actor=who), "C’est enregistré.")
    return redirect("homologation:pv", dossier.number)


@of_dossier(*permissions.READERS)
@require_GET
def signed_file(_request: AuthenticatedRequest, dossier: Dossier) -> FileResponse:
    """The signed PV, as a download."""
    signed: Homologation | None = getattr(dossier, "homologation", None)
    if signed is None:
        raise Http404("Ce PV n’est pas signé.")
    return FileResponse(
        signed.signed_file.open("rb"),
        as_attachment=True,
        filename=signed.signed_file_name,
        content_type="application/octet-stream",
    )
