"""EXI 20: accounts and habilitations are reviewed at least once a year."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.accounts.models import ReviewCampaign
from tramontane.hospital.habilitations import selectors as habilitations
from tramontane.hospital.homologation.collectors.finding import Check, Finding, Scope
from tramontane.rules.homologation import add_months

YEARLY = 12


def reviews(scope: Scope) -> Finding:
    """The last closed review of accounts, and the last look at the local matrix."""
    after = add_months(scope.ends, -YEARLY)
    campaign = (
        ReviewCampaign.objects.filter(legal_entity=scope.entity, closed_at__isnull=False)
        .annotate(seen=Count("items"), ended=Count("items", filter=Q(items__decision="deactivated")))
        .order_by("-closed_at")
        .first()
    )
    revision = habilitations.current_revision(scope.entity.pk)
    review = habilitations.last_review(scope.entity)
    last = [one for one in (revision and revision.created_at, review and review.reviewed_at) if one]
    checks = (
        _yearly("Revue des comptes close", campaign.closed_at if campaign else None, after, scope.ends),
        _yearly("Matrice d’habilitation publiée ou revue", max(last) if last else None, after, scope.ends),
    )
    figures: dict[str, int | str] = {"Révision de la matrice": revision.number if revision else "aucune"}
    if campaign:
        figures |= {"Comptes revus": campaign.seen, "Comptes désactivés par la revue": campaign.ended}
    return Finding(checks, figures)


def _yearly(label: str, instant: datetime | None, after: date, until: date) -> Check:
    if instant is None:
        return Check(label, Outcome.FAILED, "Jamais.")
    day = timezone.localdate(instant)
    if day > until:
        return Check(label, Outcome.NOT_RUN, f"Le {day:%d/%m/%Y}, après la période.")
    outcome = Outcome.PASSED if day > after else Outcome.FAILED
    return Check(label, outcome, f"Le {day:%d/%m/%Y}.")
