"""ID tokens and logout tokens: the claims, checked in the order of OpenID Connect Core §3.1.3.7."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramontane.hospital.accounts.oidc import jws
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.profiles import ProviderProfile

SKEW = 30  # seconds between two well-kept clocks
BACKCHANNEL_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Keys = Callable[[bool], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the request that we made lets us expect of the answer."""

    nonce: str
    access_token: str = ""
    code: str = ""
    authenticated_since: datetime | None = None


def id_token(token: Any, profile: ProviderProfile, keys: Keys, expected: Expected, at: datetime) -> dict[str, Any]:
    """The claims of an ID token meant for us, now, in answer to our own request.

    Raises:
        OidcError: naming the first check that failed.
    """
    claims = jws.verified(token, profile.algorithms, keys)
    _common(claims, profile, at)
    _subject(claims)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise OidcError("nonce")
    _expiry(claims, at, required=True)
    for name, value in (("at_hash", expected.access_token), ("c_hash", expected.code)):
        if name in claims and claims[name] != half_hash(value):
            raise OidcError(name.replace("_", "-"))
    since = expected.authenticated_since
    if since is not None and not _number(claims.get("auth_time")) >= since.timestamp() - SKEW:
        raise OidcError("authentification-non-renouvelee")
    return claims


def logout_token(token: Any, profile: ProviderProfile, keys: Keys, at: datetime) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).

    Raises:
        OidcError: naming the first check that failed.
    """
    claims = jws.verified(token, profile.algorithms, keys, types=("JWT", "logout+jwt"))
    _common(claims, profile, at)
    _expiry(claims, at, required=False)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(BACKCHANNEL_EVENT), dict):
        raise OidcError("evenement")
    if "nonce" in claims:
        raise OidcError("nonce-interdit")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise OidcError("jti")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
        raise OidcError("sujet-et-session-absents")
    return claims


def half_hash(value: str) -> str:
    """`at_hash` and `c_hash`: the left half of SHA-256. Every algorithm of our list hashes with SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


def _common(claims: Mapping[str, Any], profile: ProviderProfile, at: datetime) -> None:
    if claims.get("iss") != profile.issuer:
        raise OidcError("emetteur")
    _audience(claims, profile.client_id)
    issued = _number(claims.get("iat"))
    if not at.timestamp() - profile.max_token_age <= issued <= at.timestamp() + SKEW:
        raise OidcError("iat")
    if "nbf" in claims and not _number(claims["nbf"]) <= at.timestamp() + SKEW:
        raise OidcError("nbf")


def _audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Us, alone: §3.1.3.7 step 3 refuses audiences we do not trust, and we trust no other."""
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]):
        raise OidcError("audience")
    if "azp" in claims and claims["azp"] != client_id:
        raise OidcError("azp")


def _subject(claims: Mapping[str, Any]) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise OidcError("sub")


def _expiry(claims: Mapping[str, Any], at: datetime, *, required: bool) -> None:
    if not required and "exp" not in claims:
        return
    if not _number(claims.get("exp")) > at.timestamp() - SKEW:
        raise OidcError("exp")


def _number(value: Any) -> float:
    """A date of a token; NaN for anything else, so that every comparison fails."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    return float(value)
