"""The exigences: the list with its drawer, and one exigence a screen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions, rows
from tramontane.hospital.homologation.forms import AssessmentForm, CommentForm
from tramontane.hospital.homologation.models import Assessment, Dossier
from tramontane.hospital.homologation.rows import Row
from tramontane.hospital.homologation.selectors.facts import assessment_value, facts
from tramontane.hospital.homologation.services import assessing, moving
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded
from tramontane.hospital.homologation.views.drawer import drawer
from tramontane.rules.homologation import levels_for
from tramontane.rules.referentiels import Exigence, Referentiel


@of_dossier(*permissions.READERS)
@require_GET
def exigences(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """Every exigence by dimension, filtered; one of them open in the drawer."""
    known = facts(dossier, moving.today())
    everyone = rows.rows(known)
    view = request.GET.get("vue", "toutes")
    view = view if view in rows.VIEWS else "toutes"
    kept = [row for row in everyone if rows.VIEWS[view][1](row) and _asked(request.GET, row)]
    context: dict[str, Any] = {
        "groups": rows.grouped(known, kept),
        "count": len(kept),
        "view": view,
        "views": [(key, label, sum(map(keeps, everyone))) for key, (label, keeps) in rows.VIEWS.items()],
        "dimensions": known.referentiel.dimensions,
        "owners": sorted({row.line.assessment.owner for row in everyone if row.line.assessment.owner}),
        "asked": request.GET,
    }
    opened = next((row for row in everyone if row.exigence.id == request.GET.get("exigence")), None)
    if opened is not None:
        context |= drawer(request, dossier, opened)
    return page(request, dossier, "exigences", context)


def _asked(query: QueryDict, row: Row) -> bool:
    dimension, owner = query.get("dimension", ""), query.get("responsable", "")
    known = row.exigence.dimension or "inconnue"
    return (not dimension or known == dimension) and (not owner or row.line.assessment.owner == owner)


@of_dossier(*permissions.READERS)
@require_http_methods(["GET", "POST"])
def assess(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """One exigence a screen: text, level, what the level needs; then the next one."""
    known = facts(dossier, moving.today())
    everyone = [row for row in rows.rows(known) if not row.computed]
    rank = next((rank for rank, row in enumerate(everyone) if row.exigence.id == exigence), None)
    if rank is None:
        raise Http404("Cette exigence ne s’évalue pas ici.")
    row = everyone[rank]
    form = _form(dossier, known.referentiel, row.exigence, request.POST if request.method == "POST" else None)
    theirs: Assessment | None = None
    following = everyone[rank + 1] if rank + 1 < len(everyone) else None
    if request.method == "POST" and permissions.edits(request.account) and form.is_valid():
        if _recorded(request, dossier, row.exigence, form):
            return _onwards(dossier, following.exigence if following and "next" in request.POST else None)
        if not form.errors:  # somebody else's answer: shown beside what was typed, which then follows it
            theirs = dossier.assessments.filter(exigence=exigence).first()
            typed = request.POST.copy()
            typed["after"] = str(theirs.revision if theirs else 0)
            form = _form(dossier, known.referentiel, row.exigence, typed)
    context = {
        "theirs": theirs and assessment_value(theirs),
        "row": row,
        "shortcuts": _SHORTCUTS,
        "form": form,
        "rank": rank + 1,
        "total": len(everyone),
        "assessed": known.assessed,
        "previous": everyone[rank - 1].exigence if rank else None,
        "following": following.exigence if following else None,
    }
    return page(request, dossier, "assess", context, status=422 if form.errors else 200)


# The keys of the page, for its help.
_SHORTCUTS = (("n", "Exigence suivante"), ("p", "Exigence précédente"), ("s", "Enregistrer et continuer"))


def _form(dossier: Dossier, referentiel: Referentiel, exigence: Exigence, data: QueryDict | None) -> AssessmentForm:
    kept = dossier.assessments.filter(exigence=exigence.id).first()
    said = assessment_value(kept)
    initial = {name: getattr(said, name) for name in ("perimeter", "steps", "calendar", "reason", "owner")}
    initial |= {
        "level": said.level.value,
        "stakeholders": "\n".join(said.stakeholders or exigence.parties_prenantes),
        "after": kept.revision if kept else 0,
    }
    return AssessmentForm(data, levels=levels_for(referentiel, exigence), initial=initial)


def _recorded(request: AuthenticatedRequest, dossier: Dossier, exigence: Exigence, form: AssessmentForm) -> bool:
    who, after = actor(request.account, request.proof), form.cleaned_data["after"]
    return succeeded(
        request,
        lambda: assessing.assess(dossier, exigence.id, form.said, after=after, actor=who),
        f"{exigence.libelle} : évaluation enregistrée.",
        form,
    )


def _onwards(dossier: Dossier, following: Exigence | None) -> HttpResponse:
    if following is not None:
        return redirect("homologation:assess", dossier.number, following.id)
    return redirect("homologation:exigences", dossier.number)


@of_dossier(*permissions.COMMENTERS)
@require_POST
def comment(request: AuthenticatedRequest, dossier: Dossier, exigence: str) -> HttpResponse:
    """Say something of an exigence."""
    form = CommentForm(request.POST)
    if not invalid(request, form):
        who, text = actor(request.account, request.proof), form.cleaned_data["text"]
        try:
            assessing.comment(dossier, exigence, text, author=request.account, actor=who)
        except KeyError:
            raise Http404("Cette exigence n’existe pas.") from None
    return to_drawer(dossier, exigence, "activite")


def to_drawer(dossier: Dossier, exigence: str, tab: str) -> HttpResponse:
    """Back to the list, with the exigence open on a tab of the drawer."""
    query = QueryDict(mutable=True)
    query.update({"exigence": exigence, "onglet": tab})
    address = reverse("homologation:exigences", args=[dossier.number])
    return HttpResponseRedirect(f"{address}?{query.urlencode()}#tiroir")
