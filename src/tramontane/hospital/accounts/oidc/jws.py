"""A compact JWS, read strictly: our own list of algorithms, canonical base64url, the key its header names and no other.

RFC 7515, RFC 8725 (best current practices). The cryptography is joserfc's; what may reach it is decided here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from tramontane.hospital.accounts.oidc.errors import OidcError
from tramontane.hospital.accounts.oidc.http import as_object

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
MAX_LENGTH = 64 * 1024
# Algorithm → the only kind of key that goes with it (RFC 8725 §3.1).
KEY_KINDS = {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256")}
MIN_RSA_BYTES = 256  # 2048 bits
# A header that brings its own key, or asks for something we would have to understand.
FORBIDDEN_HEADERS = ("crit", "jwk", "jku", "x5u", "b64", "zip")


def verified(
    token: Any,
    algorithms: frozenset[str],
    keys: Callable[[bool], list[dict[str, Any]]],
    *,
    types: Iterable[str] = ("JWT",),
) -> dict[str, Any]:
    """The payload of a token whose signature was verified.

    Args:
        keys: gives the provider's keys; called with True when they must be read again (unknown `kid`).
        types: values of the `typ` header accepted beside its absence.

    Raises:
        OidcError: naming the check that failed.
    """
    header = _header(token, algorithms, types)
    key = _key(header, keys)
    try:
        signed = jws.deserialize_compact(token, import_key(key), algorithms=[header["alg"]])
    except (JoseError, ValueError, TypeError) as error:
        raise OidcError("signature-fausse") from error
    return as_object(signed.payload)


def _header(token: Any, algorithms: frozenset[str], types: Iterable[str]) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > MAX_LENGTH or not _COMPACT.fullmatch(token):
        raise OidcError("jeton-malforme")
    parts = [_canonical(part) for part in token.split(".")]
    header = as_object(parts[0])
    if header.get("alg") not in algorithms:
        raise OidcError("algorithme-refuse")
    if any(name in header for name in FORBIDDEN_HEADERS):
        raise OidcError("entete-refuse")
    kind = header.get("typ")
    if kind is not None and (not isinstance(kind, str) or kind.casefold() not in {name.casefold() for name in types}):
        raise OidcError("type-refuse")
    return header


def _canonical(part: str) -> bytes:
    """Decode base64url without padding, refusing unused bits: one value has one writing."""
    try:
        value = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise OidcError("base64-malforme") from error
    if base64.urlsafe_b64encode(value).rstrip(b"=").decode() != part:
        raise OidcError("base64-malforme")
    return value


def _key(header: dict[str, Any], keys: Callable[[bool], list[dict[str, Any]]]) -> dict[str, Any]:
    """The one key of the provider that this header may name."""
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise OidcError("kid-malforme")
    for again in (False, True):
        usable = [key for key in keys(again) if _usable(key, header["alg"])]
        found = usable if kid is None else [key for key in usable if key.get("kid") == kid]
        if len(found) == 1:
            return found[0]
        if kid is None or len(found) > 1:
            # OpenID Connect Core §10.1: a kid is needed as soon as there are several keys.
            raise OidcError("cle-ambigue" if found else "cle-inconnue")
    raise OidcError("cle-inconnue")


def _usable(key: dict[str, Any], algorithm: str) -> bool:
    kind, curve = KEY_KINDS[algorithm]
    operations = key.get("key_ops")
    return (
        key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and (kind != "RSA" or _long_enough(key.get("n")))
    )


def _long_enough(modulus: Any) -> bool:
    return (
        isinstance(modulus, str) and len(base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))) >= MIN_RSA_BYTES
    )
