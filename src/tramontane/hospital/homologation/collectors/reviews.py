"""EXI 20: accounts and habilitations are reviewed at least once a year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.accounts.models import ReviewCampaign
from tramontane.hospital.habilitations.models import MatrixReview, MatrixRevision
from tramontane.hospital.homologation.collectors.finding import Check, Finding, Scope
from tramontane.hospital.traces.selectors import PARIS
from tramontane.rules.homologation import add_months

YEARLY = 12


def reviews(scope: Scope) -> Finding:
    """The last closed review of accounts, and the last look at the local matrix, as they stood when the period ended."""
    after, end = add_months(scope.ends, -YEARLY), datetime.combine(scope.ends + timedelta(days=1), time.min, PARIS)
    campaign = (
        ReviewCampaign.objects.filter(legal_entity=scope.entity, closed_at__lt=end)
        .annotate(seen=Count("items"), ended=Count("items", filter=Q(items__decision="deactivated")))
        .order_by("-closed_at")
        .first()
    )
    revision = MatrixRevision.objects.filter(legal_entity=scope.entity, created_at__lt=end).order_by("-number").first()
    review = (
        MatrixReview.objects.filter(revision__legal_entity=scope.entity, reviewed_at__lt=end)
        .order_by("-reviewed_at")
        .first()
    )
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
        return Check(label, Outcome.FAILED, f"Jamais, jusqu’au {until:%d/%m/%Y}.")
    day = timezone.localdate(instant)
    return Check(label, Outcome.PASSED if day > after else Outcome.FAILED, f"Le {day:%d/%m/%Y}.")
