"""Réserves and actions: writing them, following them, lifting them with a proof."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Action, Assessment, Dossier, Evidence, Reserve
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import PLANNABLE, ActionState, DossierState, Level, reserve_objection
from tramontane.rules.referentiels import Exigence

# A réserve is written before the decision; it is followed until it is lifted.
FOLLOWED = PLANNABLE | {DossierState.DECIDED, DossierState.HOMOLOGATED}


@transaction.atomic
def write_reserve(dossier: Dossier, exigence_id: str, text: str, due: date, *, actor: Actor) -> Reserve:
    """Write, or rewrite, the réserve of an exigence.

    Raises:
        RefusedError: the exigence admits none (the blocking four never do), or the text is empty.
        ForbiddenMove: the commission has decided.
        KeyError: no such exigence.
    """
    row = taken(dossier, PLANNABLE, "écrire une réserve")
    exigence = _exigence(row, exigence_id)
    kept = Assessment.objects.filter(dossier=row, exigence=exigence_id).first()
    level = Level(kept.level) if kept else Level.NOT_ASSESSED
    refuse("text", reserve_objection(referentiel_of(row.edition), exigence, level))
    refuse("text", "" if text.strip() else "Écrire la réserve : elle figurera au procès-verbal.")
    reserve, created = Reserve.objects.update_or_create(
        dossier=row,
        exigence=exigence_id,
        defaults={"text": text.strip(), "due": due},
        create_defaults={
            "text": text.strip(),
            "due": due,
            "created_at": clock.now(),
            "created_by_id": actor.account_id,
        },
    )
    _traced(row, "homologation.reserve", exigence, actor, "écrite" if created else "modifiée")
    return reserve


@transaction.atomic
def remove_reserve(reserve: Reserve, *, actor: Actor) -> None:
    """A réserve written by mistake, before the commission decides.

    Raises:
        ForbiddenMove: the commission has decided.
    """
    row = taken(reserve.dossier, PLANNABLE, "retirer une réserve")
    exigence = _exigence(row, reserve.exigence)
    reserve.delete()
    _traced(row, "homologation.reserve", exigence, actor, "retirée")


@transaction.atomic
def lift(reserve: Reserve, evidence: Evidence | None, *, on: date, actor: Actor) -> Reserve:
    """Lift a réserve, with what proves it.

    Raises:
        RefusedError: lifted already, no proof, one withdrawn, or one of another establishment.
        ForbiddenMove: the dossier is over.
    """
    row = taken(reserve.dossier, FOLLOWED, "lever une réserve")
    again = Reserve.objects.filter(pk=reserve.pk).exclude(lifted_on=None).exists()
    refuse("evidence", "Cette réserve est déjà levée, avec sa preuve." if again else "")
    own = evidence is not None and usable(row.legal_entity).filter(pk=evidence.pk).exists()
    refuse("evidence", "" if own else "Une réserve se lève avec une preuve.")
    reserve.lifted_on, reserve.lifted_by_id, reserve.lifted_with = on, actor.account_id, evidence
    reserve.save(update_fields=["lifted_on", "lifted_by", "lifted_with"])
    _traced(row, "homologation.reserve", _exigence(row, reserve.exigence), actor, "levée")
    return reserve


@transaction.atomic
def plan(reserve: Reserve, title: str, owner: str, due: date, *, actor: Actor) -> Action:
    """Add an action to a réserve.

    Raises:
        RefusedError: without a title or an owner.
        ForbiddenMove: the dossier is over.
    """
    row = taken(reserve.dossier, FOLLOWED, "prévoir une action")
    refuse("title", "" if title.strip() else "Décrire l’action.")
    refuse("owner", "" if owner.strip() else "Nommer qui mène l’action.")
    action = Action.objects.create(
        reserve=reserve, title=title.strip(), owner=owner.strip(), due=due, updated_at=clock.now()
    )
    _traced(row, "homologation.action", _exigence(row, reserve.exigence), actor, "prévue")
    return action


@transaction.atomic
def follow(action: Action, state: ActionState, *, actor: Actor) -> Action:
    """Say where an action stands.

    Raises:
        ForbiddenMove: the dossier is over.
    """
    row = taken(action.reserve.dossier, FOLLOWED, "suivre une action")
    if action.state == state.value:
        return action
    action.state, action.updated_at = state.value, clock.now()
    action.save(update_fields=["state", "updated_at"])
    _traced(row, "homologation.action", _exigence(row, action.reserve.exigence), actor, state.label.casefold())
    return action


@transaction.atomic
def entrust(action: Action, owner: str, due: date, *, actor: Actor) -> Action:
    """Give an action to somebody else, or another date. What it was stays in the journal.

    Raises:
        RefusedError: without an owner.
        ForbiddenMove: the dossier is over.
    """
    row = taken(action.reserve.dossier, FOLLOWED, "confier une action")
    refuse("owner", "" if owner.strip() else "Nommer qui mène l’action.")
    if (action.owner, action.due) != (owner.strip(), due):
        said = f"confiée à {owner.strip()} pour le {due:%d/%m/%Y} (avant : {action.owner}, {action.due:%d/%m/%Y})"
        action.owner, action.due, action.updated_at = owner.strip(), due, clock.now()
        action.save(update_fields=["owner", "due", "updated_at"])
        _traced(row, "homologation.action", _exigence(row, action.reserve.exigence), actor, said)
    return action


def _exigence(dossier: Dossier, exigence_id: str) -> Exigence:
    referentiel = referentiel_of(dossier.edition)
    return referentiel.by_key[f"{referentiel.id}:{exigence_id}"]


def _traced(dossier: Dossier, code: str, exigence: Exigence, actor: Actor, move: str) -> None:
    trace(dossier, code, actor, exigence=exigence.libelle, exigence_id=exigence.id, move=move)
