"""Sealing what was read with the session that asked for it: neither the row alone nor another session opens it.

AES-256-GCM. The key comes from the installation's secret and the session's own (HKDF-SHA256, RFC 5869); the row is bound to
its account, patient and document by the additional data. Once the session is gone, so is the key.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"tramontane.documents.retrieved-content"
_SALT, _NONCE = 16, 12


class SealBrokenError(Exception):
    """The content was not sealed by this session, or was changed since."""


def session_digest(session_key: str) -> str:
    """How a row names a session, without giving its key."""
    return hashlib.sha256(_PURPOSE + session_key.encode()).hexdigest()


def seal(content: bytes, *, session_key: str, bound_to: str) -> bytes:
    """Salt, nonce, ciphertext."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    return salt + nonce + AESGCM(_key(session_key, salt)).encrypt(nonce, content, bound_to.encode())


def unseal(sealed: bytes, *, session_key: str, bound_to: str) -> bytes:
    """The content.

    Raises:
        SealBrokenError: another session, another document, or changed bytes.
    """
    salt, nonce, rest = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE], sealed[_SALT + _NONCE :]
    try:
        return AESGCM(_key(session_key, salt)).decrypt(nonce, rest, bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("contenu scellé par une autre session") from error


def _key(session_key: str, salt: bytes) -> bytes:
    secret = settings.SECRET_KEY.encode() + b"\0" + session_key.encode()
    return HKDF(SHA256(), 32, salt, _PURPOSE).derive(secret)
