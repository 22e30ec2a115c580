"""From rows to the values the rules judge."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.homologation import models
from tramontane.hospital.homologation.models import Dossier, EvidenceRevision, Judgement
from tramontane.hospital.homologation.selectors import homologations
from tramontane.hospital.homologation.selectors.dossiers import judgement_of, referentiel_of
from tramontane.rules.homologation import (
    Action,
    ActionState,
    Assessment,
    DossierFacts,
    DossierState,
    Evidence,
    EvidenceKind,
    ExigenceFacts,
    Level,
    Reserve,
    SittingFacts,
)

PARIS = ZoneInfo("Europe/Paris")
HEADS = frozenset({models.Member.Role.HEAD, models.Member.Role.DEPUTY})
_DECIDED = frozenset({DossierState.DECIDED, DossierState.HOMOLOGATED})


def facts(dossier: Dossier, today: date) -> DossierFacts:
    """Everything the rules need of a dossier on a day. A handful of queries, whatever the number of exigences."""
    referentiel = referentiel_of(dossier.edition)
    assessments = {row.exigence: row for row in dossier.assessments.all()}
    reserves = {row.exigence: row for row in dossier.reserves.prefetch_related("actions")}
    proofs = evidence_of(dossier)
    judgement = judgement_of(dossier)
    return DossierFacts(
        referentiel=referentiel,
        today=today,
        lines=tuple(
            ExigenceFacts(
                exigence,
                assessment_value(assessments.get(exigence.id)),
                tuple(evidence_value(row) for row in proofs.get(exigence.id, ())),
                reserve_value(reserves.get(exigence.id)),
            )
            for exigence in referentiel.exigences
        ),
        support=frozenset(row.key for row in dossier.sections.all() if row.text.strip()),
        sitting=sitting_value(judgement) if judgement else None,
        decided=DossierState(dossier.state) in _DECIDED,
        signed=homologations.in_force(dossier.legal_entity, dossier.referentiel, today) is not None,
    )


def evidence_of(dossier: Dossier) -> dict[str, list[EvidenceRevision]]:
    """The last revision of each proof, under the exigences it serves."""
    links = list(dossier.evidence_links.values_list("exigence", "evidence_id"))
    last: dict[int, EvidenceRevision] = {}
    rows = EvidenceRevision.objects.filter(evidence__in={proof for _, proof in links}).select_related("evidence")
    for row in rows.order_by("number"):
        last[row.evidence_id] = row
    found: dict[str, list[EvidenceRevision]] = defaultdict(list)
    for exigence, proof in links:
        if proof in last:
            found[exigence].append(last[proof])
    return found


def assessment_value(row: models.Assessment | None) -> Assessment:
    """What is declared; not assessed before the first answer."""
    if row is None:
        return Assessment()
    return Assessment(
        Level(row.level), row.perimeter, row.steps, row.calendar, row.reason, tuple(row.stakeholders), row.owner
    )


def evidence_value(row: EvidenceRevision) -> Evidence:
    """A revision as the rules weigh it."""
    outcome = Outcome(row.outcome) if row.outcome else None
    return Evidence(row.evidence.title, EvidenceKind(row.evidence.kind), row.starts, row.ends, row.sha256, outcome)


def reserve_value(row: models.Reserve | None) -> Reserve | None:
    """A réserve with its actions."""
    if row is None:
        return None
    actions = tuple(Action(one.title, one.owner, one.due, ActionState(one.state)) for one in row.actions.all())
    return Reserve(row.text, row.due, row.lifted_on, actions)


def sitting_value(judgement: Judgement) -> SittingFacts:
    """The commission as it stands."""
    members = list(judgement.sitting.members.all())
    return SittingFacts(
        day=judgement.sitting.starts_at.astimezone(PARIS).date(),
        head_present=any(member.present and member.role in HEADS for member in members),
        attendance_known=bool(members) and all(member.present is not None for member in members),
        risks=judgement.risks,
        opinions=judgement.opinions.count(),
    )
