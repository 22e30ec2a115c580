"""The support documentaire, part by part."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.forms import SectionForm
from tramontane.hospital.homologation.models import Dossier, SupportSection
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.services import assessing
from tramontane.hospital.homologation.views.desk import invalid, of_dossier, page, succeeded
from tramontane.rules.referentiels import SectionSupport


@of_dossier(*permissions.READERS)
@require_GET
def support(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """What the support must say at least, and what it says."""
    written = {row.key: row for row in dossier.sections.select_related("updated_by")}
    sections = referentiel_of(dossier.edition).regles.support
    parts = [(section, written.get(section.cle), _form(section, written)) for section in sections]
    typed = [section for section in sections if not section.calculee]
    done = sum(section.cle in written and bool(written[section.cle].text) for section in typed)
    return page(request, dossier, "support", {"parts": parts, "done": done, "total": len(typed)})


def _form(section: SectionSupport, written: dict[str, SupportSection]) -> SectionForm:
    row = written.get(section.cle)
    return SectionForm(initial={"text": row.text if row else ""}, prefix=section.cle)


@of_dossier(*permissions.EDITORS)
@require_POST
def write(request: AuthenticatedRequest, dossier: Dossier, key: str) -> HttpResponse:
    """Write one part. An empty text empties it."""
    form = SectionForm(request.POST, prefix=key)
    known = {one.cle for one in referentiel_of(dossier.edition).regles.support if not one.calculee}
    if key not in known:
        raise Http404("Cette partie n’existe pas.")
    if not invalid(request, form):
        who, text = actor(request.account, request.proof), form.cleaned_data["text"]
        succeeded(request, lambda: assessing.write_section(dossier, key, text, actor=who), "Partie enregistrée.")
    return redirect("homologation:support", dossier.number)
