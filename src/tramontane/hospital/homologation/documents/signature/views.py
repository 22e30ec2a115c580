"""The three ways to sign a PV, and what the verification of the signature found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.client.keys import PrivateKeySigner
from tramontane.dmp.errors import LocalError
from tramontane.dmp.signature import Signer
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.documents import issuing, wording
from tramontane.hospital.homologation.documents.forms import CertificateForm, ReturnedForm
from tramontane.hospital.homologation.models import Dossier, Homologation
from tramontane.hospital.homologation.selectors.dossiers import judgement_of
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import moving
from tramontane.hospital.homologation.services.signing import MAX_BYTES
from tramontane.hospital.homologation.views.desk import of_dossier, page, succeeded, weak
from tramontane.hospital.objectives.sealing import configured_key
from tramontane.rules.homologation import DossierState, GateName, gate

# The words of each outcome, and its tone.
OUTCOMES = {"passed": ("Vérifié", "ok"), "failed": ("Refusé", "stop"), "not run": ("Non vérifié", "warn")}
# A PKCS#12 file holds a key and a few certificates.
MAX_KEY_BYTES = 100_000


@of_dossier(*permissions.READERS)
@require_GET
def signature(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """How to sign; once signed, what was verified."""
    return _page(request, dossier)


@of_dossier(*permissions.DECIDERS)
@require_POST
def take_back(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """The PV that comes back from a parapheur: verified, then kept; or refused with every check."""
    form = ReturnedForm(request.POST, request.FILES)
    if weak(request) or not form.is_valid():
        return _page(request, dossier, returned=form, status=422)
    file = form.cleaned_data["file"]
    data = file.read(MAX_BYTES + 1)
    who = actor(request.account, request.proof)
    try:
        if succeeded(
            request,
            lambda: issuing.take_signed(dossier, data, file.name, actor=who),
            "Le PV signé est vérifié et enregistré.",
            form,
        ):
            return redirect("homologation:signature", dossier.number)
    except LocalError as refused:
        return _page(request, dossier, returned=form, problem=_said(refused), status=422)
    return _page(request, dossier, returned=form, status=422)


@of_dossier(*permissions.DECIDERS)
@require_POST
def sign_here(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Sign with a certificate brought for this act, or with the one configured."""
    configured = "configured" in request.POST
    form = CertificateForm(None if configured else request.POST, None if configured else request.FILES)
    if weak(request) or not (configured or form.is_valid()):
        return _page(request, dossier, certificate=form, status=422)
    who, bound = actor(request.account, request.proof), None if configured else form
    try:
        key = configured_key() if configured else _brought(form)
        if key is not None and succeeded(
            request, lambda: issuing.sign_here(dossier, key, actor=who), "Le PV est signé et enregistré.", bound
        ):
            return redirect("homologation:signature", dossier.number)
    except LocalError as refused:
        return _page(request, dossier, certificate=bound, problem=_said(refused), status=422)
    return _page(request, dossier, certificate=bound, status=422)


def _brought(form: CertificateForm) -> Signer:
    values = form.cleaned_data
    return PrivateKeySigner.from_pkcs12(values["file"].read(MAX_KEY_BYTES), values["code"])


def _said(refused: LocalError) -> str:
    return f"{refused.message} À faire : {refused.next_step}." if refused.next_step else refused.message


def _page(
    request: AuthenticatedRequest,
    dossier: Dossier,
    *,
    returned: forms.Form | None = None,
    certificate: forms.Form | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    signed: Homologation | None = getattr(dossier, "homologation", None)
    judgement = judgement_of(dossier)
    shut = gate(GateName.SIGNATURE, facts(dossier, moving.today())).obstacles
    named = judgement is not None and bool(judgement.signatory)
    context: dict[str, Any] = {
        "signed": signed,
        "report": _shown(signed.signature_report) if signed else None,
        "ready": DossierState(dossier.state) is DossierState.DECIDED and not shut and named,
        "returned": returned or ReturnedForm(),
        "certificate": certificate or CertificateForm(),
        "configured": bool(settings.ENVIRONMENT.pv_key),
        "stamped": bool(settings.ENVIRONMENT.timestamp_url),
        "problem": problem,
        "warning": "" if signed else wording.warning(dossier),
        "vouched": _vouched(),
    }
    return page(request, dossier, "signature", context, status=status)


def _vouched() -> bool:
    """Whether an authority can vouch for a signer here; one that cannot be read vouches for nobody, and is said when used."""
    return bool(settings.ENVIRONMENT.pv_authorities)


def _shown(report: dict[str, Any]) -> dict[str, Any]:
    checks = [
        one | dict(zip(("said", "tone"), OUTCOMES[one["outcome"]], strict=True)) for one in report.get("checks", ())
    ]
    return report | {"checks": checks, "unvouched": report.get("trust") == "non vérifiée" and bool(report.get("level"))}
