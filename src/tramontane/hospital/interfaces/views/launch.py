"""The launch itself, and the patient panel it opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import SERVICE_KEY, services_of
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.consultations.views import record_context
from tramontane.hospital.documents.selectors import dmp_lines
from tramontane.hospital.documents.views.record import listable
from tramontane.hospital.interfaces.link import LaunchRefusedError
from tramontane.hospital.interfaces.models import Launch
from tramontane.hospital.interfaces.selectors import launch_in_force
from tramontane.hospital.interfaces.services.launching import launch
from tramontane.hospital.interfaces.views.headers import embeddable
from tramontane.hospital.patients.selectors import patient_for

MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Gate:
    """What is still missing before the panel opens: a sentence, and the page that lifts it in its own window."""

    sentence: str
    next_step: str
    address: str = ""
    label: str = ""


LOGIN = Gate(
    "Connectez-vous pour ouvrir ce dossier.",
    "Votre logiciel vous a nommé ; c’est à vous de prouver votre identité, avec deux facteurs.",
    label="Se connecter",
)
SOMEBODY_ELSE = Gate(
    "Vous êtes connecté sous un autre nom que celui donné par votre logiciel.",
    "Déconnectez-vous ici, ou changez d’utilisateur dans votre logiciel, puis relancez.",
    "/",
    "Voir ma session",
)
STEP_UP = Gate("", "Confirmez votre identité avec deux facteurs.", label="Confirmer mon identité")
NOT_CLINICIAN = Gate(
    "Ce panneau est réservé aux professionnels de santé.", "Demandez ce rôle à la personne qui gère les comptes."
)
OUT_OF_REACH = Gate(
    "Ce patient n’est plus accessible à votre compte.", "Vérifiez votre service avec la personne qui gère les comptes."
)


@never_cache
@csrf_exempt  # the signed, single-use link is the proof of where the request comes from; it changes no session
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Read the link once, then go to an address that holds no token."""
    token = request.POST.get("jeton") or request.GET.get("jeton", "")
    try:
        opened = launch(token, at=clock.now())
    except LaunchRefusedError as refusal:
        return render(request, "interfaces/refused.html", {"refusal": refusal}, status=403)
    response = redirect("interfaces:panel", opened.pk)
    return embeddable(response, opened.record_system)


@never_cache
@require_safe
def panel(request: AuthenticatedRequest, launch_id: UUID) -> HttpResponse:
    """The patient panel, once the named user has proven two factors herself; until then, what is missing."""
    opened = launch_in_force(launch_id, clock.now())
    if opened is None:
        raise Http404("Ce lancement n’existe pas, ou a pris fin : relancez depuis votre logiciel.")
    gate = gate_of(request.account, request.proof, opened)
    if gate is not None:
        response = render(request, "interfaces/gate.html", {"gate": gate, "launch": opened}, status=403)
        return embeddable(response, opened.record_system)
    response = render(request, "interfaces/panel.html", _context(request, _access(request, opened)))
    return embeddable(response, opened.record_system)


def gate_of(account: Account | None, proof: SessionProof | None, opened: Launch) -> Gate | None:
    """The first condition that does not hold. No word of the patient here."""
    here = urlencode({"suite": reverse("interfaces:panel", args=(opened.pk,))})
    if account is None or proof is None:
        return replace(LOGIN, address=f"{settings.LOGIN_URL}?{here}")
    if account.pk != opened.account_id:
        return SOMEBODY_ELSE
    if not proof.two_factors:
        return replace(STEP_UP, sentence=proof.why_not, address=f"{reverse('accounts:step-up')}?{here}")
    if not may(account, Role.CLINICIAN):
        return NOT_CLINICIAN
    return None if patient_for(account, opened.patient_id, clock.now()) else OUT_OF_REACH


def _access(request: AuthenticatedRequest, opened: Launch) -> Access:
    """The launch's own episode; its service becomes the one the user works in, when she does work there."""
    episode = opened.episode
    if episode is not None and episode.service in services_of(request, clock.now()):
        request.session[SERVICE_KEY] = episode.service_id
    access = access_of(request, opened.patient)
    return replace(access, episode=episode) if episode is not None else access


def _context(request: AuthenticatedRequest, access: Access) -> dict[str, object]:
    context = record_context(request, access)
    if not listable(context["record"]):
        return context
    found = dmp_lines(access, context["record"], request.session.session_key or "", clock.now())
    return context | {"rows": found.rows[:MOST_ROWS], "total": len(found.rows), "withheld": found.withheld}
