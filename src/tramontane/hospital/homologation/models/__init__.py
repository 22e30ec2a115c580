"""What the homologation workspace keeps.

    editions     the référentiels as a dossier was pinned to them                     append-only
    dossiers     one homologation under way or past: state, sections of the support
    assessments  the level of each exigence, and what people say of it
    evidence     proofs and their revisions; a collected proof is a revision with an outcome
    reserves     réserves and their actions
    commission   a sitting, its members, and what it judges of each dossier
    rgpd         register and AIPD: what is kept beside a signed PV
    homologations  the snapshot the signature freezes, and what ended it              append-only

Kept elsewhere, in modules of their own beside these: the documents and their signature reports, the register of record
systems, the contract file, reminders. They point here; nothing here points at them. Rows are changed by `services` only;
the pure rules are in `tramontane.rules.homologation`.
"""

from tramontane.hospital.homologation.models.assessments import Assessment, Comment
from tramontane.hospital.homologation.models.commission import Judgement, Member, Opinion, Sitting
from tramontane.hospital.homologation.models.dossiers import Dossier, SupportSection
from tramontane.hospital.homologation.models.editions import Edition
from tramontane.hospital.homologation.models.evidence import Evidence, EvidenceLink, EvidenceRevision
from tramontane.hospital.homologation.models.homologations import Ending, Homologation
from tramontane.hospital.homologation.models.reserves import Action, Reserve
from tramontane.hospital.homologation.models.rgpd import RgpdItem

__all__ = [
    "Action", "Assessment", "Comment", "Dossier", "Edition", "Ending", "Evidence", "EvidenceLink", "EvidenceRevision",
    "Homologation", "Judgement", "Member", "Opinion", "Reserve", "RgpdItem", "Sitting", "SupportSection",
]  # fmt: skip

# Tables whose rows are only ever added: database triggers refuse the rest (traces.append_only).
APPEND_ONLY = (
    "homologation_edition",
    "homologation_evidencerevision",
    "homologation_homologation",
    "homologation_ending",
)
