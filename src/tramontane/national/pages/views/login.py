"""Coming in: with a card, or as a persona where the installation says that it proves nothing. And going out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.national import clock
from tramontane.national.models import Card, LegalEntity, PatientRecord, Representative
from tramontane.national.pages.cards import CardRefused, Holder, read_card
from tramontane.national.pages.forms import EnrolmentForm
from tramontane.national.pages.middleware import certificate_of, fingerprint
from tramontane.national.pages.roles import PageRequest, Role
from tramontane.national.pages.selectors.health_space import patients_named
from tramontane.national.pages.selectors.representatives import legal_entities_of, still_tied
from tramontane.national.pages.services.enrolment import enrol, enrol_unsafe_persona
from tramontane.national.pages.trust import trust
from tramontane.ui.theme import stylesheet

_HOMES = {
    Role.REPRESENTATIVE: "contracts",
    Role.CNAM_OFFICER: "white-list",
    Role.OPERATOR: "exchanges",
    Role.PATIENT: "health-space",
}
OFFICER, OPERATOR = "Agent de contrôle (personnage)", "Opérateur (personnage)"
SHOWN_PATIENTS = 20
_UNTIED = (
    "Votre carte était enrôlée pour {}, mais ni elle ni l’annuaire ne vous y rattachent plus. "
    "Faites corriger l’annuaire, ou présentez la carte de l’établissement."
)


@require_GET
def welcome(request: PageRequest) -> HttpResponse:
    """The first page: what there is here, for whom."""
    return redirect(_HOMES[request.person.role]) if request.person else render(request, "national/welcome.html")


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: PageRequest) -> HttpResponse:
    """The card, and the personas when this installation has them. A patient's name is sought by POST: never in an address."""
    certificate = certificate_of(request)
    named = request.POST.get("patient", "").strip()
    asked: dict[str, Any] = {"suite": _next(request, ""), "has_card": certificate is not None, "named": named}
    if settings.NATIONAL_UNSAFE_PERSONAS:
        patients = patients_named(named)[:SHOWN_PATIENTS]
        asked |= {"legal_entities": LegalEntity.objects.order_by("name"), "patients": patients}
    return render(request, "national/login.html", asked)


@require_POST
def card(request: PageRequest) -> HttpResponse:
    """Log in with the certificate of the TLS connection; a card never seen is enrolled first."""
    try:
        holder = _holder(request)
    except CardRefused as refused:
        return render(request, "national/login.html", {"refused": str(refused)}, status=403)
    for role, cards in (
        (Role.CNAM_OFFICER, settings.NATIONAL_OFFICERS), (Role.OPERATOR, settings.NATIONAL_OPERATORS)
    ):  # fmt: skip
        if holder.identity in cards:
            name = f"{holder.given_name} {holder.family_name}"
            return _enter(request, role, holder.card, key=holder.identity, name=name)
    known = Representative.objects.select_related("legal_entity").filter(identity=holder.identity).first()
    if known is None:
        return redirect("enrolment")
    if not still_tied(holder, known.legal_entity_id):
        return render(request, "national/login.html", {"refused": _UNTIED.format(known.legal_entity)}, status=403)
    return _enter(request, Role.REPRESENTATIVE, holder.card, key=known.pk)


def enrolment(request: PageRequest) -> HttpResponse:
    """The first visit of a card: for which legal entity, in which capacity."""
    try:
        holder = _holder(request)
    except CardRefused as refused:
        return render(request, "national/login.html", {"refused": str(refused)}, status=403)
    entities = legal_entities_of(holder)
    form = EnrolmentForm([(one.pk, str(one)) for one in entities], request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row = enrol(holder, data["legal_entity"], data["capacity"], clock.now())
        messages.success(request, f"Vous êtes enrôlé pour {row.legal_entity}.", extra_tags="ok")
        return _enter(request, Role.REPRESENTATIVE, holder.card, key=row.pk)
    return render(request, "national/enrolment.html", {"form": form, "holder": holder, "entities": entities})


@require_POST
def unsafe_persona(request: PageRequest) -> HttpResponse:
    """Log in as anyone, without proof: exists only where TRAMONTANE_NATIONAL_UNSAFE_PERSONAS says so."""
    if not settings.NATIONAL_UNSAFE_PERSONAS:
        raise Http404
    role, _, key = request.POST.get("personnage", "").partition(":")
    if role == "officer":
        return _enter(request, Role.CNAM_OFFICER, Card.UNSAFE_PERSONA, key="officer", name=OFFICER)
    if role == "operator":
        return _enter(request, Role.OPERATOR, Card.UNSAFE_PERSONA, key="operator", name=OPERATOR)
    if role == "patient":
        row = PatientRecord.objects.filter(pk=key).first() if key.isdigit() else None
        return _enter(request, Role.PATIENT, Card.UNSAFE_PERSONA, key=_found(row).pk)
    legal_entity = LegalEntity.objects.filter(pk=key).first() if role == "representative" else None
    return _enter(
        request,
        Role.REPRESENTATIVE,
        Card.UNSAFE_PERSONA,
        key=enrol_unsafe_persona(_found(legal_entity), clock.now()).pk,
    )


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Forget the session."""
    request.session.flush()
    return redirect("welcome")


@cache_control(max_age=3600, public=True)
def theme(_request: HttpRequest) -> HttpResponse:
    """The stand-in's own accent, for light and dark."""
    return HttpResponse(stylesheet(settings.NATIONAL_ACCENT), content_type="text/css; charset=utf-8")


def _holder(request: HttpRequest) -> Holder:
    return read_card(certificate_of(request), trust(), at=clock.now())


def _enter(request: PageRequest, role: Role, means: Card, *, key: object, name: str = "") -> HttpResponse:
    """A new session: nothing of the one before survives, neither identifier nor content."""
    certificate = certificate_of(request)
    suite = _next(request, reverse(_HOMES[role]))
    request.session.flush()
    request.session["person"] = {
        "role": role.value,
        "card": means.value,
        "key": key,
        "name": name,
        "fingerprint": fingerprint(certificate) if certificate and means != Card.UNSAFE_PERSONA else "",
    }
    return redirect(suite)


def _next(request: HttpRequest, default: str) -> str:
    """Where the person was going, on this site only."""
    wanted = request.POST.get("suite") or request.GET.get("suite") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default


def _found(row: Any) -> Any:
    if row is None:
        raise Http404
    return row
