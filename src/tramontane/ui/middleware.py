"""What no request may carry, on either application."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

NUL = "\0"
# Half of a character beyond U+FFFF, escaped without its other half: no text that UTF-8 can write.
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
LARGEST = 2**63 - 1  # of a key


class RefuseUnstorable:
    """What no database keeps names nothing that exists: a NUL, half of a character, a number beyond 64 bits.

    Forms refuse them by themselves; addresses and JSON do not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Judged in `process_view`, whose refusals are shown as those of a view."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, named: Mapping[str, Any]) -> None:
        """Before the view.

        Raises:
            Http404: in the address.
            BadRequest: in a JSON body.
        """
        if NUL in request.path_info or any(NUL in value for _, values in request.GET.lists() for value in values):
            raise Http404("NUL (U+0000) dans l’adresse")
        if any(isinstance(value, int) and value > LARGEST for value in named.values()):
            raise Http404("nombre trop grand dans l’adresse")
        if "json" in (request.content_type or ""):
            _require_text(request.body)


def _require_text(body: bytes) -> None:
    """A NUL byte: not UTF-8 (RFC 8259 §8.1), where escapes would hide."""
    if b"\0" in body or b"\\u0000" in body or _HALF.search(body):
        raise BadRequest("NUL (U+0000), moitié de caractère ou JSON hors UTF-8 dans le corps de la requête")
