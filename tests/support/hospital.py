"""Factories of the hospital application's tests: entities, services, accounts, patients, episodes, and a login."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts import sessions
from tramontane.hospital.accounts.models import (
    Account,
    GeographicEntity,
    LegalEntity,
    OpenSession,
    Role,
    Service,
    ServiceAssignment,
)
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.patients.models import Episode, Patient

_numbers = count(1)
PASSWORD = "une phrase assez longue"


def luhn(stem: str) -> str:
    """`stem` followed by its Luhn digit."""
    total = sum(sum(divmod(int(digit) * (2 - rank % 2), 10)) for rank, digit in enumerate(reversed(stem)))
    return stem + str(-total % 10)


def make_rpps(number: int | None = None) -> str:
    """A RPPS number with a right check digit."""
    return luhn(f"100{number or next(_numbers):07d}")


def make_ins(*, sex: str = "2", birth: str = "5403", number: int | None = None) -> str:
    """A 15-character matricule with its key."""
    stem = f"{sex}{birth}69{(number or next(_numbers)) % 1_000_000:06d}"
    return f"{stem}{97 - int(stem) % 97:02d}"


def make_legal_entity(**fields: Any) -> LegalEntity:
    """A legal entity (EJ) with one site (ET)."""
    number = next(_numbers)
    site = fields.pop("site", True)
    entity = LegalEntity.objects.create(
        **{"finess_juridique": f"69{number:07d}", "name": f"Centre hospitalier {number}"} | fields
    )
    if site:
        make_site(entity)
    return entity


def make_site(entity: LegalEntity, **fields: Any) -> GeographicEntity:
    """A geographic entity (ET)."""
    number = next(_numbers)
    values = {"finess_geographique": f"38{number:07d}", "name": f"Site {number}"} | fields
    return GeographicEntity.objects.create(legal_entity=entity, **values)


def make_service(entity: LegalEntity | None = None, **fields: Any) -> Service:
    """A service, in the first site of `entity` (a new one by default)."""
    entity = entity or make_legal_entity()
    number = next(_numbers)
    site = fields.pop("geographic_entity", None) or entity.geographic_entities.order_by("pk").first()
    assert site is not None
    return Service.objects.create(
        geographic_entity=site, **{"code": f"UF{number:04d}", "name": f"Cardiologie {number}"} | fields
    )


def make_account(
    entity: LegalEntity | None = None,
    *,
    roles: tuple[Role, ...] = (Role.CLINICIAN,),
    services: tuple[Service, ...] = (),
    password: str = "",
    **fields: Any,
) -> Account:
    """An active account with an RPPS. Without `password` it cannot log in locally (argon2 is slow on purpose)."""
    number = next(_numbers)
    if entity is None:
        entity = services[0].geographic_entity.legal_entity if services else make_legal_entity()
    values = {
        "login": f"compte{number}",
        "family_name": f"Rousseau{number}",
        "given_name": "Alix",
        "rpps": make_rpps(),
        "profession": "10",
        "savoir_faire": "SM04",
        "created_at": clock.now(),
    }
    account = Account(legal_entity=entity, roles=[role.value for role in roles], **values | fields)
    if password:
        account.set_password(password)
    else:
        account.set_unusable_password()
    account.save()
    for service in services:
        assign(account, service)
    return account


def assign(account: Account, service: Service, **fields: Any) -> ServiceAssignment:
    """The account works in the service since yesterday."""
    values = {"starts_at": clock.now() - timedelta(days=1)} | fields
    return ServiceAssignment.objects.create(account=account, service=service, **values)


def make_patient(entity: LegalEntity | None = None, *, qualified: bool = True, **fields: Any) -> Patient:
    """A patient; `qualified` gives a qualified INS."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "ipp": f"IPP{number:07d}",
        "birth_name": f"MARTIN{number}",
        "birth_given_names": "JEANNE MARIE",
        "first_given_name": "JEANNE",
        "sex": "F",
        "birth_date": date(1954, 3, 12),
        "birth_place_code": "69383",
        "birth_place": "LYON 3E",
    }
    if qualified:
        values |= {
            "identity_status": Patient.IdentityStatus.QUALIFIEE,
            "ins": make_ins(),
            "ins_oid": "1.2.250.1.213.1.4.10",
            "ins_checked_at": now,
            "qualified_at": now,
        }
    return Patient.objects.create(legal_entity=entity or make_legal_entity(), **values | fields)


def make_episode(patient: Patient, service: Service | None = None, **fields: Any) -> Episode:
    """An open stay of today's, six hours old at most: after midnight too, it is an arrival of the day."""
    now = clock.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"visit_number": f"V{next(_numbers):07d}", "starts_at": max(midnight, now - timedelta(hours=6))} | fields
    return Episode.objects.create(patient=patient, service=service or make_service(patient.legal_entity), **values)


def proof_of(means: str = "passkey", instant: datetime | None = None) -> SessionProof:
    """The proof of a local means, now by default."""
    return proofs.local(means, instant or clock.now())


def login(client: Client, account: Account, proof: SessionProof | str = "passkey") -> SessionProof:
    """Open a session for `account` as the login pages would, and give its proof."""
    kept = proof_of(proof) if isinstance(proof, str) else proof
    now = clock.now().isoformat()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update(
        {
            sessions.ACCOUNT: account.pk,
            sessions.STARTED: now,
            sessions.SEEN: now,
            sessions.RIGHTS: account.rights_version,
        }
    )
    proofs.write(store, kept)
    store.save()
    OpenSession.objects.create(account=account, session_key=store.session_key, started_at=clock.now())
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return kept
