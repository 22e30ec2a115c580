"""Who may embed a page: the origin of one record system, and nobody else."""

from __future__ import annotations

from django.http import HttpResponse

from tramontane.hospital.interfaces.models import RecordSystem


def embeddable(response: HttpResponse, system: RecordSystem) -> HttpResponse:
    """Let the record system's own pages show this one in a frame. Without an origin, the page stays unframeable."""
    if system.origin:
        # django-csp reads this attribute; its decorators only know origins written in the code.
        response._csp_replace = {"frame-ancestors": [system.origin]}  # type: ignore[attr-defined]  # noqa: SLF001
        response.xframe_options_exempt = True  # X-Frame-Options cannot name an origin
    return response
