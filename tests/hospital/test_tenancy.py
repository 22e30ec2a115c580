"""« Nothing crosses from one legal entity to another », for every page and endpoint: the table of `support.addresses` is
walked by a person who holds every role (by one of each role too, in the campaign), with the objects of another entity in
the address, in the query and in the form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from support.addresses import ADDRESSES, Address
from support.consultation import play_double
from support.dmp_double import World
from support.tenants import EVERY_ROLE, OURS, THEIRS, Tenant, Visitor, make_tenant
from support.walking import in_address, text_of, undone
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.objectives.models import Sharing
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
# 400 and 422: what was posted was not even read as a form of this page.
REFUSED = {400, 403, 404, 405, 422}
METHODS = ("GET", "POST")
SCIM_METHODS = ("GET", "PUT", "PATCH", "DELETE")


def declared(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The full name of every pattern of the urlconf."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, str(pattern.name)))
        else:
            yield from declared(pattern, (*namespaces, *filter(None, [pattern.namespace])))


def test_every_address_has_its_line_and_every_line_its_address() -> None:
    found = set(declared(get_resolver()))
    assert sorted(found - set(ADDRESSES)) == [], "add them to tests/support/addresses.py"
    assert sorted(set(ADDRESSES) - found) == [], "remove them from tests/support/addresses.py"


def test_every_parameter_of_every_address_is_said() -> None:
    for name, address in ADDRESSES.items():
        reverse(name, **in_address(address, dict.fromkeys(address.words, "11111111-1111-4111-8111-111111111111")))


# The walk.


@pytest.fixture
def tenants(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Tenant, Tenant]]:
    """Two entities that have one of everything each."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    world = World()
    play_double(monkeypatch, world)
    ours, theirs = make_tenant(world, OURS), make_tenant(world, THEIRS)
    for tenant in (ours, theirs):
        # Our record system signs a link about their patient: the link is good, the patient is not ours.
        tenant.named |= {"typed": tenant.mark.lower(), "jeton": ours.named["link"](tenant.ready.patient)}
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # a list of documents is forgotten sooner than a slow walk ends
    yield ours, theirs
    clients.close_all()


def knock(visitor: Visitor, method: str, name: str, address: Address, path: dict[str, Any], said: Tenant) -> Any:
    """One request. `said`: whose words fill the query and the form."""
    query = {field: text.format_map(said.named) for field, text in address.query.items()}
    url = reverse(name, **in_address(address, path)) + (f"?{urlencode(query)}" if query else "")
    options: dict[str, Any] = {"follow": not (address.open or address.scim)}
    if address.scim:
        options["headers"] = {"Authorization": f"Bearer {OURS}"}
    visitor.sit_down()
    if method == "GET":
        return visitor.get(url, **options)
    filled = {
        field: text.format_map(said.named) if isinstance(text, str) else text for field, text in address.form.items()
    }
    if address.json or address.scim:
        options["content_type"] = "application/json"
    return getattr(visitor, method.lower())(url, filled, **options)


def methods_of(address: Address) -> tuple[str, ...]:
    return SCIM_METHODS if address.scim else METHODS


def mixtures(address: Address, ours: Tenant, theirs: Tenant) -> Iterator[tuple[dict[str, Any], tuple[Tenant, ...]]]:
    """Every way to name things of theirs and of ours in one address, and whose they are."""
    for owners in product((theirs, ours), repeat=len(address.words)):
        yield {word: who.named[word] for word, who in zip(address.words, owners, strict=True)}, owners


def test_nothing_of_another_entity_is_given_nor_changed(tenants: tuple[Tenant, Tenant]) -> None:
    walk(tenants, {})


@pytest.mark.campaign
def test_nothing_of_another_entity_is_given_to_anybody(tenants: tuple[Tenant, Tenant]) -> None:
    walk(tenants, {role.value: tenants[0].visitor(role) for role in EVERY_ROLE})


def walk(tenants: tuple[Tenant, Tenant], people: dict[str, Visitor]) -> None:
    """Whoever holds every role knocks at every address; then `people`, who hold one role each."""
    ours, theirs = tenants
    before = kept_of(theirs)  # once: every request is undone
    for name, address in ADDRESSES.items():
        for method, (path, owners) in product(methods_of(address), mixtures(address, ours, theirs)):
            where = f"{method} {name} {path}"
            # Who holds every role tries every mixture; who holds one tries what is wholly theirs.
            who = {"every role": ours.everyone, **(people if ours not in owners else {})}
            with undone():
                for role, visitor in who.items():
                    response = knock(visitor, method, name, address, path, theirs)
                    refused = response.status_code in REFUSED or address.open or address.silent or theirs not in owners
                    assert refused, (where, role, response.status_code)
                    require_nothing_of(theirs, response, address, f"{where} as {role}")
                    if response.status_code == 405:
                        break  # nobody may: no need to try everybody
                assert kept_of(theirs) == before, where
                assert not address.form or crossings() == [], where


def require_nothing_of(theirs: Tenant, response: Any, address: Address, where: str) -> None:
    """Neither their mark nor their patient's INS; an INS that was typed may come back in its field."""
    said = text_of(response)
    assert response.status_code < 500, where
    assert THEIRS not in said, where
    assert address.types_ins or theirs.named["ins"] not in said, where


def kept_of(theirs: Tenant) -> tuple[list[Any], int]:
    """Their rows, and how many traces they have."""
    return theirs.state(), Trace.objects.filter(finess_juridique=theirs.finess).count()


def test_the_same_addresses_open_what_is_ours(tenants: tuple[Tenant, Tenant]) -> None:
    ours, _ = tenants
    dead, blind = [], []
    for name, address in ADDRESSES.items():
        statuses, seen = [], ""
        for method in methods_of(address):
            with undone():
                response = knock(ours.everyone, method, name, address, ours.named, ours)
                statuses.append(response.status_code)
                seen += text_of(response)
        if not address.idle and not any(status < 400 or status in (409, 422) for status in statuses):
            dead.append((name, statuses))
        if address.shows and OURS not in seen:
            blind.append(name)  # the walk would see nothing cross
    assert (dead, blind) == ([], [])


def test_nobody_without_a_session_gets_anything(tenants: tuple[Tenant, Tenant]) -> None:
    ours, _ = tenants
    for name, address in ADDRESSES.items():
        if address.scim:
            continue  # a bearer token of the entity, tested with it
        for method in METHODS:
            with undone():
                response = knock(Visitor(), method, name, address, ours.named, ours)
                said = text_of(response)
            assert OURS not in said, name
            at_login = any(url.startswith("/connexion/") for url, _ in getattr(response, "redirect_chain", ()))
            assert address.open or at_login or response.status_code in (401, 403, 405), (name, response.status_code)


# What a form could tie together.


@cache
def _models() -> list[Any]:
    return [model for model in apps.get_models() if model.__module__.startswith("tramontane.hospital")]


def crossings() -> list[str]:
    """The rows that belong to two legal entities, by any path of foreign keys."""
    rows = {(model, row.pk): row for model in _models() for row in model._default_manager.all()}
    owners: dict[Any, frozenset[int]] = {}

    def owners_of(model: Any, pk: Any) -> frozenset[int]:
        if model is LegalEntity:
            return frozenset([pk])
        if (model, pk) not in owners:
            owners[model, pk] = frozenset()  # a row that names itself adds nothing
            row = rows[model, pk]
            keys = [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and getattr(row, f.attname)]
            named = [owners_of(f.related_model, getattr(row, f.attname)) for f in keys if f.related_model in _models()]
            owners[model, pk] = frozenset().union(*named)
        return owners[model, pk]

    # A sharing is between two entities, on purpose, and its owner alone makes it (tests/hospital/objectives).
    kept = [(model, pk) for model, pk in rows if model is not Sharing]
    return [f"{model.__name__} {pk}" for model, pk in kept if len(owners_of(model, pk)) > 1]
