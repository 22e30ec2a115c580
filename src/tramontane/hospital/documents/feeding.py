"""May this document be sent to the DMP? Facts in, every reason out. The same table draws the button and stops the call.

Feeding is the establishment's duty (CSP R. 1111-46 and s.), in the structure's name: it asks neither for two factors nor for the
notice, but for a patient whose INS is qualified and who did not oppose it on legitimate grounds (CSP L. 1111-15, R. 1111-47).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.rules.access import AccessFacts, CertificateState, InsStatus, Reason, Solver

UNQUALIFIED = "ins-non-qualifiee"
OPPOSED = "opposition-alimentation"


class FeedingRefusedError(Exception):
    """The establishment does not send: every reason."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class FeedingFacts:
    """What is judged.

    Attributes:
        access: the facts of the access rules; identity, RPPS and certificates are read in them.
        opposed: the patient opposes the feeding; `motive` is what she said.
        sendable: the file is of a kind that can be sent; `type_known`, its type belongs to JDV_J66.
    """

    access: AccessFacts
    opposed: bool
    motive: str
    sendable: bool
    type_known: bool


@dataclass(frozen=True, slots=True)
class _Condition:
    holds: Callable[[FeedingFacts], bool]
    reason: Callable[[FeedingFacts], Reason]


def reasons_of(facts: FeedingFacts) -> tuple[Reason, ...]:
    """Why not, in the order of the table; empty when the document may go."""
    return tuple(condition.reason(facts) for condition in _CONDITIONS if not condition.holds(facts))


def _always(
    code: str, sentence: str, reference: str, next_step: str, *, solver: Solver
) -> Callable[[FeedingFacts], Reason]:
    reason = Reason(code, sentence, reference, next_step, solver)
    return lambda _facts: reason


def _opposition(facts: FeedingFacts) -> Reason:
    said = f" Motif : {facts.motive}" if facts.motive else ""
    return Reason(
        OPPOSED,
        f"Le patient s’oppose à l’alimentation de son DMP.{said}",
        "CSP L. 1111-15, R. 1111-47",
        "Rien n’est envoyé tant qu’il ne lève pas son opposition.",
        Solver.PATIENT,
    )


_CONDITIONS = (
    _Condition(lambda facts: not facts.opposed, _opposition),
    _Condition(
        lambda facts: facts.access.ins is not None and facts.access.ins_status is InsStatus.QUALIFIEE,
        _always(
            UNQUALIFIED,
            "L’INS de ce patient n’est pas qualifiée.",
            "Référentiel INS ; EX_GEN-1255",
            "Faites qualifier l’identité, puis relancez l’envoi.",
            solver=Solver.IDENTITOVIGILANCE,
        ),
    ),
    _Condition(
        lambda facts: facts.access.rpps is not None,
        _always(
            "rpps-absent",
            "Le compte qui envoie n’a pas de numéro RPPS.",
            "EX_AIR-020",
            "Faites renseigner le RPPS du compte.",
            solver=Solver.ADMINISTRATEUR,
        ),
    ),
    _Condition(
        lambda facts: facts.access.certificates in (CertificateState.VALID, CertificateState.EXPIRING),
        _always(
            "certificat-indisponible",
            "Les certificats de l’établissement ne permettent pas l’envoi.",
            "EX_AIR-080",
            "Prévenez le service informatique.",
            solver=Solver.INFORMATIQUE,
        ),
    ),
    _Condition(
        lambda facts: facts.type_known,
        _always(
            "type-inconnu",
            "Le type de ce document n’est pas un type du DMP.",
            "JDV_J66",
            "Corrigez le type dans le logiciel qui a produit le document.",
            solver=Solver.PROFESSIONNEL,
        ),
    ),
    _Condition(
        lambda facts: facts.sendable,
        _always(
            "format-non-transmissible",
            "Ce format de fichier ne s’envoie pas : seuls le PDF, le texte et le CDA le peuvent.",
            "CI-SIS, volet de structuration minimale",
            "Produisez le document en PDF.",
            solver=Solver.PROFESSIONNEL,
        ),
    ),
)
