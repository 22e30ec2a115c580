"""One row of the table of access conditions, and the words its columns are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access.facts import AccessFacts


class Purpose(StrEnum):
    """The call about to be made."""

    STATUS = "TD0.2"
    AUTHORISE = "TD0.3"
    LIST = "TD3.1"
    RETRIEVE = "TD3.2"


class Solver(StrEnum):
    """Who can lift a refusal."""

    PROFESSIONNEL = "vous"
    PATIENT = "le patient"
    IDENTITOVIGILANCE = "la cellule d'identitovigilance"
    ADMINISTRATEUR = "l'administrateur des comptes et habilitations"
    INFORMATIQUE = "le service informatique"
    DIRECTION = "la direction de l'établissement"


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the table.

    Attributes:
        code: stable identifier of its failure.
        holds: pure test over the facts. Rows that depend on an absent fact hold: another row says it is absent.
        sentence, reference, next_step, solver: what the professional reads when it fails.
        purposes: the calls it precedes.
        modes: the access modes where it applies.
        blocking: False for a warning.
    """

    code: str
    holds: Callable[[AccessFacts], bool]
    sentence: str
    reference: str
    next_step: str
    solver: Solver
    purposes: frozenset[Purpose] = frozenset(Purpose)
    modes: frozenset[AccessMode] = frozenset(AccessMode)
    blocking: bool = True


READING = frozenset({Purpose.LIST, Purpose.RETRIEVE})
AFTER_STATUS = frozenset(Purpose) - {Purpose.STATUS}
NORMAL = frozenset({AccessMode.NORMAL})
BRIS_DE_GLACE = frozenset({AccessMode.BRIS_DE_GLACE})
CENTRE_15 = frozenset({AccessMode.CENTRE_15})
EMERGENCIES = BRIS_DE_GLACE | CENTRE_15
