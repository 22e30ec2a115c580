"""The establishment's own sentence to say when the consent is asked for. Nobody else writes one: none is given by default."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.patients.models import SpokenSentence
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


def history(legal_entity: LegalEntity) -> QuerySet[SpokenSentence]:
    """Every sentence the entity ever set, with who set it, the newest first."""
    return SpokenSentence.objects.filter(legal_entity=legal_entity).select_related("set_by").order_by("-id")


def spoken(legal_entity: LegalEntity) -> str:
    """The sentence in force; empty when none is set."""
    newest = history(legal_entity).first()
    return newest.text if newest else ""


@transaction.atomic
def set_sentence(text: str, *, account: Account, actor: Actor) -> bool:
    """Make `text` the sentence of the account's entity; empty: withdraw it. False when it already is.

    The former ones are kept. Traces: `configuration.modifiee`, with the number of the row that keeps the words.
    """
    LegalEntity.objects.select_for_update().only("pk").get(pk=account.legal_entity_id)
    if text == spoken(account.legal_entity):
        return False
    row = SpokenSentence.objects.create(
        legal_entity=account.legal_entity, text=text, set_at=clock.now(), set_by=account
    )
    record(Event("configuration.modifiee", actor, detail={"spoken_sentence": row.pk, "withdrawn": not text}))
    return True
