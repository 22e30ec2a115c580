"""Every error of the protocol library, with its code, its reference, and what to do next.

    TramontaneError
    ├── LocalError                we, or our caller, broke the protocol: nothing was sent
    │   ├── InvalidIdentifier     an INS, RPPS, FINESS, SIRET… that cannot exist
    │   ├── UnknownCode           a code outside its value set, on writing
    │   ├── InvalidMetadata       document metadata that the French profile forbids
    │   └── CertificateMisuse     a certificate or key used for what it is not made for
    └── RemoteError               the peer did
        ├── MalformedMessage      bytes that are not what the transaction says
        └── RemoteRefusal         a well-formed refusal, its code verbatim
            ├── SoapFault
            ├── AcknowledgementError   HL7 V3 AE/AR
            ├── ServiceStatusError     proprietary services: status other than DMPOk
            └── RegistryFailure        XDS: one or several RegistryError

Messages are written for the user, in French; `code` is stable and meant for programs.
"""

from __future__ import annotations


class TramontaneError(Exception):
    """Base of every error. Never raised itself.

    Attributes:
        code: stable identifier of the error, e.g. ``ins-cle`` (kebab-case, French terms of the field).
        expected: what was expected, in words; empty when there is nothing to compare.
        received: what was received, never a secret nor a patient trait.
        reference: the document and section that set the rule.
        next_step: what the reader can do about it.
    """

    code = "erreur"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        expected: str = "",
        received: str = "",
        reference: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.expected = expected
        self.received = received
        self.reference = reference
        self.next_step = next_step

    def explain(self) -> str:
        """The whole story in French: what failed, expected, received, reference, next step."""
        parts = [
            self.message,
            self.expected and f"Attendu : {self.expected}.",
            self.received and f"Reçu : {self.received}.",
            self.reference and f"Référence : {self.reference}.",
            self.next_step and f"À faire : {self.next_step}.",
        ]
        return " ".join(part for part in parts if part)


class LocalError(TramontaneError):
    """We, or our caller, broke the protocol. Nothing was sent."""

    code = "erreur-locale"


class InvalidIdentifier(LocalError):
    """An identifier that cannot exist."""

    code = "identifiant-invalide"


class UnknownCode(LocalError):
    """A code outside its value set, on writing."""

    code = "code-inconnu"


class InvalidMetadata(LocalError):
    """Document metadata that the French profile of XDS forbids."""

    code = "metadonnees-invalides"


class CertificateMisuse(LocalError):
    """A certificate or key used for what it is not made for."""

    code = "certificat-inadapte"


class RemoteError(TramontaneError):
    """The peer broke the protocol, or refused."""

    code = "erreur-distante"


class MalformedMessage(RemoteError):
    """Bytes that are not what the transaction says."""

    code = "message-malforme"


class RemoteRefusal(RemoteError):
    """A well-formed refusal. `remote_code` and `remote_text` are the peer's, verbatim."""

    code = "refus-distant"

    def __init__(self, message: str, *, remote_code: str, remote_text: str = "", **details: str) -> None:
        super().__init__(message, **details)
        self.remote_code = remote_code
        self.remote_text = remote_text


class SoapFault(RemoteRefusal):
    """A SOAP 1.2 fault."""

    code = "faute-soap"


class AcknowledgementError(RemoteRefusal):
    """An HL7 V3 acknowledgement AE or AR."""

    code = "acquittement-hl7"


class ServiceStatusError(RemoteRefusal):
    """A proprietary DMP service answered a status other than DMPOk."""

    code = "statut-service"


class RegistryFailure(RemoteRefusal):
    """An XDS failure. `errors` lists each RegistryError as (errorCode, codeContext, severity, location)."""

    code = "echec-registre"

    def __init__(
        self, message: str, *, errors: tuple[tuple[str, str, str, str], ...], remote_code: str, **details: str
    ) -> None:
        super().__init__(message, remote_code=remote_code, **details)
        self.errors = errors
