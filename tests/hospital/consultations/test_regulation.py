"""Medical regulation (centre 15): who may, with which motive, what the DMP is told, how it ends and is controlled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from support.consultation import MATRIX, Ready
from support.hospital import login, make_account
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules


@pytest.fixture
def browser(client: Client, ready: Ready) -> Client:
    login(client, ready.account)
    return client


def record(ready: Ready) -> str:
    return f"/patients/{ready.patient.pk}/"


def test_a_regulator_opens_in_her_mode_with_a_motive_and_the_dmp_hears_it(browser: Client, ready: Ready) -> None:
    browser.post(record(ready) + "dmp/etat/")
    assert "Accès de régulation (centre 15)" in browser.get(record(ready)).content.decode()
    address = record(ready) + "dmp/regulation/"
    assert browser.post(address, {"motive": " "}).status_code == 422
    assert browser.post(address, {"motive": "Appel pour douleur thoracique"}).status_code == 302
    browser.post(record(ready) + "dmp/etat/")
    asked = Trace.objects.filter(event="dmp.demande").exclude(access_mode="normal")
    modes = {(trace.transaction, trace.access_mode) for trace in asked}
    assert modes == {("TD0.2", "centre_15"), ("TD1.3a", "centre_15"), ("TD3.1", "centre_15")}
    page = browser.get(record(ready)).content.decode()
    assert "Accès de régulation (centre 15) :" in page
    assert "Appel pour douleur thoracique" in page
    assert "Terminer la régulation" in page


def test_the_authorisation_is_not_looked_at_in_this_mode(browser: Client, ready: Ready) -> None:
    ready.world.open(ready.patient.ins, authorisation="NON_EXISTE")
    assert not services.open_record(ready.access).readable
    opening = services.regulation_open(ready.access, "Appel")
    assert isinstance(opening, Opening)
    view = services.open_record(ready.access.in_emergency(opening))
    assert view.readable
    assert "Accès de régulation (centre 15)" in view.sentence


def test_an_opposition_to_emergency_dispatch_closes_it_and_one_to_bris_de_glace_does_not(ready: Ready) -> None:
    dossier = ready.dossier
    dossier.status = replace(dossier.status, opposition_bris_de_glace=True, opposition_acces_urgence=False)
    opening = services.regulation_open(ready.access, "Appel")
    assert isinstance(opening, Opening)
    assert services.open_record(ready.access.in_emergency(opening)).readable
    dossier.status = replace(dossier.status, opposition_acces_urgence=True)
    refused = services.refresh(ready.access.in_emergency(opening))
    assert "urgence-opposition" in {reason.code for reason in refused.reasons}


def test_it_ends_and_is_controlled_like_an_emergency(browser: Client, ready: Ready) -> None:
    browser.post(record(ready) + "dmp/regulation/", {"motive": "Appel"})
    browser.post(record(ready) + "dmp/bris-de-glace/terminer/")
    opening = Opening.objects.get(access_mode="centre_15")
    assert opening.ended_at is not None
    officer = Client()
    login(officer, make_account(ready.account.legal_entity, roles=(Role.RSSI,)))
    assert "centre 15" in officer.get("/rssi/acces-urgence/").content.decode()
    assert "régulation (centre 15)" in officer.get(f"/rssi/acces-urgence/{opening.pk}/").content.decode()
    officer.post(f"/rssi/acces-urgence/{opening.pk}/", {"comment": "Appel retrouvé"})
    opening.refresh_from_db()
    assert opening.review_comment == "Appel retrouvé"
    events = set(Trace.objects.filter(patient_id=ready.patient.pk).values_list("event", flat=True))
    assert {"regulation.ouverte", "regulation.terminee", "bris_de_glace.controle"} <= events


def test_nobody_without_the_right_sees_or_opens_it(browser: Client, ready: Ready) -> None:
    rules = [LocalRule(r.profession, r.service, LocalRights(consult=True), r.restricted_types) for r in MATRIX.rules]
    publish(ready.account.legal_entity, LocalRules(tuple(rules)), motive="Sans régulation", actor=ready.access.actor)
    assert "centre 15" not in browser.get(record(ready)).content.decode()
    response = browser.post(record(ready) + "dmp/regulation/", {"motive": "Appel"})
    assert response.status_code == 422
    assert 'data-code="habilitation-regulation"' in response.content.decode()
    assert not Opening.objects.filter(access_mode="centre_15").exists()
    assert Trace.objects.filter(event="acces.refuse").exists()


def test_a_motive_is_always_there(ready: Ready) -> None:
    with pytest.raises(ValueError, match="motif"):
        services.regulation_open(ready.access, "  ")
