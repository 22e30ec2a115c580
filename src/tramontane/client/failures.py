"""Turn what the network libraries raise into errors that say the phase and what to do. Never a secret in them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from tramontane.client.errors import (
    CircuitOpen,
    DeadlineExceeded,
    Phase,
    ServiceUnavailable,
    TlsRefused,
    TransportError,
)
from tramontane.dmp.errors import MalformedMessage

_ADVICE = {
    Phase.RESOLUTION: "vérifiez le nom du serveur dans la configuration et le DNS de l'établissement",
    Phase.CONNECTION: "vérifiez que le pare-feu laisse sortir vers ce serveur et que le service est ouvert",
    Phase.TLS: "vérifiez le certificat d'authentification, les autorités et les CRL configurés",
    Phase.SENDING: "réessayez ; si l'échec dure, signalez-le au support du DMP",
    Phase.WAITING: "réessayez ; si l'échec dure, signalez-le au support du DMP",
    Phase.READING: "réessayez ; si l'échec dure, signalez-le au support du DMP",
}
_AFTER_TLS = frozenset({Phase.SENDING, Phase.WAITING})
_MAYBE_CERTIFICATE = " ; un serveur qui refuse notre certificat peut couper ainsi : vérifiez-le aussi"
_RELAY_STATUSES = frozenset({502, 503, 504})
_MESSAGE_TYPES = ("application/soap+xml", "multipart/related", "text/xml", "application/xml")


def transport_error(phase: Phase, error: BaseException, *, new_connection: bool) -> TransportError:
    """The error for what aiohttp or the operating system raised during `phase`.

    In TLS 1.3 the server reads our certificate after the handshake is over for us: a server that cuts a new
    connection without an alert may be refusing it, and the advice says so.
    """
    # aiohttp's certificate errors are SSLError by inheritance only: the innermost one is OpenSSL's.
    tls = [cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)]
    if tls and (phase is Phase.TLS or _is_alert(tls[-1])):
        return _tls_refused(tls[-1])
    return TransportError(
        f"L'échange avec le DMP a échoué (phase : {phase.value}).",
        phase=phase,
        code=f"transport-{phase.name.lower()}",
        received=_describe(error),
        next_step=_ADVICE[phase] + (_MAYBE_CERTIFICATE if new_connection and phase in _AFTER_TLS else ""),
    )


def deadline_exceeded(phase: Phase, seconds: float) -> DeadlineExceeded:
    """The error for a call that used up its time during `phase`."""
    return DeadlineExceeded(
        f"Le DMP n'a pas répondu à temps (phase : {phase.value}).",
        phase=phase,
        expected=f"une réponse complète en {max(seconds, 0):.3g} s",
        received="rien de complet",
        next_step=_ADVICE[phase],
    )


def circuit_open(last_failure: Phase) -> CircuitOpen:
    """The error for a call that is not even tried."""
    return CircuitOpen(
        "Le DMP ne répond plus : les appels sont suspendus quelques instants.",
        phase=last_failure,
        received=f"plusieurs échecs de suite (phase du dernier : {last_failure.value})",
        next_step="attendez la reprise automatique ; consultez l'état du service DMP",
    )


def refuse_relay(status: int, content_type: str) -> None:
    """Raises ServiceUnavailable when a relay answered instead of the DMP; the DMP's own faults are SOAP."""
    if status in _RELAY_STATUSES and not content_type.startswith(_MESSAGE_TYPES):
        raise ServiceUnavailable(
            "Le service DMP n'est pas disponible : un relais a répondu à sa place.",
            phase=Phase.WAITING,
            expected="une réponse SOAP",
            received=f"HTTP {status}",
            next_step="réessayez plus tard ; consultez l'état du service DMP",
        )


def refuse_encoding(encoding: str) -> None:
    """Raises MalformedMessage for a compressed answer: none was asked for, and it could be a bomb."""
    if encoding.lower() != "identity":
        raise MalformedMessage(
            "La réponse est compressée alors que rien ne le demandait.",
            code="http-encodage",
            expected="Content-Encoding absent",
            received=encoding[:40],
            reference="RFC 9110 §12.5.3",
            next_step="signalez-le au support du DMP",
        )


def _tls_refused(error: ssl.SSLError) -> TlsRefused:
    """OpenSSL's own words, which name no secret: `certificate revoked`, `unable to get certificate CRL`…"""
    theirs = _is_alert(error)
    reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "erreur TLS"
    return TlsRefused(
        "Le serveur a refusé notre connexion TLS."
        if theirs
        else "Le certificat du serveur ou sa négociation TLS est refusé.",
        phase=Phase.TLS,
        expected="un certificat AUTH_CLI admis par le serveur"
        if theirs
        else "un serveur que nos autorités et CRL valident",
        received=reason,
        next_step=_ADVICE[Phase.TLS],
    )


def _is_alert(error: ssl.SSLError) -> bool:
    """The refusal is the peer's: it sent an alert (in TLS 1.3, after the handshake is over on our side)."""
    return "ALERT" in (getattr(error, "reason", "") or "")


def _describe(error: BaseException) -> str:
    root = list(_causes(error))[-1]
    detail = root.strerror if isinstance(root, OSError) else ""
    return f"{type(root).__name__} : {detail}" if detail else type(root).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or getattr(current, "os_error", None) or current.__context__
