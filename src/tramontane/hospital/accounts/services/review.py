"""The yearly review of accounts (EXI 20, objective 1.2): who confirmed what, and when."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, ReviewCampaign, ReviewItem
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

DECISIONS = {"confirmed": "Confirmé", "corrected": "Corrigé", "deactivated": "Désactivé"}


def open_campaign(name: str, opened_by: Account, actor: Actor) -> ReviewCampaign:
    """One line for each active account of the legal entity, as of now. The one still open under this name is that one."""
    now = clock.now()
    with transaction.atomic():
        LegalEntity.objects.select_for_update().only("pk").get(pk=opened_by.legal_entity_id)
        known = ReviewCampaign.objects.filter(legal_entity=opened_by.legal_entity, name=name, closed_at=None).first()
        if known is not None:
            return known
        campaign = ReviewCampaign.objects.create(
            legal_entity=opened_by.legal_entity, name=name, opened_at=now, opened_by=opened_by
        )
        active = Account.objects.filter(legal_entity=opened_by.legal_entity, is_active=True)
        items = [ReviewItem(campaign=campaign, account=account) for account in active]
        ReviewItem.objects.bulk_create(items)
        record(Event("revue.ouverte", actor, detail={"review": campaign.pk, "accounts": len(items)}))
    return campaign


def decide(item: ReviewItem, decision: str, comment: str, by: Account, actor: Actor) -> bool:
    """Decide once on an account; False when someone already did. A deactivation is a departure, at once.

    Raises:
        KeyError: an unknown decision.
    """
    if decision not in DECISIONS:
        raise KeyError(decision)
    now = clock.now()
    with transaction.atomic():
        done = ReviewItem.objects.filter(pk=item.pk, decision="").update(
            decision=decision, comment=comment[:300], decided_at=now, decided_by=by
        )
        if not done:
            return False
        detail = {"review": item.campaign_id, "account_id": item.account_id, "decision": decision}
        record(Event("revue.decidee", actor, detail=detail))
    if decision == "deactivated":
        values = replace(lifecycle.values_of(item.account, now), active=False, services=())
        lifecycle.save(item.account.legal_entity, values, item.account, actor, "manual")
    return True


def close(campaign: ReviewCampaign, actor: Actor) -> int:
    """Close the campaign when everything is decided; otherwise say how many accounts are left."""
    left = campaign.items.filter(decision="").count()
    if left == 0 and campaign.closed_at is None:
        with transaction.atomic():
            ReviewCampaign.objects.filter(pk=campaign.pk).update(closed_at=clock.now())
            record(Event("revue.close", actor, detail={"review": campaign.pk}))
    return left
