"""Réserves and actions: writing them, following them, lifting them with a proof."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Action, Assessment, Dossier, Evidence, Reserve
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services.errors import OutdatedError, RefusedError, refuse
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import (
    PLANNABLE,
    ActionState,
    DossierState,
    Level,
    Objection,
    lift_objection,
    reserve_objection,
)
from tramontane.rules.referentiels import Exigence

# A réserve is written before the decision; it is followed until it is lifted.
FOLLOWED = PLANNABLE | {DossierState.DECIDED, DossierState.HOMOLOGATED}


@transaction.atomic
def write_reserve(
    dossier: Dossier, exigence_id: str, text: str, due: date, *, actor: Actor, seen: str | None = None
) -> Reserve:
    """Write, or rewrite, the réserve of an exigence.

    Args:
        seen: `words_of` the réserve the author looked at; None: the caller compared it already.

    Raises:
        OutdatedError: somebody wrote it, changed it or removed it since.
        RefusedError: the exigence admits none (the blocking four never do), the text is empty, or it was lifted.
        ForbiddenMove: the commission has decided.
        KeyError: no such exigence.
    """
    row = taken(dossier, PLANNABLE, "écrire une réserve")
    exigence = _exigence(row, exigence_id)
    refuse("text", reserve_objection(referentiel_of(row.edition), exigence, _level(row, exigence_id)))
    before = row.reserves.filter(exigence=exigence_id).first()
    refuse(
        "text", "Cette réserve est levée : la retirer pour en écrire une autre." if before and before.lifted_on else ""
    )
    refuse("text", "" if text.strip() else "Écrire la réserve : elle figurera au procès-verbal.")
    if before is not None and (before.text, before.due) == (text.strip(), due):
        return before  # as it is already: a button pressed twice
    if seen not in (None, words_of(before)):
        raise OutdatedError
    kept = before or Reserve(dossier=row, exigence=exigence_id, created_at=clock.now(), created_by_id=actor.account_id)
    kept.text, kept.due = text.strip(), due
    kept.save()
    _traced(row, "homologation.reserve", exigence, actor, "modifiée" if before else "écrite")
    return kept


def words_of(reserve: Reserve | None) -> str:
    """What a réserve says, as a form carries it to tell whether somebody changed it meanwhile; empty: there is none."""
    return f"{reserve.due.isoformat()} {reserve.text}" if reserve else ""


@transaction.atomic
def remove_reserve(reserve: Reserve, *, actor: Actor) -> None:
    """A réserve written by mistake, before the commission decides.

    Raises:
        RefusedError: removed already.
        ForbiddenMove: the commission has decided.
    """
    row = taken(reserve.dossier, PLANNABLE, "retirer une réserve")
    kept = _kept(row, reserve)
    exigence = _exigence(row, kept.exigence)
    kept.delete()
    _traced(row, "homologation.reserve", exigence, actor, "retirée")


@transaction.atomic
def lift(reserve: Reserve, evidence: Evidence | None, *, on: date, actor: Actor) -> Reserve:
    """Lift a réserve, with what proves it.

    Raises:
        RefusedError: lifted or removed already, an exigence still declared not met, no proof, one withdrawn, or one of
            another establishment.
        ForbiddenMove: the dossier is over.
    """
    row = taken(reserve.dossier, FOLLOWED, "lever une réserve")
    kept = _kept(row, reserve)
    refuse("evidence", "Cette réserve est déjà levée, avec sa preuve." if kept.lifted_on else "")
    refuse("evidence", lift_objection(DossierState(row.state), _level(row, kept.exigence)))
    own = evidence is not None and usable(row.legal_entity).filter(pk=evidence.pk).exists()
    refuse("evidence", "" if own else "Une réserve se lève avec une preuve.")
    kept.lifted_on, kept.lifted_by_id, kept.lifted_with = on, actor.account_id, evidence
    kept.save(update_fields=["lifted_on", "lifted_by", "lifted_with"])
    _traced(row, "homologation.reserve", _exigence(row, kept.exigence), actor, "levée")
    return kept


@transaction.atomic
def plan(reserve: Reserve, title: str, owner: str, due: date, *, actor: Actor) -> Action:
    """Add an action to a réserve. The same one twice, as a button pressed twice asks it, is one action.

    Raises:
        RefusedError: without a title or an owner, or the réserve is lifted or removed.
        ForbiddenMove: the dossier is over.
    """
    row = taken(reserve.dossier, FOLLOWED, "prévoir une action")
    kept = _kept(row, reserve)
    refuse("title", "Cette réserve est levée : elle n’appelle plus d’action." if kept.lifted_on else "")
    refuse("title", "" if title.strip() else "Décrire l’action.")
    refuse("owner", "" if owner.strip() else "Nommer qui mène l’action.")
    said = {"title": title.strip(), "owner": owner.strip(), "due": due, "state": ActionState.PLANNED.value}
    action, created = kept.actions.get_or_create(**said, defaults={"updated_at": clock.now()})
    if created:
        _traced(row, "homologation.action", _exigence(row, kept.exigence), actor, "prévue")
    return action


@transaction.atomic
def revise(action: Action, state: ActionState, owner: str, due: date, *, seen: datetime, actor: Actor) -> Action:
    """Where an action stands, who leads it and for when, as one form says them.

    Args:
        seen: `updated_at` of the action the author looked at.

    Raises:
        OutdatedError: somebody changed it since.
        RefusedError, ForbiddenMove: as `entrust` and `follow`.
    """
    row = taken(action.reserve.dossier, FOLLOWED, "suivre une action")
    kept = _kept_action(row, action)
    if kept.updated_at != seen and (kept.state, kept.owner, kept.due) != (state.value, owner.strip(), due):
        raise OutdatedError
    entrust(kept, owner, due, actor=actor)
    return follow(kept, state, actor=actor)


@transaction.atomic
def follow(action: Action, state: ActionState, *, actor: Actor) -> Action:
    """Say where an action stands.

    Raises:
        RefusedError: removed meanwhile, with its réserve.
        ForbiddenMove: the dossier is over.
    """
    row = taken(action.reserve.dossier, FOLLOWED, "suivre une action")
    kept = _kept_action(row, action)
    if kept.state != state.value:
        kept.state, kept.updated_at = state.value, clock.now()
        kept.save(update_fields=["state", "updated_at"])
        _traced(row, "homologation.action", _exigence(row, kept.reserve.exigence), actor, state.label.casefold())
    return kept


@transaction.atomic
def entrust(action: Action, owner: str, due: date, *, actor: Actor) -> Action:
    """Give an action to somebody else, or another date. What it was stays in the journal.

    Raises:
        RefusedError: without an owner, or removed meanwhile, with its réserve.
        ForbiddenMove: the dossier is over.
    """
    row = taken(action.reserve.dossier, FOLLOWED, "confier une action")
    refuse("owner", "" if owner.strip() else "Nommer qui mène l’action.")
    kept = _kept_action(row, action)
    if (kept.owner, kept.due) != (owner.strip(), due):
        said = f"confiée à {owner.strip()} pour le {due:%d/%m/%Y} (avant : {kept.owner}, {kept.due:%d/%m/%Y})"
        kept.owner, kept.due, kept.updated_at = owner.strip(), due, clock.now()
        kept.save(update_fields=["owner", "due", "updated_at"])
        _traced(row, "homologation.action", _exigence(row, kept.reserve.exigence), actor, said)
    return kept


def _kept(dossier: Dossier, reserve: Reserve) -> Reserve:
    """The réserve as it is now that the dossier is held: a colleague may have changed it since it was read."""
    found = dossier.reserves.filter(pk=reserve.pk).first()
    if found is None:
        raise RefusedError([Objection("", "Cette réserve a été retirée entre-temps.")])
    return found


def _kept_action(dossier: Dossier, action: Action) -> Action:
    found = Action.objects.filter(pk=action.pk, reserve__dossier=dossier).select_related("reserve").first()
    if found is None:
        raise RefusedError([Objection("", "Cette action a été retirée entre-temps, avec sa réserve.")])
    return found


def _level(dossier: Dossier, exigence_id: str) -> Level:
    kept = Assessment.objects.filter(dossier=dossier, exigence=exigence_id).first()
    return Level(kept.level) if kept else Level.NOT_ASSESSED


def _exigence(dossier: Dossier, exigence_id: str) -> Exigence:
    referentiel = referentiel_of(dossier.edition)
    return referentiel.by_key[f"{referentiel.id}:{exigence_id}"]


def _traced(dossier: Dossier, code: str, exigence: Exigence, actor: Actor, move: str) -> None:
    trace(dossier, code, actor, exigence=exigence.libelle, exigence_id=exigence.id, move=move)
