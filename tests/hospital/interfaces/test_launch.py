"""The contextual launch, from the link to the panel: who gets in, once, and who never does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from support.consultation import Ready
from support.hospital import login, make_account, make_episode, make_legal_entity, make_patient, make_service, proof_of
from support.record_system import ORIGIN, make_record_system
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.interfaces.link import LaunchRefusedError
from tramontane.hospital.interfaces.models import Launch, RecordSystem
from tramontane.hospital.interfaces.services import registry
from tramontane.hospital.interfaces.services.launching import launch
from tramontane.hospital.traces.events import Actor
from tramontane.hospital.traces.models import Trace

NOBODY = Actor("")


@pytest.fixture
def system(ready: Ready):
    return make_record_system(ready.account.legal_entity)


def start(client: Client, token: str, **options):
    return client.get("/lancement/", {"jeton": token}, **options)


def opened_panel(client: Client, token: str) -> str:
    response = start(client, token)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def code_of(client: Client, token: str) -> str:
    response = start(client, token)
    assert response.status_code == 403
    return response.content.decode().partition("Code : ")[2].partition("<")[0]


def test_a_launch_opens_the_panel_of_its_patient_for_its_user(client, ready, system):
    login(client, ready.account)
    page = client.get(opened_panel(client, system[1].link(ready.account, ready.patient)))
    html = page.content.decode()
    assert page.status_code == 200
    assert ready.patient.birth_name in html
    assert 'id="dmp-etat"' in html
    assert ready.world.asked == []


def test_the_panel_has_no_bar_and_its_links_open_elsewhere(client, ready, system):
    login(client, ready.account)
    html = client.get(opened_panel(client, system[1].link(ready.account, ready.patient))).content.decode()
    assert 'class="topbar"' not in html
    assert '<base target="_blank">' in html


def test_the_panel_lists_the_documents_once_the_dmp_has_answered(client, ready, system):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=2), title="Compte rendu d’essai")
    login(client, ready.account)
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    client.post(f"/patients/{ready.patient.pk}/dmp/etat/", headers={"HX-Request": "true"})
    html = client.get(panel).content.decode()
    assert "Compte rendu d’essai" in html
    assert f"/patients/{ready.patient.pk}/?doc={entry.unique_id}" in html


def test_only_the_record_system_may_embed_the_panel(client, ready, system):
    login(client, ready.account)
    response = client.get(opened_panel(client, system[1].link(ready.account, ready.patient)))
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == ORIGIN
    assert "X-Frame-Options" not in response


def test_without_an_origin_nobody_may_embed_it(client, ready):
    _, signer = make_record_system(ready.account.legal_entity, origin="")
    login(client, ready.account)
    response = client.get(opened_panel(client, signer.link(ready.account, ready.patient)))
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_the_token_leaves_the_address_bar(client, ready, system):
    token = system[1].link(ready.account, ready.patient)
    assert token not in opened_panel(client, token)


def test_a_form_can_carry_the_link_instead_of_the_address(ready, system):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/lancement/", {"jeton": system[1].link(ready.account, ready.patient)})
    assert response.status_code == 302


# ── The user's own proof ───────────────────────────────────────────────────────────────────────────────────────────


def gate(client: Client, panel: str, ready: Ready) -> str:
    response = client.get(panel)
    html = response.content.decode()
    assert response.status_code == 403
    assert ready.patient.birth_name not in html
    assert ready.patient.ins not in html
    return html


def test_without_a_session_the_panel_asks_to_log_in_and_says_nothing_of_the_patient(client, ready, system):
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    html = gate(client, panel, ready)
    assert "/connexion/?suite=" in html


def test_one_factor_is_not_enough_and_the_way_up_is_shown(client, ready, system):
    login(client, ready.account, "recovery")
    html = gate(client, opened_panel(client, system[1].link(ready.account, ready.patient)), ready)
    assert "Confirmer mon identité" in html


def test_a_proof_too_old_is_not_enough(client, ready, system, settings):
    login(client, ready.account, proof_of("passkey", clock.now() - timedelta(hours=11)))
    gate(client, opened_panel(client, system[1].link(ready.account, ready.patient)), ready)


def test_somebody_else_logged_in_does_not_get_the_panel(client, ready, system):
    login(client, make_account(ready.account.legal_entity, services=(ready.service,)))
    html = gate(client, opened_panel(client, system[1].link(ready.account, ready.patient)), ready)
    assert "autre nom" in html


def test_a_departure_closes_the_panel_at_the_next_request(client, ready, system):
    login(client, ready.account)
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    Account.objects.filter(pk=ready.account.pk).update(is_active=False)
    gate(client, panel, ready)


def test_a_lost_role_or_reach_closes_the_panel(client, ready, system):
    login(client, ready.account)
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    ready.account.assignments.update(ends_at=clock.now())
    assert "plus accessible" in gate(client, panel, ready)
    Account.objects.filter(pk=ready.account.pk).update(roles=[Role.RSSI.value])
    assert "professionnels de santé" in gate(client, panel, ready)


# ── Refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_serves_once(client, ready, system):
    token = system[1].link(ready.account, ready.patient)
    opened_panel(client, token)
    assert code_of(client, token) == "lien-rejoue"
    assert Launch.objects.count() == 1


def test_two_links_may_not_share_an_identifier(client, ready, system):
    opened_panel(client, system[1].link(ready.account, ready.patient, jti="0123456789abcdef"))
    assert code_of(client, system[1].link(ready.account, ready.patient, jti="0123456789abcdef")) == "lien-rejoue"


def test_a_forged_link_does_not_use_up_the_identifier_of_a_true_one(client, ready, system):
    token = system[1].link(ready.account, ready.patient)
    forged = token[: token.rindex(".")] + "." + "A" * 86
    assert code_of(client, forged) in ("lien-signature", "lien-illisible")
    opened_panel(client, token)


def test_an_expired_link_opens_nothing(client, ready, system):
    claims = system[1].claims(clock.now() - timedelta(seconds=70), rpps=ready.account.rpps, ipp=ready.patient.ipp)
    assert code_of(client, system[1].sign(claims)) == "lien-expire"


def test_a_link_cannot_name_a_user_of_another_entity(client, ready, system):
    stranger = make_account()
    assert code_of(client, system[1].link(stranger, ready.patient)) == "utilisateur-inconnu"


def test_a_record_system_of_another_entity_cannot_name_our_user(client, ready):
    _, signer = make_record_system(make_legal_entity())
    assert code_of(client, signer.link(ready.account, ready.patient)) == "utilisateur-inconnu"


@pytest.mark.parametrize("changes", [{"rpps": "10999999999"}, {"rpps": None, "login": "personne"}])
def test_an_unknown_user_opens_nothing(client, ready, system, changes):
    assert code_of(client, system[1].link(ready.account, ready.patient, **changes)) == "utilisateur-inconnu"


def test_a_deactivated_user_opens_nothing(client, ready, system):
    Account.objects.filter(pk=ready.account.pk).update(is_active=False)
    assert code_of(client, system[1].link(ready.account, ready.patient)) == "utilisateur-inconnu"


def test_a_patient_of_another_entity_or_out_of_reach_opens_nothing(client, ready, system):
    elsewhere = make_patient()
    out_of_reach = make_patient(ready.account.legal_entity)
    make_episode(out_of_reach, make_service(ready.account.legal_entity))
    for patient in (elsewhere, out_of_reach):
        assert code_of(client, system[1].link(ready.account, patient)) == "patient-inconnu"


def test_an_episode_of_another_patient_opens_nothing(client, ready, system):
    other = make_episode(make_patient(ready.account.legal_entity), ready.service)
    token = system[1].link(ready.account, ready.patient, episode=other.visit_number)
    assert code_of(client, token) == "venue-inconnue"


def test_the_episode_of_the_link_is_the_one_of_the_panel(client, ready, system):
    login(client, ready.account)
    opened_panel(client, system[1].link(ready.account, ready.patient, episode=ready.episode.visit_number))
    assert Launch.objects.get().episode == ready.episode


def test_a_revoked_key_or_a_closed_record_system_opens_nothing(client, ready, system):
    login(client, ready.account)
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    registry.revoke_key(system[0].keys.get(), actor=NOBODY)
    assert code_of(client, system[1].link(ready.account, ready.patient)) == "lien-cle"
    assert client.get(panel).status_code == 200
    registry.close(system[0], actor=NOBODY)
    assert client.get(panel).status_code == 404


def test_a_panel_ends_with_the_longest_session(client, ready, system):
    login(client, ready.account)
    panel = opened_panel(client, system[1].link(ready.account, ready.patient))
    Launch.objects.update(launched_at=clock.now() - timedelta(hours=10, minutes=1))
    assert client.get(panel).status_code == 404


# ── Traces ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_launch_is_traced_with_its_user_and_patient_and_without_any_proof(client, ready, system):
    opened_panel(client, system[1].link(ready.account, ready.patient))
    trace = Trace.objects.get(event="lancement.contextuel")
    assert (trace.account_id, trace.patient_id, trace.proof) == (ready.account.pk, ready.patient.pk, {})
    assert trace.detail == {"record_system": system[0].identifier}


def test_a_refused_launch_is_traced_in_the_entity_whose_key_signed_it(client, ready, system):
    code_of(client, system[1].link(ready.account, make_patient()))
    trace = Trace.objects.get(event="lancement.refuse")
    assert trace.finess_juridique == ready.account.legal_entity.finess_juridique
    assert trace.detail["reason"] == "patient-inconnu"


@pytest.mark.django_db(transaction=True)
def test_of_ten_workers_that_receive_the_same_link_one_opens_it(world):
    entity = make_legal_entity()
    service = make_service(entity)
    account, patient = make_account(services=(service,)), make_patient(entity)
    make_episode(patient, service)
    token = make_record_system(entity)[1].link(account, patient)
    outcomes: list[str] = []

    def work() -> None:
        try:
            launch(token, at=clock.now())
            outcomes.append("opened")
        except LaunchRefusedError as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lien-rejoue"] * 9 + ["opened"]
    assert RecordSystem.objects.count() == 1
