"""What every write of the workspace does: take the dossier for itself, check its state, leave a trace."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.homologation import DossierState, ForbiddenMove
from tramontane.rules.homologation.words import of


def taken(dossier: Dossier, states: AbstractSet[DossierState], what: str) -> Dossier:
    """The dossier, locked until the end of the transaction, in one of `states`.

    Args:
        what: the act, in the infinitive, for the refusal.

    Raises:
        ForbiddenMove: its state does not allow the act.
    """
    row = Dossier.objects.select_for_update().select_related("edition", "legal_entity").get(pk=dossier.pk)
    state = DossierState(row.state)
    if state not in states:
        allowed = ", ".join(f"« {one.label} »" for one in DossierState if one in states)
        raise ForbiddenMove(
            f"Un dossier « {state.label} » ne permet pas {of(what)}.", next_step=f"états qui le permettent : {allowed}"
        )
    return row


def trace(dossier: Dossier, code: str, actor: Actor, motive: str = "", **detail: Any) -> None:
    """One trace of the dossier's journal."""
    event = Event(code, actor, correlation=dossier.uuid, motive=motive, detail={"dossier": dossier.number, **detail})
    record(event)
