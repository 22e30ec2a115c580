"""The authorization code flow with PKCE, from the request we make to the claims we may rely on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from tramontane.hospital.accounts.oidc import http, jws, tokens
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.metadata import keys, metadata
from tramontane.hospital.accounts.oidc.profiles import ProviderProfile

LIVES = timedelta(minutes=10)
_KEY = "oidc"
EXPIRED = "Cette connexion a commencé il y a trop longtemps, ou dans une autre fenêtre. Recommencez."
CANCELLED = (
    "La connexion a été interrompue chez le fournisseur d’identité. Vous pouvez recommencer ou choisir un autre moyen."
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is there."""

    claims: dict[str, Any]
    userinfo: dict[str, Any]
    next_address: str
    confirming: bool


def redirect_uri(profile: ProviderProfile) -> str:
    """Our own address, to be declared at the provider."""
    return f"{settings.ENVIRONMENT.base_url}/connexion/oidc/{profile.key}/retour/"


def start(session: SessionBase, profile: ProviderProfile, at: datetime, next_address: str, *, confirming: bool) -> str:
    """Where to send the browser. State, nonce and PKCE verifier stay in its session.

    Raises:
        OidcError: the provider's metadata cannot be read.
    """
    verifier = secrets.token_urlsafe(48)
    kept = {"state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": verifier}
    session[_KEY] = {
        **kept,
        "provider": profile.key,
        "at": at.isoformat(),
        "next": next_address,
        "confirming": confirming,
    }
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": profile.client_id,
        "redirect_uri": redirect_uri(profile),
        "scope": profile.scope,
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"acr_values": profile.acr_values} if profile.acr_values else {}),
        **dict(profile.extra_parameters),
        **({"prompt": "login", "max_age": "0"} if confirming else {}),
    }
    return f"{metadata(profile, at).authorization_endpoint}?{urlencode(parameters)}"


def finish(session: SessionBase, profile: ProviderProfile, answer: Mapping[str, str], at: datetime) -> Identity:
    """Check the authorization response, exchange the code, verify the ID token, read userinfo.

    Raises:
        OidcError: naming the first check that failed.
    """
    kept = _recall(session, profile, answer, at)
    _check_response(profile, answer, at)
    code = answer.get("code", "")
    granted = _exchange(profile, code, kept["verifier"], at)
    access_token = granted.get("access_token")
    if not isinstance(access_token, str) or str(granted.get("token_type", "")).casefold() != "bearer":
        raise OidcError("jeton-acces")
    since = datetime.fromisoformat(kept["at"]) if kept["confirming"] else None
    expected = tokens.Expected(kept["nonce"], access_token, code, since)
    claims = tokens.id_token(
        granted.get("id_token"), profile, lambda again: keys(profile, at, again=again), expected, at
    )
    userinfo = _userinfo(profile, access_token, claims["sub"], at) if profile.userinfo else {}
    return Identity(claims, userinfo, kept["next"], kept["confirming"])


def _recall(session: SessionBase, profile: ProviderProfile, answer: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """The request this browser made, once: a replayed answer finds nothing (RFC 9700 §4.7)."""
    kept = session.pop(_KEY, None)
    state = answer.get("state", "")
    if kept is None or not state or not hmac.compare_digest(kept["state"].encode(), state.encode()):
        raise OidcError("state", EXPIRED)
    # RFC 9700 §4.4: each provider has its own address here; an answer to another's request is a mix-up.
    if kept["provider"] != profile.key:
        raise OidcError("fournisseur-confondu")
    if at - datetime.fromisoformat(kept["at"]) > LIVES:
        raise OidcError("delai", EXPIRED)
    return dict(kept)


def _check_response(profile: ProviderProfile, answer: Mapping[str, str], at: datetime) -> None:
    issuer = answer.get("iss")
    if issuer != profile.issuer and (issuer is not None or metadata(profile, at).names_issuer):
        raise OidcError("iss-reponse")
    if "error" in answer:
        raise OidcError("refus-fournisseur", CANCELLED)
    if not answer.get("code"):
        raise OidcError("code-absent")


def _exchange(profile: ProviderProfile, code: str, verifier: str, at: datetime) -> dict[str, Any]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri(profile),
        "code_verifier": verifier,
    }
    authorization = ""
    if profile.token_auth_method == "client_secret_basic":  # noqa: S105 - the name of a method
        # RFC 6749 §2.3.1: both are form-encoded before they are joined.
        pair = f"{quote(profile.client_id, safe='')}:{quote(profile.client_secret, safe='')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        fields |= {"client_id": profile.client_id, "client_secret": profile.client_secret}
    endpoint = metadata(profile, at).token_endpoint
    _, body = http.post_form(endpoint, fields, ca_file=profile.ca_file, authorization=authorization)
    return http.as_object(body)


def _userinfo(profile: ProviderProfile, access_token: str, subject: str, at: datetime) -> dict[str, Any]:
    """The claims of userinfo: JSON, or a signed JWT. They must speak of the same subject (Core §5.3.2)."""
    media_type, body = http.get(metadata(profile, at).userinfo_endpoint, ca_file=profile.ca_file, token=access_token)
    if media_type == "application/jwt":
        claims = jws.verified(
            body.decode("ascii", "replace"), profile.algorithms, lambda again: keys(profile, at, again=again)
        )
        if claims.get("iss") != profile.issuer or claims.get("aud") not in (profile.client_id, [profile.client_id]):
            raise OidcError("userinfo-emetteur")
    elif media_type == "application/json":
        claims = http.as_object(body)
    else:
        raise OidcError("userinfo-format")
    if claims.get("sub") != subject:
        raise OidcError("userinfo-sub")
    return claims
