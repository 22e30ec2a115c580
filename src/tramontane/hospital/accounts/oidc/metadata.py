"""What a provider publishes: its metadata and its keys, read at run time and kept for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tramontane.hospital.accounts.oidc import http
from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.profiles import ProviderProfile

LIVES = timedelta(hours=1)
# An unknown `kid` makes us read the keys again (rotation), but not at the pace of whoever sends forged tokens.
KEYS_AT_MOST_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The endpoints, checked, and whether the authorization response must name its issuer (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    names_issuer: bool


@dataclass(slots=True)
class _Entry:
    metadata: Metadata
    read_at: datetime
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_read_at: datetime | None = None


# A cache, not a state: any worker fills its own and may lose it.
_cache: dict[tuple[str, str], _Entry] = {}


def metadata(profile: ProviderProfile, at: datetime) -> Metadata:
    """The provider's metadata.

    Raises:
        OidcError: unreachable, or published for another issuer (OpenID Connect Discovery §4.3).
    """
    return _entry(profile, at).metadata


def keys(profile: ProviderProfile, at: datetime, *, again: bool = False) -> list[dict[str, Any]]:
    """The provider's public keys (JWK); `again` when a token names one that is not there.

    Raises:
        OidcError: unreachable or unreadable.
    """
    entry = _entry(profile, at)
    read_at = entry.keys_read_at
    stale = read_at is None or at - read_at > LIVES or (again and at - read_at > KEYS_AT_MOST_EVERY)
    if stale:
        _, body = http.get(entry.metadata.jwks_uri, ca_file=profile.ca_file)
        found = http.as_object(body).get("keys")
        if not isinstance(found, list) or not all(isinstance(key, dict) for key in found):
            raise OidcError("cles-illisibles")
        entry.keys, entry.keys_read_at = found, at
    return entry.keys


def forget() -> None:
    """Empty the cache: configuration changed, or a test starts."""
    _cache.clear()


def _entry(profile: ProviderProfile, at: datetime) -> _Entry:
    name = (profile.key, profile.discovery_url)
    entry = _cache.get(name)
    if entry is None or at - entry.read_at > LIVES:
        _, body = http.get(profile.discovery_url, ca_file=profile.ca_file)
        entry = _cache[name] = _Entry(_checked(profile, http.as_object(body)), at)
    return entry


def _checked(profile: ProviderProfile, document: dict[str, Any]) -> Metadata:
    if document.get("issuer") != profile.issuer:
        raise OidcError("decouverte-autre-emetteur")
    userinfo = document.get("userinfo_endpoint") or ""
    if profile.userinfo and not userinfo:
        raise OidcError("decouverte-sans-userinfo")
    return Metadata(
        authorization_endpoint=http.require_address(document.get("authorization_endpoint")),
        token_endpoint=http.require_address(document.get("token_endpoint")),
        jwks_uri=http.require_address(document.get("jwks_uri")),
        userinfo_endpoint=http.require_address(userinfo) if userinfo else "",
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )
