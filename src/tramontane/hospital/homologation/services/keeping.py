"""What is to be kept beside a signed PV."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Homologation, RgpdItem
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.services.writing import trace
from tramontane.hospital.traces.events import Actor


@transaction.atomic
def record_rgpd(homologation: Homologation, kind: str, done_on: date, reference: str, *, actor: Actor) -> RgpdItem:
    """Say that an item is done, and where it is kept.

    Raises:
        RefusedError: an unknown item, a day to come, or no place.
    """
    refuse("kind", "" if kind in RgpdItem.Kind.values else "Choisir ce qui est fait.")
    refuse("done_on", "Le jour ne peut pas être à venir." if done_on > today() else "")
    refuse("reference", "" if reference.strip() else "Dire où c’est conservé.")
    item, _ = RgpdItem.objects.update_or_create(
        homologation=homologation,
        kind=kind,
        defaults={
            "done_on": done_on,
            "reference": reference.strip(),
            "recorded_at": clock.now(),
            "recorded_by_id": actor.account_id,
        },
    )
    trace(homologation.dossier, "homologation.rgpd", actor, item=item.get_kind_display())
    return item
