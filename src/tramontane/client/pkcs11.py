"""A signing key that stays in its token (HSM, smart card): only digests go in, only signatures come out.

python-pkcs11 calls `C_Initialize` without asking for locking, then releases the GIL: two threads in the module at
once abort the process (`free(): invalid pointer`, seen with SoftHSM). ONE lock, for the whole process, is around every call.

A module built on the OpenSSL that `ssl` uses leaves its errors on the calling thread's queue, where `ssl` takes them for
its own: the first TLS context after SoftHSM opened failed with `no such engine`. They are forgotten after every call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast

import pkcs11
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from pkcs11 import Attribute
from pkcs11.exceptions import (
    MultipleObjectsReturned,
    MultipleTokensReturned,
    NoSuchKey,
    NoSuchToken,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)
from pkcs11.types import SignMixin

from tramontane.dmp.errors import CertificateMisuse

MODULE_LOCK = threading.Lock()
_NO_CONNECTION = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_REFUSALS: tuple[tuple[tuple[type[Exception], ...], str, str, str], ...] = (
    (
        (PinLocked,),
        "pkcs11-code-bloque",
        "Le code du jeton est bloqué.",
        "faites débloquer le jeton par son administrateur",
    ),
    (
        (PinIncorrect, PinInvalid, PinLenRange),
        "pkcs11-code-faux",
        "Le code du jeton est faux.",
        "vérifiez le code ; plusieurs essais faux bloquent le jeton",
    ),
    ((NoSuchToken,), "pkcs11-jeton-absent", "Aucun jeton ne porte ce nom.", "vérifiez le nom et la présence du jeton"),
    (
        (NoSuchKey,),
        "pkcs11-cle-absente",
        "Le jeton ne contient pas de clé privée de ce nom.",
        "vérifiez le nom de la clé (pkcs11-tool --list-objects --login)",
    ),
    (
        (MultipleTokensReturned, MultipleObjectsReturned),
        "pkcs11-ambigu",
        "Plusieurs jetons ou clés portent ce nom.",
        "donnez un nom unique à la clé ou au jeton",
    ),
)
_OTHER = (
    "pkcs11-echec",
    "Le jeton PKCS#11 n'a pas répondu comme attendu.",
    "vérifiez le chemin du module et l'état du jeton",
)


class Pkcs11Signer:
    """Signs with a key that never leaves its token; a `tramontane.dmp.signature.signer.Signer`. Thread-safe.

    A session is kept open, shared by the signers of one token. A fork must not use it: open after forking.

    Args:
        module_path: PKCS#11 library, e.g. ``/usr/lib/softhsm/libsofthsm2.so``.
        pin: user code of the token; neither kept nor shown.
        certificate: of the public half of the key.

    Raises:
        CertificateMisuse: module, token, code or key refused, or the key is not that of the certificate.
    """

    def __init__(
        self, module_path: str, token_label: str, pin: str, key_label: str, certificate: x509.Certificate
    ) -> None:
        self.certificate = certificate
        with _token_calls():
            self._login = _log_in(module_path, token_label, pin)
        try:
            with _token_calls():
                key = self._login.session.get_key(
                    object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=pkcs11.KeyType.RSA, label=key_label
                )
                self._attributes = key
            self._key = cast("SignMixin", key)  # what a private key can do is mixed in at run time
            self._require_own_certificate()
        except CertificateMisuse:
            self.close()
            raise

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `data`, computed by the token.

        Raises:
            CertificateMisuse: the token failed or was removed.
        """
        with _token_calls():
            return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))

    def may_leave(self) -> bool:
        """Whether the token would give the key out: it declares it extractable, or not sensitive.

        Raises:
            CertificateMisuse: the token failed or was removed.
        """
        with _token_calls():
            return bool(self._attributes[Attribute.EXTRACTABLE] or not self._attributes[Attribute.SENSITIVE])

    def never_left(self) -> bool:
        """Whether the token declares that the key was drawn inside and could never be given out: false if it was imported.

        Raises:
            CertificateMisuse: the token failed or was removed.
        """
        with _token_calls():
            return bool(self._attributes[Attribute.NEVER_EXTRACTABLE])

    def close(self) -> None:
        """Give the session up; it is closed, and the token logged out, with its last signer. Once only."""
        with _token_calls():
            _log_out(self._login)

    def __repr__(self) -> str:
        return f"Pkcs11Signer({self.certificate.subject.rfc4514_string()})"

    def _require_own_certificate(self) -> None:
        """Sign and verify something: the one proof that works on tokens that keep no public key."""
        challenge = b"tramontane: is this the key of this certificate?"
        public_key = self.certificate.public_key()
        try:
            if isinstance(public_key, rsa.RSAPublicKey):
                public_key.verify(self.sign(challenge), challenge, padding.PKCS1v15(), SHA256())
                return
        except InvalidSignature:
            forget_openssl_errors()
        raise CertificateMisuse(
            "La clé du jeton n'est pas celle de ce certificat.",
            code="cle-autre-certificat",
            expected=f"la clé de {self.certificate.subject.rfc4514_string()}",
            received="une autre clé",
            next_step="choisissez la clé engendrée avec la demande de ce certificat",
        )


@dataclass
class _Login:
    """A token's only open session here. PKCS#11 logs in per process: a second login fails, and closing any session
    of python-pkcs11 logs every other one out."""

    place: tuple[str, str]
    session: pkcs11.Session
    proof: bytes
    users: int = 1


_logins: dict[tuple[str, str], _Login] = {}
_SALT = secrets.token_bytes(16)


def _log_in(module_path: str, token_label: str, pin: str) -> _Login:
    """Called under the lock. The code is asked of every signer, even when the token is already open."""
    place = (module_path, token_label)
    proof = hashlib.scrypt(pin.encode(), salt=_SALT, n=2**12, r=8, p=1)
    login = _logins.get(place)
    if login is None:
        session = pkcs11.lib(module_path).get_token(token_label=token_label).open(user_pin=pin)
        login = _logins[place] = _Login(place, session, proof)
        return login
    if not hmac.compare_digest(login.proof, proof):
        raise PinIncorrect
    login.users += 1
    return login


def _log_out(login: _Login) -> None:
    """Called under the lock."""
    login.users -= 1
    if login.users == 0:
        del _logins[login.place]
        login.session.close()


@contextmanager
def _token_calls() -> Iterator[None]:
    """The lock, and refusals in place of the binding's exceptions (which say nothing; some hold arguments)."""
    with MODULE_LOCK:
        try:
            yield
        except (PKCS11Error, RuntimeError) as error:  # RuntimeError: the module cannot be loaded
            raise _refusal(error) from None
        finally:
            forget_openssl_errors()


def forget_openssl_errors() -> None:
    """Empty this thread's queue: what `ssl` does when it refuses a list of suites, the only public way to it (8 µs)."""
    with suppress(ssl.SSLError):
        _NO_CONNECTION.set_ciphers("none of that name")


def _refusal(error: Exception) -> CertificateMisuse:
    found = (entry[1:] for entry in _REFUSALS if isinstance(error, entry[0]))
    code, message, next_step = next(found, _OTHER)
    return CertificateMisuse(
        message,
        code=code,
        expected="un jeton PKCS#11 ouvert, une clé RSA privée",
        received=type(error).__name__,
        reference="PKCS#11 v2.40",
        next_step=next_step,
    )
