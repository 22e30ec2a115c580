"""The SCIM endpoint. A bearer token opens the accounts of its own legal entity and nothing else."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, ScimToken
from tramontane.hospital.accounts.scim import patch, resources
from tramontane.hospital.accounts.scim.resources import ScimError
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.accounts.services.lifecycle import InvalidAccountError
from tramontane.hospital.traces.events import Actor

logger = logging.getLogger("tramontane.scim")
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
# The only filter that a provisioning client needs: is this user there already?
FILTER = re.compile(r'\s*(userName|externalId)\s+eq\s+("(?:[^"\\]|\\.)*")\s*', re.IGNORECASE)
MAX_PAGE, MAX_START = 200, 1_000_000
View = Callable[..., HttpResponse]


def token_hash(token: str) -> str:
    """What is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def guarded(view: View) -> View:
    """Authenticate, then answer every error as SCIM does."""

    @csrf_exempt
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, _authenticate(request), *args, **kwargs)
        except ScimError as error:
            return _error(error)
        except InvalidAccountError as error:
            taken = any("déjà" in fault.sentence for fault in error.faults)
            logger.warning("scim.refused", extra={"fields": [fault.field for fault in error.faults]})
            return _error(
                ScimError(409, str(error), "uniqueness") if taken else ScimError(400, str(error), "invalidValue")
            )

    return run


def _authenticate(request: HttpRequest) -> ScimToken:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.casefold() == "bearer" and token:
        tokens = ScimToken.objects.select_related("legal_entity")
        found = tokens.filter(hash=token_hash(token.strip()), revoked_at=None).first()
    if found is None:
        raise ScimError(401, "Jeton absent, inconnu ou révoqué.")
    ScimToken.objects.filter(pk=found.pk).update(last_used_at=clock.now())
    return found


def _error(error: ScimError) -> HttpResponse:
    body = {"schemas": [ERROR], "status": str(error.status), "detail": error.detail}
    answer = _json(body | ({"scimType": error.scim_type} if error.scim_type else {}), error.status)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _json(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, content_type="application/scim+json")


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ScimError(400, "JSON illisible.", "invalidSyntax") from error
    if not isinstance(body, dict):
        raise ScimError(400, "Un objet JSON est attendu.", "invalidSyntax")
    return body


def _actor(token: ScimToken) -> Actor:
    return Actor(token.legal_entity.finess_juridique, account_name=f"SCIM : {token.name}")


def _shown(account: Account) -> dict[str, Any]:
    return resources.render(account, clock.now(), settings.ENVIRONMENT.base_url)


@guarded
def users(request: HttpRequest, token: ScimToken) -> HttpResponse:
    """List (GET) and create (POST)."""
    if request.method == "POST":
        values = resources.read(_body(request))
        account, _ = lifecycle.save(token.legal_entity, values, None, _actor(token), "scim")
        answer = _json(_shown(account), 201)
        answer.headers["Location"] = f"{settings.ENVIRONMENT.base_url}/scim/v2/Users/{account.pk}"
        return answer
    _allow(request, "GET")
    found = Account.objects.filter(legal_entity=token.legal_entity).order_by("pk")
    if "filter" in request.GET:
        found = found.filter(**_criteria(request.GET["filter"]))
    start, size = _window(request)
    page = found.select_related("legal_entity").prefetch_related("assignments")[start - 1 : start - 1 + size]
    shown = [_shown(account) for account in page]
    return _json(
        {
            "schemas": [LIST],
            "totalResults": found.count(),
            "startIndex": start,
            "itemsPerPage": len(shown),
            "Resources": shown,
        }
    )


def _criteria(text: str) -> dict[str, str]:
    match = FILTER.fullmatch(text)
    if match is None:
        raise ScimError(400, 'Filtres acceptés : userName eq "…" et externalId eq "…".', "invalidFilter")
    field = {"username": "login", "externalid": "external_id"}[match[1].casefold()]
    try:
        value = json.loads(match[2])
    except ValueError as error:
        raise ScimError(400, "Valeur du filtre illisible.", "invalidFilter") from error
    if not value.isprintable():
        raise ScimError(400, "Valeur du filtre illisible.", "invalidFilter")
    return {field: value}


def _window(request: HttpRequest) -> tuple[int, int]:
    try:
        start = min(max(int(request.GET.get("startIndex", 1)), 1), MAX_START)
        return start, min(max(int(request.GET.get("count", 100)), 0), MAX_PAGE)
    except ValueError as error:
        raise ScimError(400, "startIndex et count sont des entiers.", "invalidValue") from error


@guarded
def user(request: HttpRequest, token: ScimToken, pk: int) -> HttpResponse:
    """Read, replace, change, or deactivate (DELETE: the account is closed and kept, its traces with it)."""
    _allow(request, "GET", "PUT", "PATCH", "DELETE")
    account = Account.objects.select_related("legal_entity").filter(legal_entity=token.legal_entity, pk=pk).first()
    if account is None:
        raise ScimError(404, "Utilisateur inconnu.")
    if request.method != "GET":
        current = lifecycle.values_of(account, clock.now())
        values = _CHANGES[str(request.method)](current, request)
        account, _ = lifecycle.save(token.legal_entity, values, account, _actor(token), "scim")
    return HttpResponse(status=204) if request.method == "DELETE" else _json(_shown(account))


_CHANGES: dict[str, Callable[[lifecycle.AccountValues, HttpRequest], lifecycle.AccountValues]] = {
    "PUT": lambda _current, request: resources.read(_body(request)),
    "PATCH": lambda current, request: patch.apply(current, _body(request)),
    "DELETE": lambda current, _request: replace(current, active=False, services=()),
}


def _allow(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        raise ScimError(405, f"Méthodes acceptées : {', '.join(methods)}.")


@guarded
def service_provider_config(request: HttpRequest, _token: ScimToken) -> HttpResponse:
    """What this endpoint can do (RFC 7643 §5)."""
    _allow(request, "GET")
    unsupported = {"supported": False}
    return _json(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": {**unsupported, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": MAX_PAGE},
            "changePassword": unsupported,
            "sort": unsupported,
            "etag": unsupported,
            "authenticationSchemes": [
                {"type": "oauthbearertoken", "name": "Bearer", "description": "Jeton d’entité juridique"}
            ],
        }
    )
