"""The matrix: rules, reach of the services, reviews, revisions; and a change previewed before it is published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role, Service
from tramontane.hospital.accounts.permissions import may, requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.habilitations import content, selectors, services
from tramontane.hospital.habilitations.effects import profession_label, type_label
from tramontane.hospital.habilitations.forms import PublishForm, ReviewForm, RuleForm
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.rules.habilitation import LocalRule, LocalRules


@requires(Role.RSSI, Role.DPO)
@require_GET
def matrix(request: AuthenticatedRequest) -> HttpResponse:
    """The rules in force, what surrounds them, and their history."""
    entity = request.account.legal_entity
    places = selectors.services_of(entity)
    rules = selectors.current(entity)
    context = {
        "revision": selectors.current_revision(entity.pk),
        "lines": _lines(rules, places),
        "professions": len({rule.profession for rule in rules.rules if rule.rights.consult}),
        "services": places,
        "reaches": Service.Reach.choices,
        "revisions": selectors.revisions(entity)[:10],
        "review": selectors.last_review(entity),
        "due": selectors.review_due(entity),
        "today": timezone.localdate(clock.now()),
        "review_form": ReviewForm(),
        "may_edit": may(request.account, Role.RSSI),
    }
    return render(request, "habilitations/matrix.html", context)


@requires(Role.RSSI)
@require_http_methods(["GET", "POST"])
def rule(request: AuthenticatedRequest) -> HttpResponse:
    """Add or change one rule: form, then preview, then publication."""
    entity = request.account.legal_entity
    places = selectors.services_of(entity)
    if request.method == "GET":
        form = RuleForm(services=places, initial=_initial(request, selectors.current(entity)))
        return render(request, "habilitations/rule.html", {"form": form})
    form = RuleForm(request.POST, services=places)
    if not form.is_valid():
        return render(request, "habilitations/rule.html", {"form": form}, status=422)
    kept = [one for one in selectors.current(entity).rules if _key(one) != _key(form.rule)]
    return _previewed(request, LocalRules((*kept, form.rule)), form.data)


@requires(Role.RSSI)
@require_POST
def remove(request: AuthenticatedRequest) -> HttpResponse:
    """Remove one rule: preview, then publication."""
    key = (request.POST.get("profession", ""), request.POST.get("service", ""))
    kept = [one for one in selectors.current(request.account.legal_entity).rules if _key(one) != key]
    return _previewed(request, LocalRules(tuple(kept)), request.POST)


@requires(Role.RSSI, Role.DPO)
@require_http_methods(["GET", "POST"])
def revision(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """An older revision; and, for the RSSI, its return: previewed like any change, published as a new revision."""
    entity = request.account.legal_entity
    row = MatrixRevision.objects.filter(legal_entity=entity, number=number).select_related("created_by").first()
    if row is None:
        raise Http404("Cette révision n’existe pas.")
    rules = content.read(row.content)
    if request.method == "POST" and may(request.account, Role.RSSI):
        return _previewed(request, rules, request.POST)
    context = {
        "revision": row,
        "lines": _lines(rules, selectors.services_of(entity)),
        "may_edit": may(request.account, Role.RSSI),
        "is_current": row.number == getattr(selectors.current_revision(entity.pk), "number", 0),
    }
    return render(request, "habilitations/revision.html", context)


def _previewed(request: AuthenticatedRequest, after: LocalRules, posted: Any) -> HttpResponse:
    """Show who gains and who loses what; publish once a motive is given and nobody published meanwhile."""
    entity = request.account.legal_entity
    latest = getattr(selectors.current_revision(entity.pk), "number", 0)
    publishing = "motive" in posted
    form = PublishForm(posted if publishing else None, initial={"after": latest})
    outdated = False
    if publishing and form.is_valid():
        who = actor(request.account, request.proof)
        try:
            done = services.publish(entity, after, actor=who, **form.cleaned_data)
        except services.OutdatedError:
            outdated, form = True, PublishForm(initial={"after": latest, "motive": form.cleaned_data["motive"]})
        else:
            messages.success(request, f"Révision {done.number} publiée : elle s’applique dès maintenant.")
            return redirect("habilitations:matrix")
    effects = selectors.preview(entity, after, clock.now())
    context = {
        "effects": effects,
        "concerned": len({name for effect in effects for name in effect.people}),
        "form": form,
        "outdated": outdated,
        "repeated": [(name, value) for name, values in posted.lists() for value in values if name in _REPEATED],
    }
    return render(request, "habilitations/preview.html", context, status=409 if outdated else 200)


# What the preview sends again when it is confirmed.
_REPEATED = frozenset({"profession", "service", "consult", "bris_de_glace", "regulate", "restricted_types"})


@requires(Role.RSSI)
@require_POST
def reach(request: AuthenticatedRequest, service_id: int) -> HttpResponse:
    """Who sees the patients of a service."""
    service = next((s for s in selectors.services_of(request.account.legal_entity) if s.pk == service_id), None)
    if service is None or request.POST.get("reach") not in Service.Reach.values:
        raise Http404("Ce service n’existe pas.")
    services.set_reach(service, request.POST["reach"], actor=actor(request.account, request.proof))
    messages.success(request, f"{service.name} : portée enregistrée.")
    return redirect("habilitations:matrix")


@requires(Role.RSSI, Role.DPO)
@require_POST
def review(request: AuthenticatedRequest) -> HttpResponse:
    """« Reviewed, still right »."""
    row = selectors.current_revision(request.account.legal_entity_id)
    form = ReviewForm(request.POST)
    if row is not None and form.is_valid():
        who = actor(request.account, request.proof)
        services.review(row, reviewer=request.account, comment=form.cleaned_data["comment"], actor=who)
        messages.success(request, f"Revue de la révision {row.number} enregistrée.")
    return redirect("habilitations:matrix")


def _key(one: LocalRule) -> tuple[str, str]:
    return (one.profession, one.service)


def _initial(request: AuthenticatedRequest, rules: LocalRules) -> dict[str, Any]:
    wanted = (request.GET.get("profession", ""), request.GET.get("service", ""))
    found = next((one for one in rules.rules if _key(one) == wanted), None)
    if found is None:
        return {"profession": wanted[0], "service": wanted[1]}
    return {
        "profession": found.profession,
        "service": found.service,
        "consult": found.rights.consult,
        "bris_de_glace": found.rights.bris_de_glace,
        "regulate": found.rights.regulate,
        "restricted_types": sorted(found.restricted_types),
    }


def _lines(rules: LocalRules, places: list[Service]) -> list[dict[str, Any]]:
    names = {content.key_of(service): service.name for service in places} | {"": "Tous les services"}
    lines = [
        {
            "rule": one,
            "profession": profession_label(one.profession),
            "service": names.get(one.service, "Service fermé"),
            "restricted": sorted(type_label(code) for code in one.restricted_types),
        }
        for one in rules.rules
    ]
    return sorted(lines, key=lambda line: (line["profession"], line["rule"].service != "", line["service"]))
