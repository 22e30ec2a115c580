"""What goes wrong between us and the peer, with the phase where it did."""

from __future__ import annotations

from enum import StrEnum

from tramontane.dmp.errors import TramontaneError


class Phase(StrEnum):
    """Where a call is, in order."""

    RESOLUTION = "résolution du nom"
    CONNECTION = "connexion"
    TLS = "négociation TLS"
    SENDING = "envoi"
    WAITING = "attente de la réponse"
    READING = "lecture de la réponse"


class TransportError(TramontaneError):
    """The network failed: no usable answer came back.

    Attributes:
        phase: where the call was.
        sent: False when the peer cannot have received the request: it then certainly did nothing.
    """

    code = "transport"

    def __init__(self, message: str, *, phase: Phase, **details: str) -> None:
        super().__init__(message, **details)
        self.phase = phase

    @property
    def sent(self) -> bool:
        return self.phase not in {Phase.RESOLUTION, Phase.CONNECTION, Phase.TLS}


class DeadlineExceeded(TransportError):
    """The call used up its time."""

    code = "delai-depasse"


class TlsRefused(TransportError):
    """One side refused the other's certificate, or no common protocol was found. Trying again changes nothing."""

    code = "tls-refuse"


class AnswerTooLarge(TransportError):
    """The answer exceeds the configured size."""

    code = "reponse-trop-grosse"


class ServiceUnavailable(TransportError):
    """A relay in front of the DMP answered in its place (HTTP 502, 503, 504)."""

    code = "service-indisponible"


class CircuitOpen(TransportError):
    """Nothing was sent: the last calls all failed, the next one waits. `phase` is where the last one failed."""

    code = "circuit-ouvert"

    @property
    def sent(self) -> bool:
        return False


class ClientClosed(TramontaneError):
    """The client was closed, or its thread did not survive a fork into this process."""

    code = "client-ferme"
