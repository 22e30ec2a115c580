"""The REST API: the same rules, reasons and traces as the screens, for the person of the session."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from support.consultation import Ready, make_ready
from support.hospital import login, make_account, make_legal_entity, make_patient
from support.pki import OTHER_FINESS_JURIDIQUE
from support.record_system import make_record_system
from support.rest_api import base, post, problem
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.nomenclatures import Coded
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading, Role
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.hospital.traces.models import Trace

LOINC = "2.16.840.1.113883.6.1"


@pytest.fixture
def api(ready: Ready, client: Client) -> Client:
    login(client, ready.account)
    return client


def opened(api: Client, ready: Ready) -> dict[str, Any]:
    response = post(api, f"{base(ready)}/dmp/opening")
    assert response.status_code == 200, response.content
    return response.json()


def events() -> list[str]:
    return list(Trace.objects.order_by("pk").values_list("event", flat=True))


# ── The door ───────────────────────────────────────────────────────────────────────────────────────────────────────

ADDRESSES = ("", "/dmp", "/dmp/documents", "/dmp/documents/1.2.3", "/dmp/documents/1.2.3/content", "/consent")


@pytest.mark.parametrize("address", [*ADDRESSES[1:]])
def test_nobody_gets_anything_without_a_session(client, ready, address):
    body = problem(client.get(base(ready) + address), 401)
    assert body["code"] == "session-absente"
    assert ready.world.asked == []


def test_a_launch_alone_opens_no_session(client, ready):
    _, signer = make_record_system(ready.account.legal_entity)
    client.get("/lancement/", {"jeton": signer.link(ready.account, ready.patient)}, follow=True)
    problem(client.get(f"{base(ready)}/dmp"), 401)


def test_a_session_opened_before_a_launch_serves_the_api(api, ready):
    _, signer = make_record_system(ready.account.legal_entity)
    assert api.get("/lancement/", {"jeton": signer.link(ready.account, ready.patient)}, follow=True).status_code == 200
    assert api.get(f"{base(ready)}/dmp").status_code == 200


def test_what_writes_needs_the_csrf_token_of_the_session(ready):
    strict = Client(enforce_csrf_checks=True)
    login(strict, ready.account)
    body = problem(post(strict, f"{base(ready)}/dmp/opening"), 403)
    assert body["code"] == "csrf"
    assert ready.world.asked == []
    token = strict.get("/api/v1/session").json()["csrf_token"]
    assert post(strict, f"{base(ready)}/dmp/opening", headers={"X-CSRFToken": token}).status_code == 200


def test_the_session_says_who_is_there_and_how(api, ready):
    body = api.get("/api/v1/session").json()
    assert (body["login"], body["rpps"], body["two_factors"]) == (ready.account.login, ready.account.rpps, True)


def test_a_role_that_is_missing_is_named(client, ready):
    login(client, make_account(ready.account.legal_entity, roles=(Role.ADMISSIONS,)))
    assert problem(client.get(f"{base(ready)}/dmp"), 403)["code"] == "role-absent"
    assert client.get(f"{base(ready)}/consent").status_code == 200


def test_a_patient_of_another_entity_does_not_exist(api, ready):
    elsewhere = make_patient(make_legal_entity(), ipp="AILLEURS")
    for address in ADDRESSES[1:]:
        assert problem(api.get(f"/api/v1/patients/{elsewhere.ipp}{address}"), 404)["code"] == "patient-inconnu"
    for address, body in (("/dmp/opening", {}), ("/record/documents", {"unique_id": "1.2.3"})):
        problem(post(api, f"/api/v1/patients/{elsewhere.ipp}{address}", body), 404)
    assert ready.world.asked == []


def test_the_same_ipp_in_two_entities_names_the_patient_of_ones_own(api, ready, world):
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    other.patient.ipp = ready.patient.ipp
    other.patient.save()
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1))
    opened(api, ready)
    assert [one["unique_id"] for one in api.get(f"{base(ready)}/dmp/documents").json()["items"]] == [entry.unique_id]


# ── Status and opening ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_known_state_makes_no_call(api, ready):
    body = api.get(f"{base(ready)}/dmp").json()
    assert body["situation"] == "to_ask"
    assert (ready.world.asked, events().count("dmp.demande")) == ([], 0)


def test_opening_asks_once_and_tells_what_is_new(api, ready):
    ready.dossier.feed(at=clock.now() - timedelta(days=2), title="Compte rendu")
    body = opened(api, ready)
    assert (body["situation"], body["total"], body["notices"][0]["title"]) == ("readable", 1, "Compte rendu")
    assert "DMP ouvert" in body["sentence"]
    assert opened(api, ready)["kept"] is True
    assert ready.world.transactions == ["TD0.2", "TD3.1"]


def test_refreshing_asks_again(api, ready):
    opened(api, ready)
    assert post(api, f"{base(ready)}/dmp/opening", {"refresh": True}).json()["kept"] is False
    assert ready.world.transactions == ["TD0.2", "TD3.1"] * 2


def test_the_calls_of_the_api_leave_the_traces_of_the_screens(api, ready):
    opened(api, ready)
    assert events().count("dossier.ouvert") == 1
    assert [e for e in events() if e.startswith("dmp")] == ["dmp.demande", "dmp.reponse"] * 2
    trace = Trace.objects.filter(event="dmp.demande").first()
    assert trace is not None
    assert trace.rpps == ready.account.rpps
    assert trace.proof["means"] == "passkey"


def test_every_reason_of_a_refusal_is_told_with_who_can_lift_it(client, ready):
    login(client, ready.account, "recovery")
    NoticeReading.objects.all().delete()
    body = opened(client, ready)
    assert body["situation"] == "refused"
    codes = {reason["code"] for reason in body["reasons"]}
    assert {"facteur-unique", "notice-non-lue"} <= codes
    assert all(
        all(reason[name] for name in ("sentence", "reference", "next_step", "solver")) for reason in body["reasons"]
    )
    listed = problem(client.get(f"{base(ready)}/dmp/documents"), 403)
    assert {reason["code"] for reason in listed["reasons"]} == codes
    assert ready.world.asked == []


# ── List ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_not_given_before_the_dmp_has_answered(api, ready):
    body = problem(api.get(f"{base(ready)}/dmp/documents"), 409)
    assert (body["code"], "opening" in body["next_step"]) == ("dmp-non-interroge", True)


def test_the_list_describes_each_document(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=2), title="Compte rendu", content=b"%PDF-1.4")
    opened(api, ready)
    body = api.get(f"{base(ready)}/dmp/documents").json()
    (item,) = body["items"]
    assert (item["unique_id"], item["title"], item["new"], item["size"]) == (entry.unique_id, "Compte rendu", True, 8)
    assert api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}").json() == item


def test_pages_follow_one_another_without_loss_or_repetition(api, ready):
    for days in range(1, 8):
        ready.dossier.feed(at=clock.now() - timedelta(days=days))
    opened(api, ready)
    address, seen = f"{base(ready)}/dmp/documents?limit=3", []
    while address:
        page = api.get(address).json()
        seen += [item["unique_id"] for item in page["items"]]
        address = page["next"]
    assert page["total"] == 7
    assert seen == [
        e.unique_id for e in sorted(ready.dossier.entries, key=lambda e: e.service_start_time, reverse=True)
    ]


@pytest.mark.parametrize("count", [3, 60])
def test_a_page_costs_the_same_for_any_list_and_decodes_its_own_entries(
    api, ready, count, decoded, django_assert_max_num_queries
):
    for minutes in range(count):
        ready.dossier.feed(at=clock.now() - timedelta(days=1, minutes=minutes))
    opened(api, ready)
    with django_assert_max_num_queries(24):
        page = api.get(f"{base(ready)}/dmp/documents?limit=2").json()
    assert page["total"] == count
    assert decoded == [[item["unique_id"] for item in page["items"]]]


def test_the_list_is_filtered_by_type(api, ready):
    for code in ("11488-4", "11502-2", "11502-2"):
        ready.dossier.feed(at=clock.now() - timedelta(days=1), type_code=Coded(code, LOINC, code))
    opened(api, ready)
    assert api.get(f"{base(ready)}/dmp/documents?type=11502-2").json()["total"] == 2
    assert api.get(f"{base(ready)}/dmp/documents?type=11502-2&type=11488-4").json()["total"] == 3


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=99999999999"])
def test_a_window_out_of_bounds_is_refused_and_named(api, ready, query):
    body = problem(api.get(f"{base(ready)}/dmp/documents?{query}"), 422)
    assert query.partition("=")[0] in body["faults"][0]["field"]


def test_a_consent_withdrawn_closes_the_list_at_once(api, ready):
    ready.dossier.feed(at=clock.now() - timedelta(days=1))
    opened(api, ready)
    ready.say("consultation", "withdrawn")
    assert problem(api.get(f"{base(ready)}/dmp/documents"), 403)["reasons"][0]["code"] == "patient-oppose"


# ── Content ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_document(api: Client, ready: Ready, content: bytes = b"%PDF-1.4 essai"):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1), content=content, mime_type="application/pdf")
    opened(api, ready)
    return entry, api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}/content")


def test_a_document_is_read_byte_for_byte_and_traced(api, ready):
    content = b"%PDF-1.4 essai" * 10_000
    entry, response = read_document(api, ready, content)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == content
    assert response["Content-Length"] == str(len(content))
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert response["Repr-Digest"] == f"sha-256=:{digest}:"
    trace = Trace.objects.get(event="document.lu")
    assert trace.document_ids == [entry.unique_id]


def test_a_document_is_never_a_page_of_this_origin(api, ready):
    _, response = read_document(api, ready, b"<html><script>alert(1)</script></html>")
    assert response["Content-Disposition"] == "attachment"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"


def test_reading_it_again_in_the_same_session_asks_nothing(api, ready):
    entry, _ = read_document(api, ready)
    assert api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}/content").status_code == 200
    assert ready.world.transactions.count("TD3.2") == 1


def test_a_document_that_was_not_shown_is_not_found_and_not_asked_for(api, ready):
    opened(api, ready)
    body = problem(api.get(f"{base(ready)}/dmp/documents/1.2.3/content"), 404)
    assert body["code"] == "document-inconnu"
    problem(api.get(f"{base(ready)}/dmp/documents/1.2.3"), 404)
    assert "TD3.2" not in ready.world.transactions


def test_a_withdrawal_closes_the_contents_already_read(api, ready):
    entry, _ = read_document(api, ready)
    ready.say("consultation", "withdrawn")
    body = problem(api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}/content"), 403)
    assert body["reasons"][0]["code"] == "patient-oppose"
    assert events()[-1] == "acces.refuse"


def test_a_network_failure_says_whose_fault_and_where(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1))
    opened(api, ready)
    ready.world.fail("TD3.2", *[DeadlineExceeded("trop long", phase=Phase.WAITING)] * 5)
    body = problem(api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}/content"), 504)
    assert (body["whose"], bool(body["phase"])) == ("réseau", True)


def test_a_document_that_is_not_the_one_announced_is_not_given(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1), content=b"vrai")
    opened(api, ready)
    ready.dossier.contents[entry.unique_id] = b"faux"
    body = problem(api.get(f"{base(ready)}/dmp/documents/{entry.unique_id}/content"), 502)
    assert (body["code"], bool(body["checks"])) == ("document-non-rendu", True)


# ── Filing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_is_filed_once_however_often_it_is_asked(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1), content=b"%PDF-1.4")
    opened(api, ready)
    first = post(api, f"{base(ready)}/record/documents", {"unique_id": entry.unique_id})
    again = post(api, f"{base(ready)}/record/documents", {"unique_id": entry.unique_id, "folder": "Ailleurs"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() | {"already": True} == again.json()
    assert first.json()["sha256"] == hashlib.sha256(b"%PDF-1.4").hexdigest()
    assert (RecordDocument.objects.count(), events().count("document.classe")) == (1, 1)
    assert ready.world.transactions.count("TD3.2") == 1


def test_a_folder_may_be_chosen(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1))
    opened(api, ready)
    body = post(
        api,
        f"{base(ready)}/record/documents",
        {"unique_id": entry.unique_id, "folder": "Cardiologie", "subfolder": "ECG"},
    ).json()
    assert (body["folder"], body["subfolder"]) == ("Cardiologie", "ECG")


def test_a_document_that_may_not_be_read_is_not_filed(api, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=1))
    opened(api, ready)
    ready.say("consultation", "opposition")
    problem(post(api, f"{base(ready)}/record/documents", {"unique_id": entry.unique_id}), 403)
    assert RecordDocument.objects.count() == 0


# ── Consent ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_declaration_is_added_and_traced_as_coming_from_the_api(api, ready):
    response = post(api, f"{base(ready)}/consent", {"subject": "consultation", "choice": "consent"})
    assert response.status_code == 201
    assert response.json()["consultation"]["choice"] == "consent"
    row = ConsentRecord.objects.order_by("-id").first()
    assert row is not None
    assert (row.source, row.episode, row.recorded_by) == ("api", ready.episode, ready.account)
    assert events()[-1] == "consentement.enregistre"
    assert api.get(f"{base(ready)}/consent").json() == response.json()


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "information", "choice": "consent"},
        {"subject": "feeding", "choice": "opposition"},
        {"subject": "consultation", "choice": "peut-être"},
        {"subject": "consultation"},
        {"subject": "consultation", "choice": "consent", "for_account": 1},
        [],
    ],
)
def test_a_declaration_that_means_nothing_is_refused_and_nothing_is_written(api, ready, body):
    before = ConsentRecord.objects.count()
    problem(post(api, f"{base(ready)}/consent", body), 422)
    assert ConsentRecord.objects.count() == before


def test_outside_the_care_team_a_consent_is_for_its_recorder_alone(client, ready, world):
    from support.hospital import make_service
    from tramontane.hospital.accounts.selectors import actor
    from tramontane.hospital.patients.services import note_outside_access

    stranger = make_account(services=(make_service(ready.account.legal_entity),))
    note_outside_access(ready.patient, account=stranger, actor=actor(stranger, None))
    login(client, stranger)
    assert post(client, f"{base(ready)}/consent", {"subject": "consultation", "choice": "consent"}).status_code == 201
    row = ConsentRecord.objects.order_by("-id").first()
    assert row is not None
    assert row.for_account == stranger
