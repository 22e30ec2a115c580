"""Setting the connection from the screen, testing it without a patient, and what it changes of a consultation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.test import Client

from support.consultation import Ready, connect, directory, write_credentials
from support.dmp_double import World
from support.hospital import login, make_account, make_legal_entity, make_patient, make_service
from support.pki import FINESS_JURIDIQUE, pki
from support.tls_server import answer, hang_up, serve
from tramontane.demo.pki import pem
from tramontane.dmp.nomenclatures import Coded
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import connection, services
from tramontane.hospital.consultations.connection import Verdict
from tramontane.hospital.consultations.models import DmpConnection, SiteContract
from tramontane.hospital.traces.models import Trace

LOINC = "2.16.840.1.113883.6.1"


@pytest.fixture
def rssi(ready: Ready) -> Account:
    return make_account(ready.account.legal_entity, roles=(Role.RSSI,))


@pytest.fixture
def browser(rssi: Account, client: Client) -> Client:
    login(client, rssi)
    return client


def typed(row: DmpConnection, **fields: Any) -> dict[str, Any]:
    """What the form posts when nothing is changed but `fields`."""
    names = ("base_url", "trust_path", "crl_path", "revocation", "authentication", "signature", "secret_name",
             "software_oid", "first_search_years", "preferred_types", "web_ps_url", "minor_secret_code")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"software_homologation": ""} | fields


def test_the_form_shows_places_and_neither_key_nor_homologation_number(browser: Client, ready: Ready) -> None:
    page = browser.get("/rssi/connexion/regler/").content.decode()
    assert ready.connection.authentication in page
    assert ready.connection.software_homologation not in page
    assert "PRIVATE KEY" not in page


def test_what_changed_is_kept_and_traced_before_and_after(browser: Client, ready: Ready, rssi: Account) -> None:
    site = ready.service.geographic_entity
    values = typed(ready.connection, base_url="https://autre.test/services/", software_homologation="NOUVEAU-NUMERO")
    values |= {f"signed_at-{site.pk}": "2026-01-01", f"expires_at-{site.pk}": "2028-01-01"}
    assert browser.post("/rssi/connexion/regler/", values).status_code == 302
    row = ready.connection
    assert (row.base_url, row.software_homologation) == ("https://autre.test/services/", "NOUVEAU-NUMERO")
    assert SiteContract.objects.get(geographic_entity=site).expires_at == date(2028, 1, 1)
    trace = Trace.objects.filter(event="configuration.modifiee", account_id=rssi.pk).get()
    changed = trace.detail["connection"]
    assert changed["base_url"][1] == "https://autre.test/services/"
    assert changed["software_homologation"] == "modifié"
    assert changed[site.finess_geographique] == [["", ""], ["2026-01-01", "2028-01-01"]]
    assert set(changed) == {"base_url", "software_homologation", site.finess_geographique}


def test_nothing_changed_leaves_no_trace_and_keeps_the_homologation_number(browser: Client, ready: Ready) -> None:
    before = ready.connection
    browser.post("/rssi/connexion/regler/", typed(before))
    after = ready.connection
    assert (after.software_homologation, after.updated_at) == (before.software_homologation, before.updated_at)
    assert not Trace.objects.filter(event="configuration.modifiee", detail__has_key="connection").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("base_url", "http://dmp.test/services/", "une adresse https://"),
        ("base_url", "https://dmp.test/services", "terminée par"),
        ("authentication", "-----BEGIN " + "PRIVATE KEY-----", "jamais la clé elle-même"),
        ("authentication", "/chemin/sans/file.p12", "file:/"),
        ("signature", "pkcs11:token=hsm;object=cachet?pin-value=1234", "ne s’écrit pas ici"),
        ("crl_path", "", "La révocation est exigée"),
        ("first_search_years", "5", "choix valide"),
        ("web_ps_url", "http://web-ps.test/{ins}", "une adresse https://"),
        ("web_ps_url", "https://web-ps.test/{nom}", "seul {ins}"),
        ("preferred_types", ["INCONNU"], "choix valide"),
    ],
)
def test_what_cannot_serve_is_refused_with_what_is_expected(
    browser: Client, ready: Ready, field: str, value: Any, sentence: str
) -> None:
    before = typed(ready.connection)
    response = browser.post("/rssi/connexion/regler/", typed(ready.connection, **{field: value}))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert typed(ready.connection) == before


def test_a_first_connection_asks_for_everything(db: None, client: Client) -> None:
    entity = make_legal_entity()
    login(client, make_account(entity, roles=(Role.RSSI,)))
    assert client.get("/rssi/connexion/regler/").status_code == 200
    assert "première saisie" in client.post("/rssi/connexion/regler/", {}).content.decode()
    page = client.post("/rssi/connexion/tester/").content.decode()
    assert "Aucune connexion au DMP n’est réglée" in page


def test_only_the_rssi_sets_and_tests(client: Client, ready: Ready) -> None:
    for role in (Role.DPO, Role.CLINICIAN, Role.ACCOUNT_MANAGER):
        login(client, make_account(ready.account.legal_entity, roles=(role,)))
        assert client.get("/rssi/connexion/regler/").status_code == 403
        assert client.post("/rssi/connexion/tester/").status_code == 403


def verdicts(row: DmpConnection | None) -> dict[str, Verdict]:
    return {finding.step: finding.verdict for finding in connection.findings(row, clock.now())}


@pytest.fixture
def row(db: None) -> Callable[..., DmpConnection]:
    entity = make_legal_entity(finess_juridique=FINESS_JURIDIQUE)
    return lambda **fields: connect(entity, **fields)


def test_a_server_that_answers_passes_up_to_its_door(row: Callable[..., DmpConnection]) -> None:
    with serve(answer(b"", date=format_datetime(clock.now(), usegmt=True))) as server:
        found = verdicts(row(base_url=server.base_url))
        assert server.requests[0].head.startswith("HEAD /services/ ")
    assert found.pop("Contrat et liste blanche") is Verdict.NOT_RUN
    assert set(found.values()) == {Verdict.PASSED}
    assert {"Fichiers et clés", "Clé de signature", "Nom du serveur", "TLS mutuel", "Horloge"} <= set(found)


@pytest.mark.parametrize("name", ["server_revoked", "server_expired", "server_twin"])
def test_a_server_that_is_not_the_dmp_fails_at_tls(row: Callable[..., DmpConnection], name: str) -> None:
    with serve(answer(b""), credentials=getattr(pki(), name)) as server:
        assert verdicts(row(base_url=server.base_url))["TLS mutuel"] is Verdict.FAILED
        assert server.requests == []


def test_a_server_that_refuses_our_certificate_fails_at_tls(row: Callable[..., DmpConnection]) -> None:
    with serve(answer(b""), client_anchors=pki().twin.anchors) as server:
        found = verdicts(row(base_url=server.base_url))
    assert Verdict.FAILED in found.values()
    assert found.get("TLS mutuel") is not Verdict.PASSED


def test_a_server_that_hangs_up_or_is_not_there_is_said(row: Callable[..., DmpConnection]) -> None:
    with serve(hang_up) as server:
        configured = row(base_url=server.base_url)
        assert verdicts(configured)["Connexion"] is Verdict.FAILED
    assert verdicts(configured)["Connexion"] is Verdict.FAILED


def test_an_unknown_name_is_said(row: Callable[..., DmpConnection]) -> None:
    assert verdicts(row(base_url="https://inconnu.invalid/services/"))["Nom du serveur"] is Verdict.FAILED


def test_a_clock_that_drifts_is_said(row: Callable[..., DmpConnection]) -> None:
    with serve(answer(b"", date="Mon, 01 Jan 2024 00:00:00 GMT")) as server:
        assert verdicts(row(base_url=server.base_url))["Horloge"] is Verdict.FAILED


def test_what_fails_before_the_network_stops_there(row: Callable[..., DmpConnection]) -> None:
    stale = directory() / "stale.pem"
    stale.write_bytes(pem(*pki().stale_crls))
    with serve(answer(b"")) as server:
        configured = row(base_url=server.base_url, crl_path=str(stale))
        found = verdicts(configured)
        assert found["Listes de révocation"] is Verdict.FAILED
        assert found["Réseau"] is Verdict.NOT_RUN
        configured.authentication = "file:/nulle/part.p12"
        assert verdicts(configured)["Fichiers et clés"] is Verdict.FAILED
        configured.authentication = write_credentials("expired", pki().auth_expired)
        assert verdicts(configured)["Authentification (TLS mutuel)"] is Verdict.FAILED
        assert server.connections == 0


def test_the_test_is_traced_with_what_failed(browser: Client, ready: Ready) -> None:
    DmpConnection.objects.update(base_url="https://inconnu.invalid/services/")
    page = browser.post("/rssi/connexion/tester/").content.decode()
    assert "1\u00a0point est en échec" in page
    trace = Trace.objects.get(event="configuration.testee")
    assert (trace.outcome, trace.detail) == ("échec", {"failed": ["Nom du serveur"]})


def test_the_first_search_follows_the_types_and_the_depth_of_the_entity(ready: Ready) -> None:
    values = {"first_search_years": 1, "preferred_types": ["11502-2", "PLUS-DE-CE-TYPE"]}
    services.keep_connection(ready.account.legal_entity, values, {}, actor=actor(ready.account, None))
    old = ready.dossier.feed(at=clock.now() - timedelta(days=400), title="Avant un an")
    other = ready.dossier.feed(at=clock.now(), type_code=Coded("34112-3", LOINC, "CR"))
    wanted = ready.dossier.feed(at=clock.now(), type_code=Coded("11502-2", LOINC, "Biologie"))
    told = services.open_record(ready.access).told
    assert told is not None
    assert {notice.unique_id for notice in told.notices} == {wanted.unique_id}
    assert old.unique_id != other.unique_id
    assert any("type" in sentence for sentence in told.hidden)


def test_the_web_ps_link_is_absent_until_it_is_configured(client: Client, ready: Ready) -> None:
    login(client, ready.account)
    services.open_record(ready.access)
    address = f"/patients/{ready.patient.pk}/dmp/web-ps/"
    assert "Web-PS" not in client.get(f"/patients/{ready.patient.pk}/").content.decode()
    assert client.get(address).status_code == 404
    DmpConnection.objects.update(web_ps_url="https://web-ps.test/AccesDirect/DossierPatient/{ins}")
    assert address in client.get(f"/patients/{ready.patient.pk}/").content.decode()
    response = client.get(address)
    assert response["Location"] == f"https://web-ps.test/AccesDirect/DossierPatient/{ready.patient.ins}"
    assert response["Referrer-Policy"] == "no-referrer"
    trace = Trace.objects.get(event="web_ps.ouvert")
    assert (trace.transaction, trace.patient_id, trace.rpps) == ("TD0.10", ready.patient.pk, ready.account.rpps)


def test_the_web_ps_is_refused_as_the_dmp_is(client: Client, ready: Ready) -> None:
    DmpConnection.objects.update(web_ps_url="https://web-ps.test/{ins}")
    login(client, ready.account)
    ready.say("consultation", "opposition")
    response = client.get(f"/patients/{ready.patient.pk}/dmp/web-ps/")
    assert response.status_code == 403
    assert 'data-code="patient-oppose"' in response.content.decode()
    assert not Trace.objects.filter(event="web_ps.ouvert").exists()


def test_the_web_ps_of_a_patient_out_of_reach_does_not_exist(client: Client, ready: Ready, world: World) -> None:
    login(client, ready.account)
    other = make_patient(make_service().geographic_entity.legal_entity)
    assert client.get(f"/patients/{other.pk}/dmp/web-ps/").status_code == 404
