"""What a request that failed is answered, in the form its caller reads: a page, or JSON as each interface writes its errors."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found

from tramontane.dmp import pdsm
from tramontane.dmp.pdsm import Issue
from tramontane.hospital.accounts.views.scim import ERROR as SCIM_ERROR
from tramontane.hospital.interfaces.problems import ProblemError
from tramontane.hospital.interfaces.views.fhir import CONTENT_TYPE as FHIR
from tramontane.ui import failing

_AGAIN = "Réessayez dans quelques instants ; si cela dure, prévenez le service informatique en disant l’heure."
_SAID = {
    400: ("demande-illisible", "La requête est malformée, ou porte un caractère qui ne peut pas être enregistré."),
    404: ("adresse-inconnue", "Il n’y a rien à cette adresse."),
    500: ("erreur-interne", f"L’application a rencontré une erreur, et l’a enregistrée. {_AGAIN}"),
    503: ("base-indisponible", f"La base de données ou le disque de l’application n’est pas disponible. {_AGAIN}"),
}
# Required value set `issue-type` of FHIR R4.
_ISSUE_TYPES = {400: "invalid", 404: "not-found", 500: "exception", 503: "transient"}
_PAGES = {400: "400.html", 500: "500.html", 503: "ui/unavailable.html"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's `handler400`: what no browser sends, or a host name that is not ours."""
    return _answer(request, 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`: the page keeps its navigation, the interfaces their JSON."""
    return _interface(request, 404) or page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`."""
    return _answer(request, 503 if failing.storage_is_away() else 500)


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    return _interface(request, status) or failing.page(request, _PAGES[status], status)


def _interface(request: HttpRequest, status: int) -> HttpResponse | None:
    """The answer to a program; None when a person reads it."""
    written = next((written for prefix, written in _INTERFACES.items() if request.path.startswith(prefix)), None)
    if written is None and request.headers.get("Accept") == "application/json":
        written = _script
    if written is None:
        return None
    response = written(status, *_SAID[status])
    for name, value in failing.headers(status).items():
        response.headers[name] = value
    return response


def _problem(status: int, code: str, said: str) -> HttpResponse:
    return ProblemError(status, code, said, retry=status == 503).response()


def _outcome(status: int, code: str, said: str) -> HttpResponse:
    outcome = pdsm.operation_outcome([Issue("error", _ISSUE_TYPES[status], said, code)])
    return JsonResponse(outcome, status=status, content_type=FHIR)


def _scim(status: int, _code: str, said: str) -> HttpResponse:
    """RFC 7644 §3.12."""
    body = {"schemas": [SCIM_ERROR], "status": str(status), "detail": said}
    return JsonResponse(body, status=status, content_type="application/scim+json")


def _script(status: int, _code: str, said: str) -> HttpResponse:
    """For a script of our own pages, which shows `error`."""
    return JsonResponse({"error": said}, status=status)


_INTERFACES: dict[str, Callable[[int, str, str], HttpResponse]] = {
    "/api/": _problem,
    "/fhir/": _outcome,
    "/scim/": _scim,
}
