"""The wire form of a refusal (protocol §6): the first failed verdict decides; the operator keeps them all.

Where the code of the real system was never seen, the fault has no subcode: see docs/reference/differences.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from tramontane.dmp import soap
from tramontane.dmp.transactions import td3_2
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national.services.context import Reply

SENDER, RECEIVER = "soap:Sender", "soap:Receiver"
ACCESS_DENIED = "soap:DMPAccessDeniedByRightsService"
# Quoted texts, by verdict code: (subcode, reason).
_QUOTED = {
    "adressage": (
        "wsa:MessageAddressingHeaderRequired",
        "A required header representing a Message Addressing Property is not present",
    ),
    "vihf-certificat-usage": (
        "soap:DMPInvalidCertificate",
        "Le certificat ayant signé le VIHF est invalide : Not a valid signature certificate",
    ),
    "vihf-specialite": ("", "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins..."),
    "structure": ("", "Erreur d'authentification de la personne morale"),
}
_NOT_LINKED = "PS et Structure non liés"
# From the white list on, a refusal is one of the rights service.
_FIRST_RIGHT = 6


def first_failure(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict that refuses: the first failed one, in the order of the checks."""
    return next((verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED), None)


def fault_for(verdict: Verdict) -> soap.Fault:
    """The SOAP fault of a failed verdict."""
    if verdict.code in _QUOTED:
        subcode, reason = _QUOTED[verdict.code]
        return soap.Fault(SENDER, subcode, reason)
    if _NOT_LINKED in verdict.received:
        return soap.Fault(SENDER, ACCESS_DENIED, _NOT_LINKED)
    return soap.Fault(SENDER, ACCESS_DENIED if verdict.step >= _FIRST_RIGHT else "", _sentence(verdict))


def _sentence(verdict: Verdict) -> str:
    received = f" Reçu : {verdict.received}." if verdict.received else ""
    return f"Condition non remplie : {verdict.title.rstrip('.')}.{received}"


def fault_reply(fault: soap.Fault, *, message_id: str, relates_to: str, multipart: bool = False) -> Reply:
    """The answer that carries a fault; TD3.2 answers in MTOM even then. HTTP 500 for all, as Apache CXF does."""
    if multipart:
        content_type, body = td3_2.respond_fault(fault, message_id=message_id, relates_to=relates_to)
    else:
        content_type = soap.SOAP_CONTENT_TYPE
        body = soap.build_fault(fault, message_id=message_id, relates_to=relates_to)
    return Reply(content_type, body, len(body), status=500, code=fault.name)
