"""Arrival, change, departure: one door for the three sources (by hand, CSV, SCIM). Rights change at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Rpps
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital import clock
from tramontane.hospital.accounts import authority, sessions
from tramontane.hospital.accounts.models import Account, LegalEntity, Movement, Role, Service, ServiceAssignment
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

FIELDS = ("login", "family_name", "given_name", "email", "rpps", "profession", "savoir_faire", "external_id")

# What a change reads again under its lock before it writes. The password and the last login are never written here.
KEPT = ("roles", "is_active", "deactivated_at", "reopened_at", "rights_version")

# What a second role may be: a speciality, or a pharmacist's section of the Ordre (VIHF, codage du rôle).
SECOND_ROLES = (ValueSetName.SAVOIR_FAIRE, ValueSetName.PHARMACIST_SECTION)

# As the columns of `Account`; the RPPS has its own check.
LIMITS = {"login": 80, "family_name": 80, "given_name": 80, "email": 254, "savoir_faire": 8, "external_id": 120}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValues:
    """An account as it should be. `services` are codes of the legal entity's services."""

    login: str
    family_name: str
    given_name: str
    email: str = ""
    rpps: str = ""
    profession: str = ""
    savoir_faire: str = ""
    external_id: str = ""
    roles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field, in French."""

    field: str
    sentence: str


class InvalidAccountError(Exception):
    """An account that cannot be kept as asked."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.sentence for fault in faults))
        self.faults = tuple(faults)


def faults(
    entity: LegalEntity, values: AccountValues, current: Account | None, giver: Account | None = None
) -> list[Fault]:
    """Everything wrong, at once: missing names, wrong or taken RPPS, unknown role, profession or service.

    Args:
        giver: the person who asks, who may not give everything; None for the command line and the HR feed.
    """
    others = Account.objects.exclude(pk=current.pk) if current else Account.objects.all()
    colleagues = others.filter(legal_entity=entity)
    found = [
        *(
            Fault(name, f"{label} : obligatoire.")
            for name, label in (("login", "Identifiant"), ("family_name", "Nom"), ("given_name", "Prénom"))
            if not getattr(values, name).strip()
        ),
        *_rpps_faults(values.rpps, colleagues),
        *_unknown("roles", values.roles, set(Role.values), "Rôle inconnu"),
        *(_giver_faults(giver, values, current) if giver else ()),
        *_unknown("services", values.services, set(services_of(entity)), "Service inconnu"),
    ]
    if others.filter(login=values.login).exists():
        found.append(Fault("login", f"Identifiant « {values.login} » : déjà pris."))
    if values.profession and value_set(ValueSetName.PROFESSION).find(values.profession) is None:
        found.append(Fault("profession", f"Profession « {values.profession} » : code absent de TRE_G15."))
    if values.savoir_faire and not any(value_set(name).find(values.savoir_faire) for name in SECOND_ROLES):
        found.append(
            Fault("savoir_faire", f"Savoir-faire « {values.savoir_faire} » : code absent de TRE_R01 et de TRE_G05.")
        )
    too_long = [name for name, limit in LIMITS.items() if len(getattr(values, name)) > limit]
    return found + [Fault(name, f"{name} : plus de {LIMITS[name]} caractères.") for name in too_long]


def _rpps_faults(rpps: str, colleagues: QuerySet[Account]) -> list[Fault]:
    if not rpps:
        return []
    try:
        Rpps(rpps)
    except InvalidIdentifier as error:
        return [Fault("rpps", f"RPPS {rpps} : {error.message}")]
    if colleagues.filter(rpps=rpps).exists():
        return [Fault("rpps", f"RPPS {rpps} : déjà celui d’un autre compte de l’établissement.")]
    return []


def _giver_faults(giver: Account, values: AccountValues, current: Account | None) -> list[Fault]:
    before = set(current.roles) if current else set()
    changed = before ^ set(values.roles)
    found = authority.beyond(giver, changed)
    wrong = [Fault("roles", authority.sentence(found))] if found else []
    if current is None or current.pk != giver.pk:
        return wrong
    if changed or (current.rpps or "") != values.rpps:
        wrong.append(Fault("roles", "Vos propres rôles et votre RPPS : demandez-le à un collègue."))
    if not values.active:
        wrong.append(Fault("active", "Votre propre compte ne se ferme pas par vous : demandez-le à un collègue."))
    return wrong


def _unknown(field: str, codes: Sequence[str], known: set[str], sentence: str) -> list[Fault]:
    return [Fault(field, f"{sentence} : « {code} ».") for code in codes if code not in known]


def services_of(entity: LegalEntity) -> dict[str, Service]:
    """Active services of a legal entity, by code. A code used on two sites is written `finess/code`."""
    every = Service.objects.filter(geographic_entity__legal_entity=entity, active=True).select_related(
        "geographic_entity"
    )
    found: dict[str, Service] = {}
    for service in every.order_by("pk"):
        full = f"{service.geographic_entity.finess_geographique}/{service.code}"
        found[full if service.code in found else service.code] = service
    return found


def values_of(account: Account, at: datetime) -> AccountValues:
    """An account as it is."""
    codes = {service.pk: code for code, service in services_of(account.legal_entity).items()}
    current = [
        a.service_id for a in account.assignments.all() if a.starts_at <= at and (a.ends_at is None or a.ends_at > at)
    ]
    return AccountValues(
        **{name: getattr(account, name) or "" for name in FIELDS},
        roles=tuple(account.roles),
        services=tuple(sorted(codes[pk] for pk in current if pk in codes)),
        active=account.is_active,
    )


def hold(entity: LegalEntity, login: str) -> Account | None:
    """The account of this name, as it is now and until the end of the transaction; None: nobody has it here."""
    found = Account.objects.select_for_update(of=("self",)).select_related("legal_entity")
    return found.filter(legal_entity=entity, login=login).first()


def save(
    entity: LegalEntity, values: AccountValues, current: Account | None, actor: Actor, source: str
) -> tuple[Account, Movement | None]:
    """Create or change an account. The movement says what it did; None when nothing changed.

    Raises:
        InvalidAccountError: with every fault; nothing was written.
    """
    giver = Account.objects.filter(pk=actor.account_id).first() if actor.account_id else None
    wrong = faults(entity, values, current, giver)
    if wrong:
        raise InvalidAccountError(wrong)
    try:
        account, movement = _saved(entity, values, current, actor, source)
    except IntegrityError:  # somebody took the name or the RPPS since it was judged: judge again
        raise InvalidAccountError(faults(entity, values, current, giver)) from None
    if not account.is_active:
        sessions.end_all(account)
    return account, movement


@transaction.atomic
def _saved(
    entity: LegalEntity, values: AccountValues, current: Account | None, actor: Actor, source: str
) -> tuple[Account, Movement | None]:
    now = clock.now()
    if current is not None:  # one change at a time, from what is there
        current.refresh_from_db(fields=KEPT, from_queryset=Account.objects.select_for_update())
    before = values_of(current, now) if current else None
    if before is not None and not changed_fields(before, values):
        return current, None  # type: ignore[return-value]  # before implies current
    known = services_of(entity)
    account = _write(entity, values, current, now)
    _assign(account, values.services, known, now)
    kind = _kind(before, values)
    changed = sorted(changed_fields(before, values))
    movement = Movement.objects.create(
        account=account, kind=kind, source=source, detail=_passages(before, values, known, changed), received_at=now, applied_at=now,
        applied_by_id=actor.account_id,
    )  # fmt: skip
    detail = {"account_id": account.pk, "source": source, "changed": changed}
    record(Event(_event(kind, before), actor, detail=detail))
    return account, movement


def _passages(
    before: AccountValues | None, after: AccountValues, known: dict[str, Service], changed: list[str]
) -> dict[str, Any]:
    """What a movement keeps: the names of what changed; services and roles before and after, as the desk tells them."""

    def names(codes: Sequence[str]) -> list[str]:
        return sorted(known[code].name for code in codes)

    detail: dict[str, Any] = {"changed": changed}
    if "services" in changed:
        detail["services"] = [names(before.services if before else ()), names(after.services)]
    if "roles" in changed:
        detail["roles"] = [sorted(before.roles if before else ()), sorted(after.roles)]
    return detail


def _write(entity: LegalEntity, values: AccountValues, current: Account | None, now: datetime) -> Account:
    account = current or Account(legal_entity=entity, created_at=now, rights_version=0)
    if current is None:
        account.set_unusable_password()
    for name in FIELDS:
        setattr(account, name, getattr(values, name).strip())
    account.rpps = values.rpps or None
    account.roles = sorted(set(values.roles))
    if current is not None and values.active and not account.is_active:
        account.reopened_at = now
    account.deactivated_at = None if values.active else account.deactivated_at or now
    account.is_active = values.active
    account.rights_version += 1
    account.save(update_fields=[*FIELDS, *KEPT] if current else None)
    return account


def _assign(account: Account, codes: Sequence[str], known: dict[str, Service], now: datetime) -> None:
    """End what is not asked any more, begin what is new. Ended rows are kept."""
    wanted = {known[code].pk for code in codes} if account.is_active else set()
    open_rows = list(account.assignments.filter(ends_at=None))
    for row in open_rows:
        if row.service_id not in wanted:
            row.ends_at = now
            row.save(update_fields=["ends_at"])
    kept = {row.service_id for row in open_rows}
    ServiceAssignment.objects.bulk_create(
        ServiceAssignment(account=account, service_id=pk, starts_at=now) for pk in sorted(wanted - kept)
    )


def changed_fields(before: AccountValues | None, after: AccountValues) -> set[str]:
    """Names of what differs; of what is given, for a new account."""
    names = (*FIELDS, "roles", "services", "active")
    if before is None:
        return {name for name in names if getattr(after, name)}
    return {name for name in names if _comparable(getattr(before, name)) != _comparable(getattr(after, name))}


def _comparable(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


def _kind(before: AccountValues | None, after: AccountValues) -> Movement.Kind:
    if before is None or (after.active and not before.active):
        return Movement.Kind.ARRIVAL
    if before.active and not after.active:
        return Movement.Kind.DEPARTURE
    return Movement.Kind.MOVE if set(before.services) != set(after.services) else Movement.Kind.CHANGE


def _event(kind: Movement.Kind, before: AccountValues | None) -> str:
    if before is None:
        return "compte.cree"
    return {Movement.Kind.DEPARTURE: "compte.desactive", Movement.Kind.MOVE: "compte.affecte"}.get(
        kind, "compte.modifie"
    )
