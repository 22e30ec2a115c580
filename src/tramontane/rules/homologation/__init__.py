"""How a hospital homologates itself against a référentiel: levels, proofs, réserves, gates, decision, term, renewal."""

from tramontane.rules.homologation.contract import CONTRACT_MONTHS, ContractFacts, ContractState, term_objection
from tramontane.rules.homologation.dossier import DossierFacts, ExigenceFacts, ExigenceState, SittingFacts
from tramontane.rules.homologation.evidence import Evidence, EvidenceKind, Freshness
from tramontane.rules.homologation.gates import Gate, GateName, Obstacle, gate
from tramontane.rules.homologation.homologation import (
    EXPIRING_MONTHS,
    HomologationState,
    Term,
    duration_advice,
    duration_objection,
)
from tramontane.rules.homologation.levels import Assessment, Level, Objection, levels_for, objections
from tramontane.rules.homologation.months import add_months, months_between
from tramontane.rules.homologation.pv import PvFacts, PvWords, mention, pv_words
from tramontane.rules.homologation.readiness import Readiness, Step, readiness
from tramontane.rules.homologation.reminders import LEADS, Deadline, PlannedReminder, ReminderKind, plan
from tramontane.rules.homologation.reserves import (
    Action,
    ActionState,
    Reserve,
    ReserveState,
    carried,
    reserve_needed,
    reserve_objection,
)
from tramontane.rules.homologation.review import Remark, Severity, review
from tramontane.rules.homologation.states import (
    ASSESSABLE,
    BEFORE_COMMISSION,
    PLANNABLE,
    UNDER_WAY,
    DossierState,
    ForbiddenMove,
    Move,
    Transition,
    cross,
    lift_objection,
    moves,
    transition,
)
from tramontane.rules.homologation.triggers import Fingerprint, Trigger, TriggerKind, triggers

__all__ = [
    "ASSESSABLE", "BEFORE_COMMISSION", "CONTRACT_MONTHS", "EXPIRING_MONTHS", "LEADS", "PLANNABLE", "UNDER_WAY",
    "Action", "ActionState", "Assessment", "ContractFacts", "ContractState", "Deadline", "DossierFacts",
    "DossierState", "Evidence", "EvidenceKind", "ExigenceFacts", "ExigenceState", "Fingerprint", "ForbiddenMove",
    "Freshness", "Gate", "GateName", "HomologationState", "Level", "Move", "Objection", "Obstacle", "PlannedReminder",
    "PvFacts", "PvWords", "Readiness", "Remark", "ReminderKind", "Reserve", "ReserveState", "Severity", "SittingFacts",
    "Step", "Term", "Transition", "Trigger", "TriggerKind", "add_months", "carried", "cross", "duration_advice",
    "duration_objection", "gate", "levels_for", "lift_objection", "mention", "months_between", "moves", "objections", "plan", "pv_words",
    "readiness", "reserve_needed", "reserve_objection", "review", "term_objection", "transition", "triggers",
]  # fmt: skip
