"""The security officer's pages: what is to look at, and what was observed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_account
from support.pki import OTHER_FINESS_JURIDIQUE
from tramontane.dmp.errors import SoapFault
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.consultations import gateway, services
from tramontane.hospital.consultations.models import Opening, SiteContract
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record

TRUE = Declarations("Patient inconscient", unable_to_express_will=True, immediate_risk=True)


@pytest.fixture
def rssi(ready: Ready) -> Account:
    return make_account(ready.account.legal_entity, roles=(Role.RSSI,))


@pytest.fixture
def browser(rssi: Account, client: Client) -> Client:
    login(client, rssi)
    return client


@pytest.fixture
def opening(ready: Ready) -> Opening:
    opened = services.bris_de_glace_open(ready.access, TRUE)
    assert isinstance(opened, Opening)
    services.open_record(ready.access.in_emergency(opened))
    return opened


def test_an_emergency_access_is_controlled_once_with_a_conclusion(
    browser: Client, rssi: Account, opening: Opening
) -> None:
    assert "1\u00a0accès en urgence" in browser.get("/rssi/").content.decode()
    page = browser.get(f"/rssi/acces-urgence/{opening.pk}/").content.decode()
    assert "Patient inconscient" in page
    assert "TD3.1 : demande envoyée" in page
    assert browser.post(f"/rssi/acces-urgence/{opening.pk}/", {"comment": " "}).status_code == 422
    browser.post(f"/rssi/acces-urgence/{opening.pk}/", {"comment": "Urgence confirmée"})
    opening.refresh_from_db()
    assert (opening.reviewed_by, opening.review_comment) == (rssi, "Urgence confirmée")
    page = browser.post(f"/rssi/acces-urgence/{opening.pk}/", {"comment": "Autre"}, follow=True).content.decode()
    assert "était déjà enregistré" in page
    assert "Urgence confirmée" in page
    opening.refresh_from_db()
    assert opening.review_comment == "Urgence confirmée"
    assert Trace.objects.filter(event="bris_de_glace.controle").count() == 1


def test_an_emergency_nobody_ended_says_that_it_stopped_by_itself(browser: Client, opening: Opening) -> None:
    path = f"/rssi/acces-urgence/{opening.pk}/"
    assert "pas encore déclarée" in browser.get(path).content.decode()
    Opening.objects.update(opened_at=clock.now() - policy().emergency)
    assert "s’est arrêté de lui-même" in browser.get(path).content.decode()


def test_nobody_controls_her_own_emergency_access(client: Client, ready: Ready, opening: Opening) -> None:
    ready.account.roles = [Role.CLINICIAN.value, Role.RSSI.value]
    ready.account.save()
    login(client, ready.account)
    client.post(f"/rssi/acces-urgence/{opening.pk}/", {"comment": "Tout va bien"})
    opening.refresh_from_db()
    assert opening.reviewed_at is None


def test_the_connection_page_tells_certificates_white_list_refusals_and_unanswered_calls(
    browser: Client, ready: Ready, settings: object
) -> None:
    settings.CONSULTATION = {"unanswered_seconds": -1}  # type: ignore[attr-defined]
    ready.world.fail(
        "TD0.2",
        SoapFault("Refusé.", remote_code="DMPAccessDeniedByRightsService", remote_text="liste blanche : aucun contrat"),
    )
    with pytest.raises(SoapFault):
        gateway.status(ready.access)
    with transaction.atomic():
        record(ready.access.event("dmp.demande", transaction="TD3.1", correlation=uuid4()))
    page = browser.get("/rssi/connexion/").content.decode()
    for words in (
        "Le DMP refuse ce site",
        "Vérifiez son contrat AIR",
        "exigée",
        "refusé",
        "DMPAccessDeniedByRightsService",
    ):
        assert words in page
    assert "ses deux certificats sont valides" not in page
    assert "1\u00a0appel annoncé n’a" in page


def test_without_a_refused_site_the_connection_page_leads_with_its_certificates(browser: Client, ready: Ready) -> None:
    gateway.status(ready.access)
    assert "ses deux certificats sont valides" in browser.get("/rssi/connexion/").content.decode()


def test_what_was_observed_may_be_forgotten(browser: Client, ready: Ready) -> None:
    gateway.status(ready.access)
    site = ready.access.site
    assert site is not None
    for _ in range(2):
        browser.post(f"/rssi/connexion/sites/{site.pk}/oublier/")
    assert SiteContract.objects.get(geographic_entity=site).observed_state == "unknown"
    assert Trace.objects.filter(event="configuration.modifiee").count() == 1


def test_an_entity_without_connection_says_so(client: Client, db: None) -> None:
    login(client, make_account(roles=(Role.RSSI,)))
    assert "Aucune connexion au DMP n’est configurée" in client.get("/rssi/connexion/").content.decode()


def test_the_accesses_of_another_legal_entity_do_not_exist(
    browser: Client, ready: Ready, world: World, opening: Opening
) -> None:
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    theirs = services.bris_de_glace_open(other.access, TRUE)
    assert isinstance(theirs, Opening)
    assert browser.get(f"/rssi/acces-urgence/{theirs.pk}/").status_code == 404
    assert other.patient.birth_name not in browser.get("/rssi/acces-urgence/").content.decode()
    gateway.status(other.access)
    assert other.access.site is not None
    assert browser.post(f"/rssi/connexion/sites/{other.access.site.pk}/oublier/").status_code == 404


@pytest.mark.parametrize("path", ["/rssi/", "/rssi/connexion/", "/rssi/acces-urgence/"])
def test_a_clinician_is_told_who_may_open_these_pages(client: Client, ready: Ready, path: str) -> None:
    login(client, ready.account)
    response = client.get(path)
    assert response.status_code == 403
    assert "RSSI" in response.content.decode()
