"""Publishing the local matrix, setting the reach of a service, reviewing. Each write carries its trace."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Service
from tramontane.hospital.habilitations import content
from tramontane.hospital.habilitations.models import MatrixReview, MatrixRevision
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.habilitation import LocalRules


class OutdatedError(Exception):
    """Somebody published another revision meanwhile: the preview that was read no longer tells the effect."""


@transaction.atomic
def publish(
    legal_entity: LegalEntity, rules: LocalRules, *, motive: str, actor: Actor, after: int | None = None
) -> MatrixRevision:
    """Add a revision, in force at once: the next decision reads it. Older ones are kept as they were.

    Args:
        after: number of the revision the author looked at (0: none); None: whichever.

    Raises:
        ValueError: no motive.
        OutdatedError: another revision was published since `after`.
    """
    if not motive.strip():
        raise ValueError("une révision de la matrice porte son motif")
    LegalEntity.objects.select_for_update().get(pk=legal_entity.pk)
    last = MatrixRevision.objects.filter(legal_entity=legal_entity).order_by("-number").first()
    number = last.number if last else 0
    if after is not None and after != number:
        if last is not None and after == number - 1 and _is_same(last, rules, motive, actor):
            return last  # the same form sent twice
        raise OutdatedError
    revision = MatrixRevision.objects.create(
        legal_entity=legal_entity,
        number=number + 1,
        content=content.write(rules),
        motive=motive.strip(),
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    record(Event("matrice.modifiee", actor, motive=motive.strip(), detail={"revision": revision.number}))
    return revision


def _is_same(revision: MatrixRevision, rules: LocalRules, motive: str, actor: Actor) -> bool:
    return (revision.content, revision.motive, revision.created_by_id) == (
        content.write(rules),
        motive.strip(),
        actor.account_id,
    )


@transaction.atomic
def set_reach(service: Service, reach: str, *, actor: Actor) -> Service:
    """Who sees the patients of a service: its care team, or the whole hospital.

    Raises:
        ValueError: a reach that does not exist.
    """
    reach = Service.Reach(reach).value
    if service.reach != reach:
        before, service.reach = service.reach, reach
        service.save(update_fields=["reach"])
        record(Event("matrice.modifiee", actor, detail={"service": service.code, "reach": [before, reach]}))
    return service


@transaction.atomic
def review(revision: MatrixRevision, *, reviewer: Account, comment: str, actor: Actor) -> MatrixReview:
    """« Reviewed, still right »: the yearly check of EXI 20. Said twice in a day by one person in the same words: said once."""
    LegalEntity.objects.select_for_update().only("pk").get(pk=revision.legal_entity_id)
    last = MatrixReview.objects.filter(revision=revision).order_by("-id").first()
    said = last and (last.reviewed_by_id, last.comment, timezone.localdate(last.reviewed_at))
    if last is not None and said == (reviewer.pk, comment.strip(), timezone.localdate(clock.now())):
        return last
    row = MatrixReview.objects.create(
        revision=revision, reviewed_at=clock.now(), reviewed_by=reviewer, comment=comment.strip()
    )
    record(Event("matrice.revue", actor, detail={"revision": revision.number}))
    return row
