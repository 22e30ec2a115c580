"""What the homologation workspace keeps.

    editions     the référentiels as a dossier was pinned to them                     append-only
    dossiers     one homologation under way or past: state, sections of the support
    assessments  the level of each exigence, and what people say of it
    evidence     proofs, their revisions (append-only), withdrawals (append-only); a collected proof has an outcome
    reserves     réserves and their actions
    commission   a sitting, its members, and what it judges of each dossier
    rgpd         register and AIPD: what is kept beside a signed PV
    homologations  the snapshot the signature freezes, and what ended it              append-only
    systems      the register of record systems: versions (append-only), homologation, deployment
    collections  what collectors found in the application itself (append-only); what somebody asked of them
    contracts    regional contacts, AIR contract, suspensions and their papers (append-only)
    reminders    what comes due, raised once

Rows are changed by `services` only; the pure rules are in `tramontane.rules.homologation`.
"""

from tramontane.hospital.homologation.models.assessments import Assessment, Comment
from tramontane.hospital.homologation.models.collections import Collection, CollectionRun
from tramontane.hospital.homologation.models.commission import Judgement, Member, Opinion, Sitting
from tramontane.hospital.homologation.models.contracts import AirContract, RegionalContact, Suspension, SuspensionFile
from tramontane.hospital.homologation.models.dossiers import Dossier, SupportSection
from tramontane.hospital.homologation.models.editions import Edition
from tramontane.hospital.homologation.models.evidence import (
    Evidence,
    EvidenceLink,
    EvidenceRevision,
    EvidenceWithdrawal,
)
from tramontane.hospital.homologation.models.homologations import Ending, Homologation
from tramontane.hospital.homologation.models.reminders import Reminder
from tramontane.hospital.homologation.models.reserves import Action, Reserve
from tramontane.hospital.homologation.models.rgpd import RgpdItem
from tramontane.hospital.homologation.models.systems import Deployment, RegisteredSystem, SystemVersion

__all__ = [
    "Action", "AirContract", "Assessment", "Collection", "CollectionRun", "Comment", "Deployment", "Dossier", "Edition", "Ending",
    "Evidence", "EvidenceLink", "EvidenceRevision", "EvidenceWithdrawal", "Homologation", "Judgement", "Member", "Opinion",
    "RegionalContact", "RegisteredSystem", "Reminder", "Reserve", "RgpdItem", "Sitting", "SupportSection",
    "Suspension", "SuspensionFile", "SystemVersion",
]  # fmt: skip

# Tables whose rows are only ever added: database triggers refuse the rest (traces.append_only).
APPEND_ONLY = (
    "homologation_edition",
    "homologation_evidencerevision",
    "homologation_homologation",
    "homologation_ending",
)
# Created by a later migration than the tables above, which installs their triggers itself.
APPEND_ONLY_SINCE_REGISTERS = (
    "homologation_collection",
    "homologation_systemversion",
    "homologation_suspension",
)
# The same, of the one after.
APPEND_ONLY_SINCE_WITHDRAWALS = (
    "homologation_evidencewithdrawal",
    "homologation_suspensionfile",
)
