"""Reading accounts: services of the moment, state of the notice, the site a call is made from."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, GeographicEntity, NoticeReading, Service
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.prepared import first, prepared
from tramontane.hospital.traces.events import Actor
from tramontane.rules.access.facts import NoticeState
from tramontane.rules.access.facts import notice_state as judge_notice

SERVICE_KEY = "service"
_SERVICES = "_services_of_the_person"


def services_at(account: Account, at: datetime) -> QuerySet[Service]:
    """Active services where the account works at `at`, by name: to read, or to filter by without reading them first."""
    assigned = Q(assignments__account=account, assignments__starts_at__lte=at) & (
        Q(assignments__ends_at=None) | Q(assignments__ends_at__gt=at)
    )
    return Service.objects.filter(assigned, active=True).distinct()


def current_services(account: Account, at: datetime) -> list[Service]:
    """The same, read now, with their site."""
    return _with_sites(account, at)


@prepared
def _with_sites(account: Account, at: datetime) -> QuerySet[Service]:
    return services_at(account, at).select_related("geographic_entity")


def works_in(account: Account, service: Service, at: datetime) -> bool:
    """Whether the account works in the service at `at`, read now."""
    return bool(_working(account, service.pk, at))


@prepared
def _working(account: Account, service_id: int, at: datetime) -> QuerySet[Service, tuple[int]]:
    return services_at(account, at).filter(pk=service_id).values_list("pk")


def services_of(request: HttpRequest, at: datetime) -> list[Service]:
    """Those of the person who asks, read once a request: every part of a page says the same. What decides an access reads
    them afresh (`consultations.facts`)."""
    known: list[Service] | None = getattr(request, _SERVICES, None)
    if known is None:
        known = current_services(request.account, at)  # type: ignore[attr-defined]  # set by SessionGuard
        setattr(request, _SERVICES, known)
    return known


def current_service(request: HttpRequest, at: datetime) -> Service | None:
    """The service chosen in the top bar, as long as the account still works there; otherwise the first one."""
    services = services_of(request, at)
    chosen = request.session.get(SERVICE_KEY)
    return next((service for service in services if service.pk == chosen), services[0] if services else None)


def current_site(request: HttpRequest, at: datetime | None = None) -> GeographicEntity | None:
    """The site (ET) of the service chosen in the top bar; the only site of the legal entity when there is no service.

    None when the account has no service and the legal entity has several sites: nobody guesses a FINESS.
    """
    service = current_service(request, at or clock.now())
    if service is not None:
        return service.geographic_entity
    account: Account = request.account  # type: ignore[attr-defined]  # set by SessionGuard
    sites = list(account.legal_entity.geographic_entities.all()[:2])
    return sites[0] if len(sites) == 1 else None


def actor(account: Account, proof: SessionProof | None) -> Actor:
    """The account as a trace names it."""
    return Actor(
        finess_juridique=account.legal_entity.finess_juridique,
        account_id=account.pk,
        account_name=account.display_name,
        rpps=account.rpps or "",
        proof=proof.as_trace() if proof else {},
    )


def notice_state(account: Account, at: datetime) -> NoticeState:
    """Whether « J'ai compris » was read, is to be read again, or never was (SC.DMP/CONF.11).

    A text that changed since is to be read again too.
    """
    last = first(_readings(account))
    if last is not None and last.text_version != notice().version:
        return NoticeState.EXPIRED
    read_at = last.read_at if last else None
    return judge_notice(read_at, at=at, validity=timedelta(days=settings.ENVIRONMENT.notice_days))


@prepared
def _readings(account: Account) -> QuerySet[NoticeReading]:
    return NoticeReading.objects.filter(account=account).order_by("-read_at")[:1]
