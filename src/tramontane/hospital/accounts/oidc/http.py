"""The few calls made to a provider: no redirect followed, bounded in time and size, HTTPS but on this machine."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from tramontane.hospital.accounts.oidc.errors import OidcError

TIMEOUT = 10.0  # seconds
MAX_BYTES = 512 * 1024
UNREACHABLE = "Le fournisseur d’identité ne répond pas. Réessayez dans un instant, ou connectez-vous avec un moyen de l’établissement."


class _NoRedirect(HTTPRedirectHandler):
    """A token endpoint that redirects would send the secret elsewhere."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse: the 3xx answer becomes an error."""
        return


def require_address(url: Any) -> str:
    """An address one may call: HTTPS, or HTTP on this very machine (tests, demonstration).

    Raises:
        OidcError: anything else.
    """
    parts = urlsplit(url) if isinstance(url, str) else None
    local = parts is not None and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if parts is None or not (local or (parts.scheme == "https" and parts.hostname)):
        raise OidcError("adresse-refusee")
    return str(url)


def get(url: str, *, ca_file: str = "", token: str = "") -> tuple[str, bytes]:
    """Media type and body of a GET.

    Raises:
        OidcError: unreachable, refused, too slow or too large.
    """
    headers = {"Accept": "application/json, application/jwt"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _call(Request(require_address(url), headers=headers), ca_file)  # noqa: S310 - the scheme was checked


def post_form(url: str, fields: Mapping[str, str], *, ca_file: str = "", authorization: str = "") -> tuple[str, bytes]:
    """Media type and body of a form POST.

    Raises:
        OidcError: unreachable, refused, too slow or too large.
    """
    headers = {"Accept": "application/json"}
    if authorization:
        headers["Authorization"] = authorization
    body = urlencode(fields).encode()
    return _call(Request(require_address(url), data=body, headers=headers, method="POST"), ca_file)  # noqa: S310 - the scheme was checked


def _call(request: Request, ca_file: str) -> tuple[str, bytes]:
    context = ssl.create_default_context(cafile=ca_file or None)
    opener = build_opener(_NoRedirect, HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            body = answer.read(MAX_BYTES + 1)
            media_type = answer.headers.get_content_type()
    except HTTPError as error:
        raise OidcError("refus-http") from error
    except (URLError, HTTPException, OSError) as error:
        raise OidcError("injoignable", UNREACHABLE) from error
    if len(body) > MAX_BYTES:
        raise OidcError("reponse-trop-grande")
    return media_type, body


def as_object(body: bytes) -> dict[str, Any]:
    """A JSON object without a repeated name.

    Raises:
        OidcError: not JSON, not an object, a name twice.
    """
    try:
        value = json.loads(body, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise OidcError("json-illisible") from error
    if not isinstance(value, dict):
        raise OidcError("json-illisible")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("nom répété")
    return value
