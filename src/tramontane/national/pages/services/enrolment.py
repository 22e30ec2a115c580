"""The first visit of a card: which legal entity its holder may sign for. The directory decides, nobody approves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tramontane.national.models import ActKind, Card, LegalEntity, Representative
from tramontane.national.pages.cards import Holder
from tramontane.national.pages.roles import Person, Role
from tramontane.national.pages.selectors.representatives import legal_entities_of
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


@transaction.atomic
def enrol(holder: Holder, legal_entity: str, capacity: str, at: datetime) -> Representative:
    """Remember who may sign for a legal entity.

    Raises:
        ActRefused: neither the card nor the directory ties the holder to it.
    """
    allowed = {one.pk: one for one in legal_entities_of(holder)}
    if legal_entity not in allowed:
        raise ActRefused("Ni votre carte ni l’annuaire ne vous rattachent à cette entité juridique.")
    return _written(
        holder.identity, holder.card, (holder.family_name, holder.given_name), allowed[legal_entity], capacity, at
    )


@transaction.atomic
def enrol_unsafe_persona(legal_entity: LegalEntity, at: datetime) -> Representative:
    """The representative that demonstrations log in as, without any proof. One for each legal entity."""
    identity = f"{Card.UNSAFE_PERSONA}/{legal_entity.pk}"
    existing = Representative.objects.filter(identity=identity).first()
    if existing is not None:
        return existing
    return _written(identity, Card.UNSAFE_PERSONA, ("Fictif", "Camille"), legal_entity, "Directeur (personnage)", at)


def _written(
    identity: str, card: Card, name: tuple[str, str], legal_entity: LegalEntity, capacity: str, at: datetime
) -> Representative:
    row, created = Representative.objects.get_or_create(
        identity=identity,
        defaults={
            "card": card,
            "family_name": name[0][:100],
            "given_name": name[1][:100],
            "capacity": capacity,
            "legal_entity": legal_entity,
            "enrolled_at": at,
        },
    )
    if created:
        person = Person(Role.REPRESENTATIVE, str(row), card.label, representative=row)
        acts.record(ActKind.ENROLLED, person, at, detail=f"{card.label}, {legal_entity}, {capacity}")
    return row
