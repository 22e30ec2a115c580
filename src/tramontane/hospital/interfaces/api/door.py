"""The API itself: its door (the session cookie), its OpenAPI document, and refusals as problems."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie

from tramontane import __version__
from tramontane.hospital.interfaces import problems
from tramontane.hospital.interfaces.api.routes import router
from tramontane.hospital.interfaces.problems import ProblemError


class PersonalSession(APIKeyCookie):
    """The cookie of a person's session, opened by a login or before a launch. What writes also shows its CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, _key: str | None) -> Any:
        """The account SessionGuard found, or nobody."""
        return getattr(request, "account", None)


class Api(NinjaAPI):
    """Mounted below the app's own namespace, which ninja does not expect."""

    def get_root_path(self, path_params: Any) -> str:  # noqa: ARG002 - ninja's signature
        """Where it is mounted."""
        return "/api/v1/"


api = Api(
    title="Tramontane – interface pour les logiciels métier",
    version=__version__,
    description="Mêmes règles et mêmes traces que les écrans. Toute demande est celle d’une personne connectée.",
    docs_url=None,  # its page would load assets from elsewhere
    openapi_url="/openapi.json",
    auth=PersonalSession(),
    urls_namespace="api-v1",
)
api.add_router("", router)


@api.exception_handler(ProblemError)
def _problem(_request: HttpRequest, error: ProblemError) -> HttpResponse:
    return error.response()


@api.exception_handler(AuthenticationError)
def _unauthenticated(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problems.unauthenticated().response()


@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return ProblemError(404, "introuvable", "Cette ressource n’existe pas.").response()


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Where and what was expected; never what was received, which may be a trait."""
    faults = [{"field": ".".join(map(str, one["loc"])), "expected": one["type"]} for one in error.errors]
    return ProblemError(422, "demande-invalide", "La demande n’a pas la forme attendue.", faults=faults).response()


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 403:
        advice = (
            "Envoyez dans X-CSRFToken le jeton que donne GET /api/v1/session, et l’en-tête Origin de l’application."
        )
        return ProblemError(403, "csrf", "Le jeton CSRF est absent ou faux.", next_step=advice).response()
    return ProblemError(error.status_code, "demande-illisible", "La demande est illisible.").response()
