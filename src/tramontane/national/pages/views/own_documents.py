"""The documents of a record, as its patient may see them: list, one document, its content, mask and unmask."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.models import RegistryDocument
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors import health_space as selectors
from tramontane.national.pages.services import patient_choices
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.pages.views.files import stored
from tramontane.national.pages.views.health_space import viewed

_ACTS = {"masquer": patient_choices.mask, "demasquer": patient_choices.unmask}


@require_GET
@requires(Role.PATIENT)
def document_list(request: PersonRequest) -> HttpResponse:
    """The list, the most recent first."""
    page, following = selectors.documents_of(
        viewed(request.person), request.GET.get("apres", ""), for_a_child=request.person.for_a_child
    )
    return render(request, "national/own_documents.html", {"page": page, "following": following})


@requires(Role.PATIENT)
def document(request: PersonRequest, entry_uuid: str) -> HttpResponse:
    """One document; POST masks or unmasks it."""
    one, _ = _seen(request, entry_uuid)
    if request.method != "POST":
        return render(request, "national/own_document.html", {"one": one})
    act = _ACTS.get(request.POST.get("acte", ""))
    if act is None:
        raise Http404
    try:
        entry = act(request.person, entry_uuid, clock.now(), clock.new_urn)
    except ActRefused as refused:
        messages.error(request, str(refused), extra_tags="stop")
        return redirect("own-document", entry_uuid)
    done = "masqué aux professionnels" if entry.masked_to_professionals else "de nouveau visible des professionnels"
    messages.success(request, f"Document {done} : le prochain appel en tient compte.", extra_tags="ok")
    return redirect("own-document", entry.entry_uuid)


@require_GET
@requires(Role.PATIENT)
def content(request: PersonRequest, entry_uuid: str) -> StreamingHttpResponse:
    """The document itself, to keep: never opened by the browser inside these pages."""
    one, row = _seen(request, entry_uuid)
    return stored(row.content_digest, row.size, name=_file_name(one), content_type=one.entry.mime_type, attachment=True)


def _seen(request: PersonRequest, entry_uuid: str) -> tuple[selectors.OwnDocument, RegistryDocument]:
    found = selectors.own_document(viewed(request.person), entry_uuid, for_a_child=request.person.for_a_child)
    if found is None:
        raise Http404
    return found


def _file_name(one: selectors.OwnDocument) -> str:
    """The title, with the extension of what it is."""
    extension = {"application/pdf": "pdf", "text/xml": "xml", "text/plain": "txt"}.get(one.entry.mime_type, "bin")
    return f"{one.entry.title or 'document'}.{extension}".replace("/", "-")
