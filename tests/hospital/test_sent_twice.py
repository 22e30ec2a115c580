"""A form sent twice writes once: every POST of the table of addresses, the same one again in the same session.

A double click, a page sent again, two tabs: the second must neither write nor refuse what the first was granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from support.addresses import ADDRESSES, Address
from support.consultation import play_double
from support.dmp_double import World
from support.tenants import OURS, Tenant, make_tenant
from support.walking import in_address, undone
from tramontane.hospital.consultations.gateway import clients

pytestmark = pytest.mark.django_db

# What is written at each time, and why.
AGAIN = {
    "accounts:extract-traces": "who takes traces out leaves one each time",
    "accounts:hand-password": "another provisional password is shown: the former one is dead",
    "accounts:notice": "each reading is kept, the earlier ones too",
    "accounts:passkey-verify": "each refused login is traced",
    "accounts:recovery-codes": "other codes are shown: the former ones are dead",
    "accounts:verify-traces": "each verification is traced",
    "consultations:refresh": "the DMP is asked again because the professional wants it",
    "consultations:test-connection": "each test is traced",
    "documents:search": "the DMP is asked again because the professional wants it",
    "homologation:reveal": "who reads the secret number leaves a trace each time",
    "homologation:support-with-numbers": "the same",
    "interfaces:api-v1:declare": "a caller who wants one declaration names it (`submission`)",
    "objectives:document": "who takes a proof out leaves a trace each time",
    "objectives:pack": "the same",
    "objectives:pack-of": "the same",
    "patients:feed-replay": "each try is traced",
    "patients:outside": "each passage outside the care team is traced",
}
# Gone at the first time: « this does not exist » is the truth.
GONE = {"homologation:remove-reserve", "objectives:remove-date", "objectives:withdraw-sharing"}

# What the forms need to be accepted, beyond the table of addresses.
MATRIX_RULE = {"profession": "60", "service": "", "consult": "on", "motive": "Essai", "after": "1"}
IDENTITY = {
    "ipp": "NOUVEAU1", "birth_name": "DURAND", "birth_given_names": "ANNE LISE", "first_given_name": "ANNE", "sex": "F",
    "birth_date": "1980-02-03",
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "patients:create": IDENTITY,
    "patients:identity": IDENTITY,
    "patients:ins": {"ins": "254036938301236", "checked": "on"},
    "patients:consent": {"subject": "consultation", "choice": "opposition",
                         "submission": "11111111-1111-4111-8111-111111111111"},
    "habilitations:rule": MATRIX_RULE,
    "habilitations:remove-rule": {"profession": "10", "service": "", "motive": "Essai", "after": "1"},
    "habilitations:revision": {"motive": "Essai", "after": "1"},
    "habilitations:review": {"comment": "Toujours juste"},
    "consultations:regulation": {"motive": "Appel du SAMU"},
    "accounts:open-review": {"title": "Revue"},
}  # fmt: skip


@pytest.fixture
def ours(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Tenant]:
    """An entity that has one of everything."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    world = World()
    play_double(monkeypatch, world)
    tenant = make_tenant(world, OURS)
    tenant.named |= {"typed": OURS.lower()}
    yield tenant
    clients.close_all()


def test_a_form_sent_twice_writes_once(ours: Tenant) -> None:
    wrong = {}
    for name, address in ADDRESSES.items():
        with undone():
            first, before = send(ours, name, address), rows()
            if first.status_code == 405 or name in AGAIN:
                continue
            second, after = send(ours, name, address), rows()
        added = {model: count - before[model] for model, count in after.items() if count != before[model]}
        refused = first.status_code < 400 <= second.status_code and name not in GONE
        if added or refused or second.status_code >= 500:
            wrong[name] = (first.status_code, second.status_code, added)
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())


def send(ours: Tenant, name: str, address: Address) -> Any:
    """The form, as the one who holds every role sends it."""
    ours.everyone.sit_down()
    said = {
        field: text.format_map(ours.named) if isinstance(text, str) else text for field, text in address.form.items()
    }
    options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {OURS}"}} if address.scim else {}
    if address.json or address.scim:
        options["content_type"] = "application/json"
    path = reverse(name, **in_address(address, ours.named))
    return ours.everyone.post(path, said | FORMS.get(name, {}), **options)


def rows() -> dict[str, int]:
    """How many rows each table of the application holds."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("tramontane.hospital")]
    return {model.__name__: model._default_manager.count() for model in ours}
