"""What a SOAP fault means for the user: one sentence for each code (EX_GEN-1145), the code verbatim beside it."""

from __future__ import annotations

from collections.abc import Mapping

from tramontane.dmp.errors import SoapFault
from tramontane.dmp.soap.envelope import Envelope
from tramontane.dmp.soap.fault import Fault

Sentence = tuple[str, str]
"""What happened, and what to do next; both in French."""

FAULT_SENTENCES: Mapping[str, Sentence] = {
    "DMPInvalidCertificate": (
        "Le SI-DMP refuse le certificat qui a signé le VIHF.",
        "vérifiez que le VIHF est signé par le certificat de signature (cachet) et non par celui d'authentification",
    ),
    "DMPAccessDeniedByRightsService": (
        "Le SI-DMP refuse cet accès : les droits du professionnel ne le permettent pas.",
        "vérifiez la profession, le mode d'accès, l'autorisation du patient et le contrat AIR simplifié du site",
    ),
    "MessageAddressingHeaderRequired": (
        "Le SI-DMP n'a pas trouvé un en-tête WS-Addressing obligatoire.",
        "signalez ce défaut à l'éditeur du logiciel",
    ),
    "MustUnderstand": (
        "Le SI-DMP ne connaît pas un en-tête SOAP obligatoire du message.",
        "signalez ce défaut à l'éditeur du logiciel",
    ),
    "VersionMismatch": (
        "Le SI-DMP n'accepte pas cette version de SOAP.",
        "signalez ce défaut à l'éditeur du logiciel",
    ),
}

_BY_SIDE: Mapping[str, Sentence] = {
    "soap:Receiver": ("Le SI-DMP n'a pas pu traiter la demande.", "réessayez plus tard"),
}
_OTHERWISE: Sentence = (
    "Le SI-DMP a refusé la demande.",
    "lisez le motif du SI-DMP et transmettez-le à l'assistance s'il persiste",
)


def raise_for_fault(envelope: Envelope, sentences: Mapping[str, Sentence] = FAULT_SENTENCES) -> None:
    """Do nothing when the message is not a fault.

    Raises:
        SoapFault: the fault, its code and reason verbatim.
    """
    if envelope.fault is not None:
        raise refusal(envelope.fault, sentences)


def refusal(fault: Fault, sentences: Mapping[str, Sentence] = FAULT_SENTENCES) -> SoapFault:
    """The error that tells this fault."""
    message, next_step = sentences.get(fault.name) or _BY_SIDE.get(fault.code, _OTHERWISE)
    return SoapFault(
        message,
        remote_code=fault.name,
        remote_text=fault.reason,
        received=f"{fault.name} — {fault.reason}" if fault.reason else fault.name,
        reference="SOAP 1.2 partie 1, §5.4 ; EX_GEN-1145",
        next_step=next_step,
    )
