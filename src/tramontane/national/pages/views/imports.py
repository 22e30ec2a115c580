"""Import an extract of a directory: send a file, read the report, apply it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.models import DirectoryImport, DirectoryKind
from tramontane.national.pages.forms import ImportForm
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.services import directory_import as services
from tramontane.national.pages.services.directory_lines import READERS
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.ui import spreadsheet

SHOWN = 50


@requires(Role.CNAM_OFFICER)
def import_list(request: PersonRequest) -> HttpResponse:
    """The files received, and the form for one more."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind, file = DirectoryKind(data["kind"]), data["file"]
        try:
            row = services.receive(kind, file.name, file.read(), request.person, clock.now())
        except ActRefused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("directory-import", row.pk)
    context = {
        "form": form,
        "imports": DirectoryImport.objects.order_by("-id")[:SHOWN],
        "readers": [(kind, READERS[kind].columns) for kind in DirectoryKind],
    }
    return render(request, "national/imports.html", context, status=400 if form.errors else 200)


@requires(Role.CNAM_OFFICER)
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """What a file does, line by line; then apply it."""
    row = get_object_or_404(DirectoryImport, pk=pk)
    if request.method == "POST":
        try:
            services.apply(pk, request.person, clock.now())
        except ActRefused as refused:
            messages.error(request, str(refused), extra_tags="stop")
        else:
            messages.success(request, "Fichier appliqué : le prochain appel en tient compte.", extra_tags="ok")
        return redirect("directory-import", pk)
    counts = row.report["counts"]
    useful = counts.get(services.ADDED, 0) + counts.get(services.CHANGED, 0)
    said = [(counts[effect], forms) for effect, forms in services.FORMS.items() if counts.get(effect)]
    context = {"row": row, "said": said, "useful": useful, "total": sum(counts.values()), "shown": services.SHOWN}
    return render(request, "national/import.html", context)


@require_GET
@requires(Role.CNAM_OFFICER)
def template(_request: PersonRequest, kind: str) -> HttpResponse:
    """An empty file with the expected columns."""
    if kind not in DirectoryKind:
        raise Http404
    text = "".join(spreadsheet.lines(READERS[DirectoryKind(kind)].columns, []))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer
