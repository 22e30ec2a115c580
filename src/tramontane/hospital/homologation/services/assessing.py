"""Declaring the level of an exigence, commenting it, writing the support."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.homologation.models import Assessment, Comment, Dossier, SupportSection
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.facts import assessment_value
from tramontane.hospital.homologation.services.errors import OutdatedError, RefusedError
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules import homologation as rules
from tramontane.rules.homologation import ASSESSABLE, PLANNABLE


@transaction.atomic
def assess(dossier: Dossier, exigence_id: str, said: rules.Assessment, *, after: int, actor: Actor) -> Assessment:
    """Record what is declared of an exigence. What is declared already, as a button pressed twice asks it, is not written
    again.

    Args:
        after: revision of the assessment the author looked at (0: none yet).

    Raises:
        RefusedError: the level is not admitted, or is said without what it needs.
        OutdatedError: somebody assessed the exigence since.
        ForbiddenMove: the self-assessment is over.
        KeyError: no such exigence.
    """
    row = taken(dossier, ASSESSABLE, "modifier une évaluation")
    referentiel = referentiel_of(row.edition)
    exigence = referentiel.by_key[f"{referentiel.id}:{exigence_id}"]
    wrong = rules.objections(referentiel, exigence, said)
    if wrong:
        raise RefusedError(wrong)
    kept, _ = Assessment.objects.get_or_create(
        dossier=row, exigence=exigence_id, defaults={"updated_at": clock.now(), "updated_by_id": actor.account_id}
    )
    if kept.revision and assessment_value(kept) == said:
        return kept
    if kept.revision != after:
        raise OutdatedError
    before = rules.Level(kept.level)
    for name, value in (asdict(said) | {"stakeholders": list(said.stakeholders)}).items():
        setattr(kept, name, value)
    kept.revision += 1
    kept.updated_at, kept.updated_by_id = clock.now(), actor.account_id
    kept.save()
    trace(
        row,
        "homologation.evaluation",
        actor,
        exigence=exigence.libelle,
        exigence_id=exigence_id,
        level=said.level.label,
        before=before.label,
    )
    return kept


@transaction.atomic
def comment(dossier: Dossier, exigence_id: str, text: str, *, author: Account, actor: Actor) -> Comment:
    """Say something about an exigence, whatever the state of the dossier. What its author just said is said once.

    Raises:
        KeyError: no such exigence.
    """
    referentiel = referentiel_of(dossier.edition)
    exigence = referentiel.by_key[f"{referentiel.id}:{exigence_id}"]
    Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
    last = Comment.objects.filter(dossier=dossier, exigence=exigence_id).order_by("-pk").first()
    if last is not None and (last.text, last.written_by_id) == (text.strip(), author.pk):
        return last
    row = Comment.objects.create(
        dossier=dossier, exigence=exigence_id, text=text.strip(), written_at=clock.now(), written_by=author
    )
    trace(dossier, "homologation.commentaire", actor, exigence=exigence.libelle, exigence_id=exigence_id)
    return row


@transaction.atomic
def write_section(
    dossier: Dossier, key: str, text: str, *, actor: Actor, seen: str | None = None
) -> SupportSection | None:
    """Write one part of the support documentaire; after the signature too: then it is a trigger of renewal.

    Args:
        seen: `updated_at` of the part the author looked at, in ISO 8601; empty: it was not written; None: not compared.

    Returns:
        The part; None when the text is the one already kept.

    Raises:
        OutdatedError: somebody wrote the part since.
        KeyError: no such part, or one that is computed.
        ForbiddenMove: the dossier is over.
    """
    row = taken(dossier, PLANNABLE | {rules.DossierState.HOMOLOGATED}, "modifier le support documentaire")
    sections = {one.cle: one for one in referentiel_of(row.edition).regles.support if not one.calculee}
    title = sections[key].titre
    kept = row.sections.filter(key=key).first()
    text = _lines(text)
    if text == (_lines(kept.text) if kept else ""):
        return None
    if seen not in (None, kept.updated_at.isoformat() if kept else ""):
        raise OutdatedError
    section, _ = SupportSection.objects.update_or_create(
        dossier=row,
        key=key,
        defaults={"text": text, "updated_at": clock.now(), "updated_by_id": actor.account_id},
    )
    trace(row, "homologation.support", actor, section=title)
    return section


def _lines(text: str) -> str:
    """A text as it is kept: a browser sends its line ends in another form than it was given, and nothing has changed."""
    return text.replace("\r\n", "\n").strip()
