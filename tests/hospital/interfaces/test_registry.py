"""The registry of record systems: what is accepted, rotated, closed, and by whom."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from support.hospital import login, make_account, make_legal_entity
from support.record_system import make_record_system, public_pem
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.interfaces.models import RecordSystem, RecordSystemKey
from tramontane.hospital.interfaces.services import registry
from tramontane.hospital.traces.events import Actor
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
WHO = Actor("690000001")
HOME = "/rssi/logiciels/"


@pytest.fixture
def entity():
    return make_legal_entity()


@pytest.fixture
def officer(entity) -> Client:
    client = Client()
    login(client, make_account(entity, roles=(Role.RSSI,)))
    return client


@pytest.mark.parametrize(
    "origin", ["", "https://dpi.exemple.fr", "https://dpi.exemple.fr:8443", "http://localhost:9000"]
)
def test_an_origin_is_kept_as_browsers_write_it(origin):
    assert registry.checked_origin(origin) == origin


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "https://*.exemple.fr", "https://dpi.exemple.fr/", "https://dpi.exemple.fr/x", "http://dpi.exemple.fr",
     "dpi.exemple.fr", "https://a b", "https://dpi.fr; script-src *", "https://u:p@dpi.fr", "javascript:alert(1)", "'self'"],
)  # fmt: skip
def test_what_is_not_one_secure_origin_is_refused(origin):
    with pytest.raises(registry.RegistryError):
        registry.checked_origin(origin)


def test_an_identifier_names_one_record_system(entity):
    system, _ = make_record_system(entity)
    with pytest.raises(registry.RegistryError) as refused:
        registry.register(make_legal_entity(), identifier=system.identifier, name="Autre", origin="", actor=WHO)
    assert refused.value.field == "identifier"


@pytest.mark.parametrize("pem", ["", "pas une clé", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_what_is_not_a_key_is_refused(entity, pem):
    with pytest.raises(registry.RegistryError):
        registry.add_key(make_record_system(entity)[0], pem, actor=WHO)


def test_a_key_of_another_kind_is_refused(entity):
    key = rsa.generate_private_key(65537, 2048)
    with pytest.raises(registry.RegistryError, match="autre type"):
        registry.add_key(make_record_system(entity)[0], public_pem(key), actor=WHO)


def test_a_key_names_one_record_system(entity):
    _, signer = make_record_system(entity)
    with pytest.raises(registry.RegistryError, match="déjà"):
        registry.add_key(make_record_system(entity)[0], public_pem(signer.key), actor=WHO)


def test_two_keys_are_in_force_together_while_they_are_rotated(entity):
    system, _ = make_record_system(entity)
    registry.add_key(system, public_pem(Ed25519PrivateKey.generate()), actor=WHO)
    assert system.keys.filter(revoked_at=None).count() == 2


def test_no_private_key_is_ever_kept(entity):
    make_record_system(entity)
    assert "PRIVATE" not in RecordSystemKey.objects.get().public_key


def test_every_change_is_traced_once(entity):
    system, _ = make_record_system(entity)
    for _ in range(2):
        registry.revoke_key(system.keys.get(), actor=WHO)
        registry.close(system, actor=WHO)
    changes = [trace.detail["change"] for trace in Trace.objects.order_by("pk")]
    assert changes == ["enregistré", "clé ajoutée", "clé révoquée", "fermé"]


def test_the_officer_registers_a_record_system_and_its_key(officer, entity):
    page = officer.post(HOME, {"name": "DPI", "identifier": "dpi", "origin": "https://dpi.exemple.fr"}, follow=True)
    system = RecordSystem.objects.get()
    assert "ajoutez sa clé publique" in page.content.decode()
    key = {"public_key": public_pem(Ed25519PrivateKey.generate())}
    assert "Clé ajoutée" in officer.post(f"{HOME}{system.pk}/cles/", key, follow=True).content.decode()
    row = system.keys.get()
    assert "révoquée" in officer.post(f"{HOME}{system.pk}/cles/{row.pk}/revoquer/", follow=True).content.decode()
    assert "fermé" in officer.post(f"{HOME}{system.pk}/fermer/", follow=True).content.decode()


def test_a_refused_form_keeps_what_was_typed_and_says_why(officer):
    response = officer.post(HOME, {"name": "DPI", "identifier": "dpi", "origin": "https://*"})
    assert response.status_code == 422
    assert "Attendu" in response.content.decode()
    system = RecordSystem.objects.create(
        legal_entity=make_legal_entity(), identifier="x", name="x", created_at="2026-01-01T00:00:00Z"
    )
    assert officer.post(f"{HOME}{system.pk}/cles/", {"public_key": "non"}).status_code == 404


def test_a_refused_key_is_said_beside_its_record_system(officer, entity):
    system, _ = make_record_system(entity)
    response = officer.post(f"{HOME}{system.pk}/cles/", {"public_key": "non"})
    assert (response.status_code, "Ed25519" in response.content.decode()) == (422, True)


def test_only_the_security_officer_enters_and_sees_her_entity_alone(officer, entity):
    make_record_system(make_legal_entity(), name="Logiciel d’ailleurs")
    assert "ailleurs" not in officer.get(HOME).content.decode()
    clinician = Client()
    login(clinician, make_account(entity))
    assert clinician.get(HOME).status_code == 403
