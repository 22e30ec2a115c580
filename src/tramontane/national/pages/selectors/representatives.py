"""Which legal entities a card may sign for: the card says, or the directory for a CPS. Asked at each page, not once."""

from __future__ import annotations

from tramontane.national.models import GeographicEntity, LegalEntity, Professional
from tramontane.national.pages.cards import Holder


def legal_entities_of(holder: Holder) -> list[LegalEntity]:
    """Those that the card, or the directory for a CPS, ties its holder to."""
    if holder.finess:
        place = GeographicEntity.objects.filter(pk=holder.finess).first()
        numbers = {holder.finess, place.legal_entity_id if place else ""}
    else:
        found = Professional.objects.filter(pk=holder.rpps).values_list("establishments__legal_entity", flat=True)
        numbers = set(found)
    return list(LegalEntity.objects.filter(pk__in=numbers - {None}).order_by("name"))


def still_tied(holder: Holder, legal_entity: str) -> bool:
    """The holder may sign for this legal entity today, whatever was true at the enrolment."""
    return legal_entity in {one.pk for one in legal_entities_of(holder)}
