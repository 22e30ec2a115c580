"""What real answers say of a site's AIR contract: observed, dated, never guessed.

The SI-DMP refuses a site outside the white list through its rights service; the exact words were never published
(docs/reference/differences.md). The table below is therefore data, first match wins: (words of the fault, state).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from tramontane.client import Exchange, Outcome
from tramontane.dmp.errors import RemoteRefusal
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import GeographicEntity
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.prepared import prepared

ABOUT_WHITE_LIST = "liste blanche"
# An answer that says the same again is written at this pace: an ordinary call costs no write.
CONFIRMED_EVERY = timedelta(minutes=5)
SAID = (
    ("suspendu", "suspended"),
    ("expiré", "expired"),
    ("contrat valable", "expired"),
    ("", "refused"),
)


def note(site: GeographicEntity, exchange: Exchange) -> None:
    """Keep what an answer says of the site's contract; silence says nothing. In the caller's transaction."""
    state = observed(exchange)
    if not state:
        return
    now = clock.now()
    if not _recent(site, state, now - CONFIRMED_EVERY):
        SiteContract.objects.bulk_create(
            [SiteContract(geographic_entity=site, observed_state=state, observed_at=now)],
            update_conflicts=True,
            unique_fields=("geographic_entity",),
            update_fields=("observed_state", "observed_at"),
        )


@prepared
def _recent(site: GeographicEntity, state: str, since: datetime) -> QuerySet[SiteContract, tuple[int]]:
    found = SiteContract.objects.filter(geographic_entity=site, observed_state=state, observed_at__gt=since)
    return found.values_list("pk")


def observed(exchange: Exchange) -> str:
    """`active`, `refused`, `suspended`, `expired`, or empty when the exchange tells nothing."""
    if exchange.outcome is Outcome.ANSWERED:
        return "active"
    if not isinstance(exchange.error, RemoteRefusal):
        return ""
    said = exchange.error.remote_text.lower()
    if ABOUT_WHITE_LIST not in said:
        return ""
    return next(state for words, state in SAID if words in said)
