"""What the registers say at an instant: movements, reviews, sites and contracts, software, matrix."""

from __future__ import annotations

from datetime import date, datetime
from statistics import median_low

from django.conf import settings
from django.utils.module_loading import import_string

from tramontane.hospital.accounts.models import (
    GeographicEntity,
    LegalEntity,
    Movement,
    ReviewCampaign,
    ReviewItem,
    Service,
)
from tramontane.hospital.consultations.models import DmpConnection, SiteContract
from tramontane.hospital.habilitations import content
from tramontane.hospital.habilitations.models import MatrixReview, MatrixRevision
from tramontane.hospital.objectives.selectors.people import accounts
from tramontane.rules.homologation import add_months
from tramontane.rules.objectives import Capability, Homologated, Movements, Readiness, Site
from tramontane.rules.objectives.periods import PARIS

KINDS = (Movement.Kind.ARRIVAL, Movement.Kind.MOVE, Movement.Kind.DEPARTURE)
# « automatique […] à partir d'une base de compte centralisée »: a file brought by hand is not.
AUTOMATIC = "scim"
# What the application holds of the RPPS: « les activités du RPPS sont mises à jour au sein du SIH ».
RPPS_FIELDS = frozenset({"rpps", "profession", "savoir_faire"})


def movements(entity: LegalEntity, start: datetime, until: datetime, known_at: datetime) -> Movements:
    """Those received in [start, until[, with what was applied by `known_at`."""
    rows = list(
        Movement.objects.filter(
            account__legal_entity=entity, kind__in=KINDS, received_at__gte=start, received_at__lt=until
        ).values_list("received_at", "applied_at", "source")
    )
    applied = [(got, done, source) for got, done, source in rows if done is not None and done <= known_at]
    delays = [round((done - got).total_seconds()) for got, done, _ in applied]
    closed = ReviewCampaign.objects.filter(legal_entity=entity, closed_at__lt=until).order_by("-closed_at").first()
    updated = _activities(entity, until)
    since = _twelve_months_before(until)
    return Movements(
        received=len(rows),
        applied=len(applied),
        automatic=sum(source == AUTOMATIC for _, _, source in applied),
        median_seconds=median_low(delays) if delays else 0,
        longest_seconds=max(delays, default=0),
        last_review=_day(closed.closed_at) if closed else None,
        rpps_accounts=len(updated),
        rpps_current=sum(moment >= since for moment in updated),
        rpps_updated=_day(max(updated, default=None)),
    )


def _activities(entity: LegalEntity, until: datetime) -> list[datetime]:
    """For each account with an RPPS: when its RPPS, profession or savoir-faire was last received, or the account reviewed."""
    updated = dict(accounts(entity, until).exclude(rpps=None).values_list("pk", "created_at"))
    since = _twelve_months_before(until)
    moved = Movement.objects.filter(account__legal_entity=entity, applied_at__gte=since, applied_at__lt=until)
    touched = [
        (account, at)
        for account, at, detail in moved.values_list("account_id", "applied_at", "detail").iterator()
        if RPPS_FIELDS.intersection(detail.get("changed", ()))
    ]
    decided = ReviewItem.objects.filter(
        campaign__legal_entity=entity,
        decision__in=("confirmed", "corrected"),
        decided_at__gte=since,
        decided_at__lt=until,
    )
    for account, at in (*touched, *decided.values_list("account_id", "decided_at")):
        if account in updated and at is not None:
            updated[account] = max(updated[account], at)
    return list(updated.values())


def _twelve_months_before(until: datetime) -> datetime:
    day = until.astimezone(PARIS)
    return datetime.combine(add_months(day.date(), -12), day.time(), PARIS)


def capability(entity: LegalEntity, day: date) -> Capability:
    """Homologations in force on a day, sites and their contracts, software."""
    connection = DmpConnection.objects.filter(legal_entity=entity).first()
    contracts = {one.geographic_entity_id: one for one in SiteContract.objects.filter(
        geographic_entity__legal_entity=entity)}  # fmt: skip
    sites = GeographicEntity.objects.filter(legal_entity=entity).order_by("pk")
    return Capability(
        dmp=homologated(entity, "dmp", day),
        rie=homologated(entity, "rie", day),
        sites=tuple(_site(one, contracts.get(one.pk)) for one in sites),
        software=bool(connection and connection.software_homologation),
    )


def homologated(entity: LegalEntity, referentiel: str, day: date) -> Homologated | None:
    """What the homologation workspace says. It stands above this app: settings name its selector."""
    found: Homologated | None = import_string(settings.HOMOLOGATED)(entity, referentiel, day)
    return found


def _site(site: GeographicEntity, contract: SiteContract | None) -> Site:
    if contract is None:
        return Site(site.pk, site.name, signed=False, expires=None, observed="unknown")
    return Site(
        site.pk, site.name, signed=contract.signed_at is not None, expires=contract.expires_at,
        observed=contract.observed_state,
    )  # fmt: skip


def readiness(entity: LegalEntity, until: datetime, patients: int, qualified: int) -> Readiness:
    """The matrix in force, and the patients already counted."""
    revision = MatrixRevision.objects.filter(legal_entity=entity, created_at__lt=until).order_by("-number").first()
    if revision is None:
        return Readiness(patients, qualified)
    reviews = MatrixReview.objects.filter(revision__legal_entity=entity, reviewed_at__lt=until)
    last = reviews.order_by("-reviewed_at").first()
    moments = [revision.created_at, *([last.reviewed_at] if last else [])]
    return Readiness(patients, qualified, len(content.read(revision.content).rules), _day(max(moments)))


def service_names(entity: LegalEntity) -> dict[int, str]:
    """Every service ever, by identifier."""
    return dict(Service.objects.filter(geographic_entity__legal_entity=entity).values_list("pk", "name"))


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(PARIS).date() if moment else None
