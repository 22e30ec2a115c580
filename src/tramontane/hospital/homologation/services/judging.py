"""What the commission says: residual risks, opinions, decision."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Dossier, Judgement, Member, Opinion
from tramontane.hospital.homologation.selectors.dossiers import judgement_of, referentiel_of
from tramontane.hospital.homologation.services.errors import OutdatedError, refuse
from tramontane.hospital.homologation.services.moving import advance
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import DossierState, ForbiddenMove, Move, duration_objection

_COMMISSION = frozenset({DossierState.COMMISSION})
_DECIDED = frozenset({DossierState.DECIDED})
_MOVES = {
    Judgement.Decision.HOMOLOGATED: Move.HOMOLOGATE,
    Judgement.Decision.REFUSED: Move.REFUSE,
    Judgement.Decision.ADJOURNED: Move.ADJOURN,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided. `months` counts for an homologation, and is kept of nothing else; `motive` for a refusal or an
    adjournment."""

    decision: Judgement.Decision
    months: int | None = None
    motive: str = ""

    def __post_init__(self) -> None:
        """As it is kept: what does not count is left out."""
        if self.decision is not Judgement.Decision.HOMOLOGATED:
            object.__setattr__(self, "months", None)
        object.__setattr__(self, "motive", self.motive.strip())


@dataclass(frozen=True, slots=True)
class PvNames:
    """Who signs the PV, in what form, and the legal identifiers the certificates carry."""

    signatory: str
    soussigne: str
    identifiants: tuple[str, ...]


@transaction.atomic
def state_risks(dossier: Dossier, risks: str, *, actor: Actor, seen: str | None = None) -> Judgement:
    """The end of « Le passage en revue des risques significatifs résiduels met en évidence que… ».

    Args:
        seen: what the author saw written; None: not compared.

    Raises:
        OutdatedError: somebody wrote something else since.
        ForbiddenMove: the dossier is not before a commission.
    """
    judgement = _judged(dossier, "écrire les risques résiduels")
    if judgement.risks == risks.strip():
        return judgement
    if seen not in (None, judgement.risks):
        raise OutdatedError
    judgement.risks = risks.strip()
    judgement.save(update_fields=["risks"])
    trace(judgement.dossier, "homologation.commission", actor, move="risques résiduels écrits")
    return judgement


@transaction.atomic
def give_opinion(dossier: Dossier, member: Member, value: str, comment: str, *, actor: Actor) -> Opinion:
    """What a member of the sitting says of a dossier; said again, the last counts.

    Raises:
        RefusedError: somebody of another sitting, or an unknown opinion.
        ForbiddenMove: the dossier is not before a commission.
    """
    judgement = _judged(dossier, "noter un avis")
    refuse("member", "" if judgement.sitting.members.filter(pk=member.pk).exists() else "Ce participant ne siège pas.")
    refuse("value", "" if value in Opinion.Value.values else f"Choisir l’avis, avant son commentaire : {member.name}.")
    said = {"value": value, "comment": comment.strip()}
    already = judgement.opinions.filter(member=member, **said).first()
    if already is not None:
        return already
    opinion, _ = Opinion.objects.update_or_create(judgement=judgement, member=member, defaults=said)
    role = member.get_role_display()
    trace(judgement.dossier, "homologation.commission", actor, move=f"avis {opinion.get_value_display()}, {role}")
    return opinion


@transaction.atomic
def decide(dossier: Dossier, ruling: Ruling, *, actor: Actor) -> Judgement:
    """Record the decision of the commission. The same one twice, as a button pressed twice asks it, is one decision.

    Raises:
        RefusedError: a number of months the référentiel does not admit, or no motive.
        ForbiddenMove: the gate of the decision is shut.
    """
    already = judgement_of(Dossier.objects.select_for_update().get(pk=dossier.pk))
    if already is not None and _said(already) == ruling:
        return already
    judgement = _judged(dossier, "enregistrer une décision")
    if ruling.decision is Judgement.Decision.HOMOLOGATED:
        refuse("months", duration_objection(referentiel_of(judgement.dossier.edition), ruling.months or 0))
    else:
        refuse("motive", "" if ruling.motive else "Dire pourquoi : c’est ce que l’équipe devra lever.")
    row = advance(judgement.dossier, _MOVES[ruling.decision])
    judgement.decision, judgement.months = ruling.decision.value, ruling.months
    judgement.motive = ruling.motive
    judgement.decided_at, judgement.decided_by_id = clock.now(), actor.account_id
    judgement.save()
    trace(row, "homologation.decision", actor, decision=ruling.decision.label.casefold(), months=judgement.months)
    return judgement


@transaction.atomic
def reconsider(dossier: Dossier, *, motive: str, actor: Actor) -> Dossier:
    """Come back on an homologation that is not signed yet.

    Raises:
        ForbiddenMove: nothing is decided, or the PV is signed.
    """
    row = advance(dossier, Move.RECONSIDER)
    Judgement.objects.filter(pk=_last(row).pk).update(decision="", months=None, decided_at=None, decided_by=None)
    trace(row, "homologation.decision", actor, motive=motive, decision="annulée")
    return row


@transaction.atomic
def name_signatory(dossier: Dossier, names: PvNames, *, actor: Actor) -> Judgement:
    """What the PV names, before it is signed.

    Raises:
        RefusedError: nobody to sign, or no legal identifier.
        ForbiddenMove: nothing is decided, or the PV is signed.
    """
    row = taken(dossier, _DECIDED, "compléter le PV")
    refuse("signatory", "" if names.signatory.strip() else "Nommer le responsable qui signe.")
    refuse("identifiants", "" if names.identifiants else "Donner au moins un identifiant juridique.")
    judgement = _last(row)
    judgement.signatory, judgement.soussigne = names.signatory.strip(), names.soussigne
    judgement.identifiants = list(names.identifiants)
    judgement.save(update_fields=["signatory", "soussigne", "identifiants"])
    trace(row, "homologation.dossier", actor, move="PV complété")
    return judgement


def _said(judgement: Judgement) -> Ruling | None:
    """What a judgement decided; None while it decides nothing."""
    if not judgement.decision:
        return None
    return Ruling(Judgement.Decision(judgement.decision), judgement.months, judgement.motive)


def _judged(dossier: Dossier, what: str) -> Judgement:
    return _last(taken(dossier, _COMMISSION, what))


def _last(dossier: Dossier) -> Judgement:
    judgement = judgement_of(dossier)
    if judgement is None:
        raise ForbiddenMove("Aucune commission n’est saisie de ce dossier.", next_step="convoquez-la")
    judgement.dossier = dossier
    return judgement
