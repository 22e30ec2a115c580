"""The accounts of a month, each with what it did: a probe of the index for each account, however many traces there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from tramontane.client import Outcome
from tramontane.dmp.vihf import AccessMode
from tramontane.hospital.accounts.models import (
    Account,
    ExternalIdentity,
    LegalEntity,
    Passkey,
    Role,
    ServiceAssignment,
    TotpDevice,
)
from tramontane.hospital.accounts.proof import STRONG, WEAK
from tramontane.hospital.habilitations import content
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.traces.models import Trace
from tramontane.rules.objectives import Member

# What one trace proves about its account: event, transaction, outcome, access mode. The verification reads the same table.
STRONG_LOGIN = ("connexion.reussie", "", STRONG, "")
WEAK_LOGIN = ("connexion.reussie", "", WEAK, "")
CONSULTED = ("dmp.reponse", "TD3.1", Outcome.ANSWERED.value, AccessMode.NORMAL.value)


def members(entity: LegalEntity, start: datetime, until: datetime) -> tuple[Member, ...]:
    """Accounts active at `until`, with what they did since `start` (aware instants)."""
    here = _places(entity, until)
    entitled = _entitled(entity, until)
    rows = (
        accounts(entity, until)
        .annotate(**_equipment(until), **{name: _did(kind, start, until) for name, kind in _ACTS.items()})
        .order_by("pk")
        .values_list("pk", "profession", "roles", "rpps", "has_key", "has_code", "has_identity", *_ACTS)
    )
    return tuple(
        Member(
            pk,
            profession,
            tuple(service for service, _, _ in here[pk]),
            tuple(sorted({site for _, site, _ in here[pk]})),
            clinician=Role.CLINICIAN.value in roles,
            admissions=Role.ADMISSIONS.value in roles,
            rpps=bool(rpps),
            equipped=has_key or has_code or has_identity,
            entitled=Role.CLINICIAN.value in roles and entitled(profession, tuple(key for _, _, key in here[pk])),
            strong=strong,
            weak=weak,
            consulted=consulted,
        )
        for pk, profession, roles, rpps, has_key, has_code, has_identity, strong, weak, consulted in rows.iterator()
    )


_ACTS = {"strong": STRONG_LOGIN, "weak": WEAK_LOGIN, "consulted": CONSULTED}


def accounts(entity: LegalEntity, until: datetime) -> QuerySet[Account]:
    """Those created before an instant and not deactivated by then."""
    active = Q(is_active=True) | Q(deactivated_at__gte=until)
    return Account.objects.filter(active, legal_entity=entity, created_at__lt=until)


def _did(kind: tuple[str, str, str, str], start: datetime, until: datetime) -> Exists:
    event, transaction, outcome, mode = kind
    return Exists(
        Trace.objects.filter(
            account_id=OuterRef("pk"),
            event=event,
            transaction=transaction,
            outcome=outcome,
            access_mode=mode,
            recorded_at__gte=start,
            recorded_at__lt=until,
        )
    )


def _equipment(until: datetime) -> dict[str, Exists]:
    mine = {"account": OuterRef("pk")}
    return {
        "has_key": Exists(Passkey.objects.filter(**mine, created_at__lt=until)),
        "has_code": Exists(TotpDevice.objects.filter(**mine, confirmed_at__lt=until)),
        "has_identity": Exists(ExternalIdentity.objects.filter(**mine)),
    }


def _places(entity: LegalEntity, until: datetime) -> dict[int, list[tuple[int, int, str]]]:
    """Account → its services at an instant, each with its site and the key rules name it by."""
    working = Q(ends_at=None) | Q(ends_at__gte=until)
    rows = ServiceAssignment.objects.filter(
        working, starts_at__lt=until, account__legal_entity=entity, service__active=True
    ).values_list(
        "account_id", "service_id", "service__geographic_entity_id", "service__geographic_entity__finess_geographique",
        "service__code",
    )  # fmt: skip
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for account, service, site, finess, code in rows.order_by("account_id", "service_id").distinct():
        found[account].append((service, site, f"{finess}/{code}"))
    return found


def _entitled(entity: LegalEntity, until: datetime) -> Callable[[str, Iterable[str]], bool]:
    """Whether the matrix in force at an instant lets a profession consult in one of these services."""
    revision = MatrixRevision.objects.filter(legal_entity=entity, created_at__lt=until).order_by("-number").first()
    rules = content.read(revision.content) if revision else content.NO_RULE

    @cache
    def consults(profession: str, key: str) -> bool:
        return rules.rights(profession, key).consult

    return lambda profession, keys: any(consults(profession, key) for key in keys)
