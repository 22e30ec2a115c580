"""What a new dossier takes over from the one before: answers, proofs, support, réserves still open."""

from __future__ import annotations

from django.forms.models import model_to_dict

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import (
    Action,
    Assessment,
    Dossier,
    EvidenceLink,
    Reserve,
    SupportSection,
)
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.rules.homologation import Level
from tramontane.rules.referentiels import difference


def carry_over(previous: Dossier, dossier: Dossier) -> None:
    """Copy what still says something. An exigence whose demand changed is to be assessed again: its level is not kept."""
    before, after = referentiel_of(previous.edition), referentiel_of(dossier.edition)
    kept = {exigence.id for exigence in after.exigences}
    changed = {change.after.id for change in difference(before, after) if change.reassess and change.after}
    for row in previous.assessments.filter(exigence__in=kept):
        level = Level.NOT_ASSESSED.value if row.exigence in changed else row.level
        _copy(Assessment, row, dossier, level=level, revision=0, updated_at=clock.now(), updated_by=row.updated_by)
    for link in previous.evidence_links.filter(exigence__in=kept, evidence__withdrawal=None):
        EvidenceLink.objects.create(dossier=dossier, evidence=link.evidence, exigence=link.exigence)
    sections = {section.cle for section in after.regles.support}
    for section in previous.sections.filter(key__in=sections):
        _copy(SupportSection, section, dossier, updated_at=section.updated_at, updated_by=section.updated_by)
    for reserve in previous.reserves.filter(lifted_on=None, exigence__in=kept).prefetch_related("actions"):
        _copy_reserve(reserve, dossier)


def _copy_reserve(reserve: Reserve, dossier: Dossier) -> None:
    copy = Reserve.objects.create(
        dossier=dossier,
        exigence=reserve.exigence,
        text=reserve.text,
        due=reserve.due,
        created_at=reserve.created_at,
        created_by=reserve.created_by,
    )
    Action.objects.bulk_create(
        Action(
            reserve=copy,
            title=action.title,
            owner=action.owner,
            due=action.due,
            state=action.state,
            updated_at=action.updated_at,
        )
        for action in reserve.actions.all()
    )


def _copy(
    kind: type[Assessment] | type[SupportSection], row: Assessment | SupportSection, dossier: Dossier, **changes: object
) -> None:
    values = model_to_dict(row, exclude=["id", "dossier", *changes])
    kind.objects.create(dossier=dossier, **values, **changes)
