"""Prepared reads: the rows an ordinary queryset gives, read at each call, for the arguments of that call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import close_old_connections, connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from support.hospital import make_account, make_legal_entity, make_service, make_site
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Service, ServiceAssignment
from tramontane.hospital.accounts.selectors import services_at
from tramontane.hospital.prepared import first, prepared

LATER = clock.now() + timedelta(days=1)
WRITTEN: list[str] = []


@prepared
def with_sites(account: Account, at: datetime) -> QuerySet[Service]:
    WRITTEN.append("with_sites")
    return services_at(account, at).select_related("geographic_entity")


@prepared
def newest(legal_entity: LegalEntity) -> QuerySet[Account]:
    return Account.objects.filter(legal_entity=legal_entity).order_by("-pk")[:1]


@prepared
def assigned(service: Service, since: datetime) -> QuerySet[ServiceAssignment, tuple[int, datetime]]:
    found = ServiceAssignment.objects.filter(service=service, starts_at__gt=since - timedelta(days=1))
    return found.values_list("account_id", "starts_at").order_by("pk")


@prepared
def staffed(legal_entity_id: int, login: str) -> QuerySet[Service, tuple[str, int]]:
    named = ServiceAssignment.objects.filter(service=OuterRef("pk"), account__login=login)
    services = Service.objects.filter(Exists(named), geographic_entity__legal_entity_id=legal_entity_id)
    return services.annotate(people=Count("assignments")).values_list("name", "people")


@pytest.fixture
def account(db: None) -> Account:
    entity = make_legal_entity(site=False)
    services = [make_service(entity, geographic_entity=make_site(entity)) for _ in range(2)]
    return make_account(entity, services=services)


def test_a_prepared_read_gives_the_rows_of_its_queryset(account: Account) -> None:
    expected = list(services_at(account, LATER).select_related("geographic_entity"))
    found = with_sites(account, LATER)
    assert found == expected
    assert [vars(one.geographic_entity) | {"_state": None} for one in found] == [
        vars(one.geographic_entity) | {"_state": None} for one in expected
    ]
    named = staffed(account.legal_entity_id, account.login)
    assert sorted(named) == sorted((one.name, 1) for one in expected)  # grouped: in no order of PostgreSQL's


def test_columns_are_converted_as_in_any_queryset(account: Account) -> None:
    assignment = ServiceAssignment.objects.earliest("pk")
    found = assigned(assignment.service, assignment.starts_at)
    assert found == [(account.pk, assignment.starts_at)]
    assert found[0][1].tzinfo is not None


def test_a_duration_is_taken_off_the_argument_of_the_call(account: Account) -> None:
    assignment = ServiceAssignment.objects.earliest("pk")
    just_before, too_late = (assignment.starts_at + timedelta(days=days) for days in (0.9, 1.1))
    assert assigned(assignment.service, just_before)
    assert assigned(assignment.service, too_late) == []


def test_every_call_reads_and_keeps_nothing_of_the_one_before(account: Account) -> None:
    assert len(with_sites(account, LATER)) == 2
    assert with_sites(make_account(account.legal_entity), LATER) == []
    Service.objects.filter(pk=account.assignments.earliest("pk").service_id).update(active=False)
    (left,) = with_sites(account, LATER)
    left.name = "Autre"
    assert with_sites(account, LATER)[0].name != "Autre"
    assert first(newest(make_legal_entity(finess_juridique="380000042", site=False))) is None


def test_the_sql_is_written_once_for_a_connection(account: Account) -> None:
    with_sites(account, LATER)
    WRITTEN.clear()
    with_sites(account, LATER)
    with_sites(account=account, at=LATER)
    assert WRITTEN == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_writes_its_own(account: Account) -> None:
    def count(days: int) -> int:
        close_old_connections()
        try:
            return sum(len(with_sites(account, LATER + timedelta(days=days))) for _ in range(50))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(count, [0, -4000] * 4)) == [100, 0] * 4


def test_none_is_refused_since_no_column_equals_it(account: Account) -> None:
    with pytest.raises(TypeError, match="login"):
        staffed(account.legal_entity_id, None)  # type: ignore[arg-type]  # what the guard is for


def test_a_branch_on_a_value_cannot_be_written(account: Account) -> None:
    @prepared
    def branching(account: Account, at: datetime) -> QuerySet[Service]:
        return services_at(account, at).filter(name=account.login)

    with pytest.raises(AttributeError):
        branching(account, LATER)
