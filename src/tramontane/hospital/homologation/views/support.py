"""The support documentaire, part by part."""

from __future__ import annotations

from django.contrib import messages
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
from tramontane.hospital.homologation.views.desk import done, invalid, of_dossier, page
from tramontane.rules.referentiels import SectionSupport


@of_dossier(*permissions.READERS)
@require_GET
def support(request: AuthenticatedRequest, dossier: Dossier) -> HttpResponse:
    """What the support must say at least, and what it says."""
    return _page(request, dossier, {})


def _page(request: AuthenticatedRequest, dossier: Dossier, refused: dict[str, SectionForm]) -> HttpResponse:
    """Every part; those refused with what was typed beside what is kept."""
    written = {row.key: row for row in dossier.sections.select_related("updated_by")}
    sections = referentiel_of(dossier.edition).regles.support
    parts = [(one, written.get(one.cle), _form(one, written, refused), one.cle in refused) for one in sections]
    typed = [section for section in sections if not section.calculee]
    count = sum(section.cle in written and bool(written[section.cle].text) for section in typed)
    context = {"parts": parts, "done": count, "total": len(typed)}
    return page(request, dossier, "support", context, status=422 if refused else 200)


def _form(section: SectionSupport, written: dict[str, SupportSection], refused: dict[str, SectionForm]) -> SectionForm:
    row, typed = written.get(section.cle), refused.get(section.cle)
    text = typed["text"].value() if typed else row.text if row else ""
    seen = row.updated_at.isoformat() if row else ""
    return SectionForm(initial={"text": text, "seen": seen}, prefix=section.cle)


@of_dossier(*permissions.EDITORS)
@require_POST
def write(request: AuthenticatedRequest, dossier: Dossier, key: str) -> HttpResponse:
    """Write the parts that were typed, whichever button was pressed: nobody loses the others. An empty text empties."""
    known = [one.cle for one in referentiel_of(dossier.edition).regles.support if not one.calculee]
    if key not in known:
        raise Http404("Cette partie n’existe pas.")
    forms = {one: SectionForm(request.POST, prefix=one) for one in known if f"{one}-text" in request.POST}
    refused = {one: form for one, form in forms.items() if not _written(request, dossier, one, form)}
    if refused:
        return _page(request, dossier, refused)
    messages.success(request, "Support enregistré.", extra_tags="ok")
    return redirect("homologation:support", dossier.number)


def _written(request: AuthenticatedRequest, dossier: Dossier, key: str, form: SectionForm) -> bool:
    """Whether a part is kept as it was typed."""
    if invalid(request, form):
        return False
    who, values = actor(request.account, request.proof), form.cleaned_data
    return done(request, lambda: assessing.write_section(dossier, key, **values, actor=who))
