"""Accounts, where they work, their second factors, and who has read the notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from tramontane.demo.hospital_seeding.personas import PASSPHRASE, Persona
from tramontane.hospital.accounts.models import (
    Account,
    LegalEntity,
    NoticeReading,
    Service,
    ServiceAssignment,
    TotpDevice,
)
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.services.codes import sealed

ARRIVED = timedelta(days=400)
NOTICE_READ = timedelta(days=30)


def create(entity: LegalEntity, people: Sequence[Persona], at: datetime) -> Mapping[str, Account]:
    """Every account, by login."""
    # argon2 is slow on purpose: the one passphrase of the demo is hashed once, not forty-five times.
    password = make_password(PASSPHRASE)
    Account.objects.bulk_create(_account(entity, one, password, at) for one in people)
    accounts = {account.login: account for account in entity.accounts.select_related("legal_entity")}
    services = {one.code: one for one in Service.objects.filter(geographic_entity__legal_entity=entity)}
    ServiceAssignment.objects.bulk_create(
        ServiceAssignment(account=accounts[one.login], service=services[one.service], starts_at=at - ARRIVED)
        for one in people
        if one.service
    )
    TotpDevice.objects.bulk_create(
        TotpDevice(account=accounts[one.login], secret=sealed(one.secret), confirmed_at=at - ARRIVED)
        for one in people
        if one.secret
    )
    NoticeReading.objects.bulk_create(
        NoticeReading(account=accounts[one.login], text_version=notice().version, read_at=at - NOTICE_READ)
        for one in people
        if one.notice_read
    )
    return accounts


def _account(entity: LegalEntity, one: Persona, password: str, at: datetime) -> Account:
    roles = one.staff.roles if one.staff and one.staff.rpps else ()
    return Account(
        legal_entity=entity,
        login=one.login,
        family_name=one.family_name,
        given_name=one.given_name,
        rpps=one.staff.rpps.value if one.staff and one.staff.rpps else None,
        profession=roles[0].code if roles else "",
        savoir_faire=roles[1].code if len(roles) > 1 else "",
        roles=list(one.roles),
        password=password,
        created_at=at - ARRIVED,
    )
