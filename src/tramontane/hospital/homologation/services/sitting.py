"""The commission: convening it, its members, its attendance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.models import Dossier, Judgement, Member, Sitting
from tramontane.hospital.homologation.selectors.homologations import legal_identifiers
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import advance
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import DossierState, ForbiddenMove, Move
from tramontane.rules.homologation.words import of


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where the commission sits."""

    starts_at: datetime
    minutes: int = 120
    place: str = ""


@transaction.atomic
def convene(dossiers: Sequence[Dossier], meeting: Meeting, *, actor: Actor) -> Sitting:
    """Open the commission of one or two dossiers, in one sitting: each will keep its own decision and PV.

    The members of the last sitting are invited again.

    Raises:
        ForbiddenMove: a dossier whose gate is shut, or that is not assessed.
        RefusedError: no dossier, or dossiers of two legal entities.
    """
    refuse("dossiers", "" if dossiers else "Choisir au moins un dossier à juger.")
    entities = {dossier.legal_entity_id for dossier in dossiers}
    refuse("dossiers", "" if len(entities) == 1 else "Une séance juge les dossiers d’un seul établissement.")
    entity = LegalEntity.objects.get(pk=entities.pop())
    last = Sitting.objects.filter(legal_entity=entity).order_by("-pk").first()
    sitting = Sitting.objects.create(
        legal_entity=entity,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        place=meeting.place.strip(),
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    for member in last.members.all() if last else ():
        Member.objects.create(sitting=sitting, role=member.role, name=member.name, email=member.email)
    for dossier in sorted(dossiers, key=lambda one: one.number):  # two people lock the same two in one order
        row = advance(dossier, Move.CONVENE)
        Judgement.objects.create(sitting=sitting, dossier=row, identifiants=legal_identifiers(entity))
        trace(row, "homologation.commission", actor, move="ouverte", day=clock.utc_text(meeting.starts_at))
    return sitting


@transaction.atomic
def postpone(sitting: Sitting, meeting: Meeting, *, actor: Actor) -> Sitting:
    """Another day or place: the calendar event is updated, not doubled.

    Raises:
        ForbiddenMove: the commission has decided.
    """
    _hold(sitting, "déplacer la séance")
    kept = Sitting.objects.get(pk=sitting.pk)
    asked = (meeting.starts_at, meeting.minutes, meeting.place.strip())
    if (kept.starts_at, kept.minutes, kept.place) != asked:
        kept.starts_at, kept.minutes, kept.place = asked
        kept.sequence += 1
        kept.save(update_fields=["starts_at", "minutes", "place", "sequence"])
        _traced(kept, actor, "déplacée")
    return kept


@transaction.atomic
def cancel(dossier: Dossier, *, actor: Actor, motive: str) -> Dossier:
    """Withdraw a dossier from its sitting.

    Raises:
        ForbiddenMove: it waits for no commission.
    """
    row = advance(dossier, Move.CANCEL)
    row.judgements.filter(decision="", cancelled_at=None).update(cancelled_at=clock.now())
    trace(row, "homologation.commission", actor, motive=motive, move="annulée")
    return row


@transaction.atomic
def invite(sitting: Sitting, role: str, name: str, email: str, *, actor: Actor) -> Member:
    """Invite somebody. The same person twice, as a button pressed twice asks it, sits once.

    Raises:
        RefusedError: no name, or an unknown role.
        ForbiddenMove: the commission has decided.
    """
    refuse("name", "" if name.strip() else "Nommer le participant.")
    refuse("role", "" if role in Member.Role.values else "Choisir la qualité du participant.")
    _hold(sitting, "inviter un participant")
    member, invited = sitting.members.get_or_create(role=role, name=name.strip(), email=email.strip())
    if invited:
        _traced(sitting, actor, f"{member.get_role_display()} invité")
    return member


@transaction.atomic
def uninvite(member: Member, *, actor: Actor) -> None:
    """Take somebody off the list.

    Raises:
        RefusedError: taken off already.
        ForbiddenMove: the commission has decided.
    """
    _hold(member.sitting, "retirer un participant")
    gone = not member.sitting.members.filter(pk=member.pk).delete()[0]
    refuse("member", "Ce participant est déjà retiré." if gone else "")
    _traced(member.sitting, actor, f"{member.get_role_display()} retiré")


@transaction.atomic
def note_attendance(sitting: Sitting, present: dict[int, bool], *, actor: Actor) -> None:
    """Who was there: members by primary key; those not named stay as they are.

    Raises:
        ForbiddenMove: the commission has decided.
    """
    _hold(sitting, "noter les présences")
    changed = [one for one in sitting.members.all() if one.present is not present.get(one.pk, one.present)]
    for member in changed:
        member.present = present[member.pk]
        member.save(update_fields=["present"])
    if changed:
        _traced(sitting, actor, "présences notées")


def settled(sitting: Sitting) -> Dossier | None:
    """A dossier that the sitting has judged already: who sat, where and when is then in its PV, and changes no more."""
    judged = sitting.judgements.filter(cancelled_at=None).exclude(decision="").select_related("dossier").first()
    return judged.dossier if judged else None


def _hold(sitting: Sitting, what: str) -> None:
    """Take every dossier of a sitting, in one order; none of them is decided.

    Raises:
        ForbiddenMove: one is, or the sitting judges nothing any more.
    """
    awaited = sitting.judgements.filter(cancelled_at=None).select_related("dossier").order_by("dossier__number")
    for judgement in awaited:
        taken(judgement.dossier, frozenset(DossierState), what)
    judged = settled(sitting)
    if judged is not None:
        raise ForbiddenMove(
            f"Le dossier n° {judged.number} est déjà jugé à cette séance : impossible {of(what)}.",
            next_step="revenez sur sa décision, ou annulez la commission de l’autre dossier et convoquez-en une nouvelle",
        )
    if not awaited:
        raise ForbiddenMove(
            f"Cette séance ne juge plus aucun dossier : impossible {of(what)}.", next_step="convoquez-en une"
        )


def _traced(sitting: Sitting, actor: Actor, move: str) -> None:
    for judgement in sitting.judgements.filter(cancelled_at=None).select_related("dossier", "dossier__legal_entity"):
        trace(judgement.dossier, "homologation.commission", actor, move=move)
