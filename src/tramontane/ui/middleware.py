"""What no request may carry, on either application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

NUL = "\0"


class RefuseNul:
    """No identifier holds a NUL, and PostgreSQL keeps none in a text: what asks for one asks for nothing that exists.

    Forms refuse it by themselves; addresses and JSON do not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Judged in `process_view`, whose refusals are shown as those of a view."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Before the view.

        Raises:
            Http404: in the address.
            BadRequest: in a JSON body.
        """
        if NUL in request.path_info or any(NUL in value for _, values in request.GET.lists() for value in values):
            raise Http404("NUL (U+0000) dans l’adresse")
        if "json" in (request.content_type or "") and b"\\u0000" in request.body:
            raise BadRequest("NUL (U+0000) dans le corps de la requête")
