"""The signed link of a contextual launch, read strictly: a JWS signed with Ed25519, alive for a minute at most. Pure.

RFC 7515 (compact JWS), RFC 8037 (EdDSA), RFC 8725 (best current practices): one algorithm, the key its header names and
no other, no header that brings a key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST_LIFE = timedelta(seconds=60)
# How far the record system's clock may be from ours.
CLOCK_SKEW = timedelta(seconds=5)
MAX_LENGTH = 4096
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_KEY_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TOKEN_ID = re.compile(r"[A-Za-z0-9._-]{16,64}", re.ASCII)
_HEADERS = frozenset({"alg", "kid", "typ"})
_TEXTS = ("rpps", "login", "ipp", "ins", "episode")
_CLAIMS = frozenset({"iss", "aud", "jti", "iat", "exp", *_TEXTS})

# Code → (sentence, what to do). Nothing of the patient or of the token is repeated.
REFUSALS: dict[str, tuple[str, str]] = {
    "lien-illisible": (
        "Ce lien de lancement est illisible.",
        "Relancez depuis votre logiciel ; si cela se répète, prévenez le service informatique.",
    ),
    "lien-cle": (
        "Ce lien est signé par une clé que l’établissement ne connaît pas, ou qu’il a révoquée.",
        "Prévenez le service informatique : la clé du logiciel est à enregistrer ou à renouveler.",
    ),
    "lien-signature": (
        "La signature de ce lien est fausse.",
        "Ne l’utilisez pas et prévenez la personne responsable de la sécurité.",
    ),
    "lien-destinataire": (
        "Ce lien n’a pas été fait pour cette installation.",
        "Prévenez le service informatique : l’adresse de lancement du logiciel est à corriger.",
    ),
    "lien-duree": (
        "Ce lien vaut plus d’une minute, ou ne dit pas quand il finit.",
        "Prévenez le service informatique : la durée des liens du logiciel est à corriger.",
    ),
    "lien-futur": (
        "Ce lien vient du futur : l’horloge du logiciel n’est pas à l’heure.",
        "Prévenez le service informatique : les deux horloges doivent suivre la même référence.",
    ),
    "lien-expire": ("Ce lien a expiré : il vaut une minute au plus.", "Relancez depuis votre logiciel."),
    "lien-rejoue": ("Ce lien a déjà servi : il ne sert qu’une fois.", "Relancez depuis votre logiciel."),
    "lien-incomplet": (
        "Ce lien doit nommer un utilisateur (RPPS ou identifiant) et un patient (IPP ou INS).",
        "Prévenez le service informatique : le lien fabriqué par le logiciel est à corriger.",
    ),
    "utilisateur-inconnu": (
        "L’utilisateur que nomme ce lien n’a pas de compte actif dans l’établissement.",
        "Demandez un compte à la personne qui gère les comptes.",
    ),
    "patient-inconnu": (
        "Le patient que nomme ce lien n’est pas accessible à ce compte.",
        "Vérifiez votre service, ou ouvrez le dossier hors équipe de soins depuis l’application.",
    ),
    "venue-inconnue": (
        "La venue que nomme ce lien n’est pas une venue de ce patient.",
        "Relancez depuis la venue du patient ; si cela se répète, prévenez le service informatique.",
    ),
}


class LaunchRefusedError(Exception):
    """A launch refused; `code` is one of `REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence, self.next_step = REFUSALS[code]


class Issuer(Protocol):
    """Who signed: the record system of a key."""

    @property
    def identifier(self) -> str:
        """The `iss` it must write."""


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """What a verified link says. Exactly one of rpps and login, exactly one of ipp and ins."""

    token_id: str
    rpps: str
    login: str
    ipp: str
    ins: str
    episode: str


def fingerprint(key: Ed25519PublicKey) -> str:
    """The `kid` of a key: SHA-256 of its 32 bytes, hexadecimal."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def verified(
    token: str, key_of: Callable[[str], tuple[Ed25519PublicKey, Issuer] | None], *, audience: str, at: datetime
) -> Link:
    """The content of a link whose every check passed, but for its single use.

    Args:
        key_of: the key in force that a `kid` names, and whose it is.
        audience: the public origin of this installation.
        at: now, aware.

    Raises:
        LaunchRefusedError: naming the first check that failed: form, key, signature, issuer, audience, time, content.
    """
    if len(token) > MAX_LENGTH or not _COMPACT.fullmatch(token):
        raise LaunchRefusedError("lien-illisible")
    signed, _, signature = token.rpartition(".")
    header, payload = (_object(part) for part in signed.split("."))
    if header.get("alg") != "EdDSA" or not header.keys() <= _HEADERS or header.get("typ", "JWT") != "JWT":
        raise LaunchRefusedError("lien-illisible")
    kid = header.get("kid")
    # Nobody has proved anything yet: what is no fingerprint is not looked up (a database refuses a NUL, a half of a character).
    found = key_of(kid) if isinstance(kid, str) and _KEY_ID.fullmatch(kid) else None
    if found is None:
        raise LaunchRefusedError("lien-cle")
    key, issuer = found
    _verify(key, signature, signed)
    if payload.get("iss") != issuer.identifier or payload.get("aud") != audience:
        raise LaunchRefusedError("lien-destinataire")
    _in_time(payload, at)
    return _content(payload)


def _verify(key: Ed25519PublicKey, signature: str, signed: str) -> None:
    try:
        key.verify(_bytes(signature), signed.encode())
    except InvalidSignature as error:
        raise LaunchRefusedError("lien-signature") from error


def _in_time(payload: dict[str, Any], at: datetime) -> None:
    issued, expires = payload.get("iat"), payload.get("exp")
    # bool is an int for Python, not for us.
    if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= LONGEST_LIFE.total_seconds():
        raise LaunchRefusedError("lien-duree")
    now, skew = at.timestamp(), CLOCK_SKEW.total_seconds()
    if issued > now + skew:
        raise LaunchRefusedError("lien-futur")
    if now >= expires + skew:
        raise LaunchRefusedError("lien-expire")


def _content(payload: dict[str, Any]) -> Link:
    texts = {name: payload.get(name, "") for name in _TEXTS}
    token_id = payload.get("jti")
    complete = (
        payload.keys() <= _CLAIMS
        and all(isinstance(text, str) and len(text) <= 80 and text.isprintable() for text in texts.values())
        and isinstance(token_id, str)
        and _TOKEN_ID.fullmatch(token_id) is not None
        and bool(texts["rpps"]) is not bool(texts["login"])
        and bool(texts["ipp"]) is not bool(texts["ins"])
    )
    if not complete:
        raise LaunchRefusedError("lien-incomplet")
    return Link(token_id=str(token_id), **texts)


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise LaunchRefusedError("lien-illisible") from error
    if not isinstance(value, dict):
        raise LaunchRefusedError("lien-illisible")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate name")
    return found


def _bytes(part: str) -> bytes:
    """base64url without padding nor unused bits: one value has one writing."""
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise LaunchRefusedError("lien-illisible") from error
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part.encode():
        raise LaunchRefusedError("lien-illisible")
    return decoded
