"""The FHIR façade: ITI-67, ITI-68 and TD0.2 with the rules of the screens; refusals as OperationOutcomes."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from support.consultation import Ready
from support.hospital import login, make_account, make_patient
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.nomenclatures import Coded
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading
from tramontane.hospital.consultations import services
from tramontane.hospital.traces.models import Trace

LOINC = "2.16.840.1.113883.6.1"
# FHIR R4: what each resource of the façade must have, and may have at most.
REQUIRED = {
    "Bundle": {"resourceType", "type"},
    "DocumentReference": {"resourceType", "id", "status", "content"},
    "Patient": {"resourceType", "id", "identifier"},
    "OperationOutcome": {"resourceType", "issue"},
    "CapabilityStatement": {"resourceType", "status", "date", "kind", "fhirVersion", "format"},
    "Binary": {"resourceType", "contentType", "data"},
}
ISSUE_TYPES = {
    "invalid", "login", "forbidden", "not-found", "conflict", "not-supported", "transient", "informational", "incomplete",
}  # fmt: skip


@pytest.fixture
def fhir(ready: Ready, client: Client) -> Client:
    login(client, ready.account)
    return client


def check(resource: dict[str, Any]) -> dict[str, Any]:
    assert REQUIRED[resource["resourceType"]] <= resource.keys()
    for entry in resource.get("entry", ()):
        check(entry["resource"])
        assert entry["search"]["mode"] in ("match", "outcome")
        assert ("fullUrl" in entry) is (entry["search"]["mode"] == "match")
    for issue in resource.get("issue", ()):
        assert issue["code"] in ISSUE_TYPES
        assert issue["severity"] in ("error", "warning", "information")
    return resource


def get(client: Client, address: str, expected: int = 200, /, **parameters: Any) -> dict[str, Any]:
    response = client.get(f"/fhir/{address}", parameters)
    assert response.status_code == expected, response.content
    assert response["Content-Type"] == "application/fhir+json"
    return check(response.json())


def ins_of(ready: Ready) -> str:
    return f"urn:oid:{ready.patient.ins_oid}|{ready.patient.ins}"


def documents(client: Client, ready: Ready, expected: int = 200, /, **parameters: Any) -> dict[str, Any]:
    return get(client, "DocumentReference", expected, **{"patient.identifier": ins_of(ready)} | parameters)


def matched(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "match"]


def test_the_capability_statement_says_what_is_served_and_is_open_to_all(client, db):
    body = get(client, "metadata")
    resources = {one["type"]: [i["code"] for i in one["interaction"]] for one in body["rest"][0]["resource"]}
    assert body["fhirVersion"] == "4.0.1"
    assert resources == {"DocumentReference": ["search-type"], "Patient": ["search-type"], "Binary": ["read"]}


@pytest.mark.parametrize("address", ["Patient?identifier=x|y", "DocumentReference?patient.identifier=x|y", "Binary/1"])
def test_nobody_gets_anything_without_a_session(client, ready, address):
    response = client.get(f"/fhir/{address}")
    assert response.status_code == 401
    assert check(response.json())["issue"][0]["code"] == "login"
    assert ready.world.asked == []


def test_a_search_by_post_finds_the_same_and_keeps_the_ins_out_of_the_address(fhir, ready):
    ready.dossier.feed(at=clock.now() - timedelta(days=1))
    by_get = matched(documents(fhir, ready, status="current"))
    response = fhir.post("/fhir/DocumentReference/_search", {"patient.identifier": ins_of(ready), "status": "current"})
    assert matched(check(response.json())) == by_get != []
    response = fhir.post("/fhir/Patient/_search", {"identifier": ins_of(ready)})
    assert [one["resourceType"] for one in matched(check(response.json()))] == ["Patient"]


def test_a_search_by_post_pages_and_refuses_as_the_other_does(fhir, ready):
    for days in (1, 2, 3):
        ready.dossier.feed(at=clock.now() - timedelta(days=days))
    bundle = fhir.post("/fhir/DocumentReference/_search?_count=2", {"patient.identifier": ins_of(ready)}).json()
    links = {link["relation"]: link["url"] for link in bundle["link"]}
    assert "/fhir/DocumentReference?" in links["next"]
    assert len(matched(bundle)) == 2
    refused = fhir.post("/fhir/DocumentReference/_search", {"patient.identifier": ins_of(ready), "inconnu": "1"})
    assert refused.status_code == 400
    assert fhir.get("/fhir/DocumentReference/_search").status_code == 405


def test_a_search_by_post_needs_the_token_of_the_session(ready):
    strict = Client(enforce_csrf_checks=True)
    login(strict, ready.account)
    assert strict.post("/fhir/Patient/_search", {"identifier": ins_of(ready)}).status_code == 403
    assert ready.world.asked == []


def test_the_facade_only_reads(fhir, ready):
    for address in ("DocumentReference", "Patient", "Binary/1"):
        for method in (fhir.post, fhir.put, fhir.patch, fhir.delete):
            assert method(f"/fhir/{address}").status_code == 405


# ── TD0.2 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_active_dmp_is_one_patient_without_any_trait(fhir, ready):
    body = get(fhir, "Patient", identifier=ins_of(ready))
    (patient,) = matched(body)
    assert patient["identifier"][0]["value"] == ready.patient.ins
    assert patient.keys() == {"resourceType", "id", "identifier", "active"}
    assert body["total"] == 1
    assert ready.world.transactions[0] == "TD0.2"


def test_no_dmp_and_a_closed_one_are_no_entry(fhir, ready):
    del ready.world.dossiers[ready.patient.ins]
    body = get(fhir, "Patient", identifier=ins_of(ready))
    assert (body["total"], matched(body)) == (0, [])


@pytest.mark.parametrize("parameters", [{}, {"name": "MARTIN"}, {"identifier": "a|b", "gender": "female"}])
def test_a_patient_is_sought_by_her_ins_alone(fhir, ready, parameters):
    assert get(fhir, "Patient", 400, **parameters)["issue"][0]["code"] == "not-supported"


def test_an_unknown_patient_and_another_entitys_look_alike(fhir, ready):
    elsewhere = make_patient()
    answers = [
        get(fhir, "Patient", 404, identifier=identifier)
        for identifier in (
            f"urn:oid:{elsewhere.ins_oid}|{elsewhere.ins}",
            "urn:oid:1.2.250.1.213.1.4.10|279035121518989",
            ready.patient.ins,
            f"urn:oid:1.2.3|{ready.patient.ins}",
            "|",
        )
    ]
    assert all(answer == answers[0] for answer in answers)
    assert ready.world.asked == []


# ── ITI-67 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_search_opens_the_record_and_gives_its_documents(fhir, ready):
    entry = ready.dossier.feed(at=clock.now() - timedelta(days=2), title="Compte rendu")
    (found,) = matched(documents(fhir, ready))
    assert found["masterIdentifier"]["value"] == f"urn:oid:{entry.unique_id}"
    assert found["id"] == entry.entry_uuid.removeprefix("urn:uuid:")
    assert found["content"][0]["attachment"]["url"].endswith(f"/fhir/Binary/{found['id']}")
    assert ready.world.transactions == ["TD0.2", "TD3.1"]
    documents(fhir, ready)
    assert ready.world.transactions == ["TD0.2", "TD3.1"]
    assert Trace.objects.filter(event="dossier.ouvert").count() == 1


def test_a_search_says_what_its_automatic_filter_hides(fhir, ready):
    ready.dossier.feed(at=clock.now() - timedelta(days=2))
    outcomes = [e["resource"] for e in documents(fhir, ready)["entry"] if e["search"]["mode"] == "outcome"]
    assert outcomes[0]["issue"][0]["severity"] == "information"


def test_a_search_is_narrowed_by_its_parameters(fhir, ready):
    for code in ("11488-4", "11502-2"):
        ready.dossier.feed(at=clock.now() - timedelta(days=1), type_code=Coded(code, LOINC, code))
    assert documents(fhir, ready, type="http://loinc.org|11502-2")["total"] == 1
    assert documents(fhir, ready, type="11502-2,11488-4", status="current")["total"] == 2
    assert documents(fhir, ready, date="lt2000-01-01")["total"] == 0


@pytest.mark.parametrize("count", [3, 60])
def test_a_page_costs_the_same_for_any_list_and_decodes_its_own_entries(
    fhir, ready, count, decoded, django_assert_max_num_queries
):
    for minutes in range(count):
        ready.dossier.feed(at=clock.now() - timedelta(days=1, minutes=minutes))
    services.refresh(ready.access)
    with django_assert_max_num_queries(24):
        bundle = documents(fhir, ready, _count=2)
    assert bundle["total"] == count
    assert [f"urn:oid:{one}" for one in decoded.pop()] == [
        found["masterIdentifier"]["value"] for found in matched(bundle)
    ]


def test_pages_follow_their_links_without_loss(fhir, ready):
    for days in range(1, 6):
        ready.dossier.feed(at=clock.now() - timedelta(days=days))
    bundle, seen = documents(fhir, ready, _count=2, status="current"), []
    while True:
        seen += [found["id"] for found in matched(bundle)]
        following = {link["relation"]: link["url"] for link in bundle["link"]}.get("next")
        if following is None:
            break
        bundle = check(fhir.get(following.removeprefix("http://localhost:8000")).json())
    assert (len(seen), len(set(seen)), bundle["total"]) == (5, 5, 5)


@pytest.mark.parametrize(
    "parameters",
    [
        {"author.given": "ALIX"},
        {"date": "hier"},
        {"_count": "0"},
        {"_count": "101"},
        {"_offset": "-1"},
        {"_sort": "date"},
    ],
)
def test_what_is_not_served_is_refused_before_anything_is_asked(fhir, ready, parameters):
    assert documents(fhir, ready, 400, **parameters)["issue"][0]["code"] == "not-supported"
    assert ready.world.asked == []


def test_two_patients_in_one_search_are_refused(fhir, ready):
    address = f"DocumentReference?patient.identifier={ins_of(ready)}&patient.identifier={ins_of(ready)}"
    assert fhir.get(f"/fhir/{address}").status_code == 400


def test_every_reason_of_a_refusal_is_an_issue(client, ready):
    login(client, ready.account, "recovery")
    NoticeReading.objects.all().delete()
    body = documents(client, ready, 403)
    codes = {issue["details"]["coding"][0]["code"] for issue in body["issue"]}
    assert {"facteur-unique", "notice-non-lue"} <= codes
    assert all(issue["diagnostics"] and issue["code"] == "forbidden" for issue in body["issue"])
    assert ready.world.asked == []


def test_a_failure_of_the_network_is_transient(fhir, ready):
    ready.world.fail("TD0.2", *[DeadlineExceeded("trop long", phase=Phase.WAITING)] * 5)
    assert documents(fhir, ready, 504)["issue"][0]["code"] == "transient"


# ── ITI-68 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def attachment(fhir: Client, ready: Ready, content: bytes) -> str:
    ready.dossier.feed(at=clock.now() - timedelta(days=1), content=content, mime_type="application/pdf")
    (found,) = matched(documents(fhir, ready))
    url: str = found["content"][0]["attachment"]["url"]
    return url.removeprefix("http://localhost:8000")


def test_a_document_is_given_as_it_is_and_traced(fhir, ready):
    response = fhir.get(attachment(fhir, ready, b"%PDF-1.4 essai"))
    assert b"".join(response.streaming_content) == b"%PDF-1.4 essai"
    assert response["Content-Disposition"] == "attachment"
    assert Trace.objects.filter(event="document.lu").count() == 1


def test_a_binary_resource_is_given_to_who_asks_for_fhir(fhir, ready):
    response = fhir.get(attachment(fhir, ready, b"%PDF-1.4 essai"), headers={"Accept": "application/fhir+json"})
    assert base64.b64decode(check(response.json())["data"]) == b"%PDF-1.4 essai"


def test_a_document_shown_to_a_colleague_is_not_mine(fhir, ready):
    address = attachment(fhir, ready, b"%PDF-1.4")
    colleague = Client()
    login(colleague, make_account(ready.account.legal_entity, services=(ready.service,)))
    response = colleague.get(address)
    assert response.status_code == 404
    assert check(response.json())["issue"][0]["code"] == "not-found"
    assert "TD3.2" not in ready.world.transactions


def test_a_withdrawal_closes_the_document_at_once(fhir, ready):
    address = attachment(fhir, ready, b"%PDF-1.4")
    ready.say("consultation", "withdrawn")
    assert fhir.get(address).status_code == 403
    assert "TD3.2" not in ready.world.transactions


@pytest.mark.parametrize("resource_id", ["1", "0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1101", "a" * 64])
def test_an_unknown_document_is_not_found(fhir, ready, resource_id):
    assert get(fhir, f"Binary/{resource_id}", 404)["issue"][0]["code"] == "not-found"
