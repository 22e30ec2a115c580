"""The operator's desk: exchanges with every verdict, faults played again, an envelope explained and not kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from support.national import (
    AUTRE_MEDECIN,
    CLOSED,
    ET,
    ET_SUSPENDED,
    MEDECIN,
    NOW,
    SUSPENDU,
    InMemory,
    body_of,
    call,
    entry,
    indirect,
    submission_set,
    vihf,
)  # fmt: skip
from support.national_pages import logged_in
from support.next_call import refusal, subcode
from support.pki import pki
from tramontane.dmp import soap
from tramontane.dmp.transactions import td2_1, td3_1
from tramontane.dmp.transactions.exchange import HttpRequest
from tramontane.dmp.xds import DocumentCriteria, find_documents
from tramontane.national.explaining import Explained
from tramontane.national.models import AccessTrace, Act, AssertionSeen, FailedCheck, ScriptedFault
from tramontane.national.pages.selectors import exchanges
from tramontane.national.storage import store


def envelope(**changes: object) -> bytes:
    """A document search, signed now."""
    return body_of(td3_1.request(call(vihf(**changes)), find_documents(DocumentCriteria())))  # type: ignore[arg-type]


def listed(client: Client, query: str = "") -> str:
    return client.get(f"/echanges/{query}").content.decode()


def test_each_exchange_shows_its_checks_and_filters_narrow(pages: InMemory) -> None:
    refusal(pages)
    refusal(pages, SUSPENDU)
    refusal(pages, structure=ET_SUSPENDED.struct_idnat)
    client = logged_in("operator:")
    page = listed(client)
    assert page.count('id="echange-') == 3
    assert "n° 7, professionnel" in page
    assert 'hx-trigger="every 2s"' in page
    assert "hx-get" not in listed(client, "?pause=1")
    for query, number in (
        (f"?rpps={SUSPENDU}", 1), (f"?structure={ET}", 2), ("?reponse=refused", 2), ("?transaction=TD3.2", 0),
        (f"?structure={ET}&reponse=refused&transaction=TD3.1", 1), ("?controle=7", 1), ("?controle=3", 0),
        (f"?controle=6&structure={ET_SUSPENDED}&rpps={MEDECIN}&transaction=TD3.1&reponse=refused", 1),
        (f"?controle=6&structure={ET}", 0), (f"?controle=6&rpps={SUSPENDU}", 0), ("?depuis=2000-01-01T00:00", 3),
        ("?controle=6&depuis=2999-01-01T00:00", 0), ("?depuis=2999-01-01T00:00", 0),
    ):  # fmt: skip
        page = listed(client, query)
        assert page.count('id="echange-') == number, query
        assert f"{number}\u00a0échange{'s' if number > 1 else ''} pour ce filtre" in page, query
    refused = AccessTrace.objects.get(structure=ET_SUSPENDED.value)
    detail = client.get(f"/echanges/{refused.pk}/").content.decode()
    assert "liste-blanche" in detail
    assert "contrôle en cours" in detail
    assert detail.count("En échec") == 1


def test_the_checks_that_failed_lately_are_counted_under_the_other_filters(pages: InMemory) -> None:
    refusal(pages)
    refusal(pages, SUSPENDU)
    refusal(pages, structure=ET_SUSPENDED.struct_idnat)
    client = logged_in("operator:")
    assert client.get("/echanges/").context["failing"] == [(6, "Liste blanche", 1), (7, "Professionnel", 1)]
    assert client.get(f"/echanges/?rpps={SUSPENDU}").context["failing"] == [(7, "Professionnel", 1)]
    FailedCheck.objects.update(instant=NOW - timedelta(hours=30))
    assert client.get("/echanges/").context["failing"] == []
    assert listed(client, "?controle=7").count('id="echange-') == 1, "older ones are still found"


def test_a_filter_that_cannot_be_read_is_told_and_narrows_nothing(pages: InMemory) -> None:
    refusal(pages)
    client = logged_in("operator:")
    for query in ("controle=13", "reponse=perdue", "depuis=hier", "transaction=TD9"):
        answer = client.get(f"/echanges/?{query}")
        assert (answer.status_code, answer.content.decode().count('id="echange-')) == (400, 1), query
        assert "hx-trigger" not in answer.content.decode()


def test_pages_narrowed_by_a_check_follow_each_other_too(pages: InMemory) -> None:
    traces = AccessTrace.objects.bulk_create(
        AccessTrace(instant=NOW - timedelta(seconds=index // 40), transaction="TD3.1", service="x", result="refused")
        for index in range(120)
    )
    FailedCheck.objects.bulk_create(
        FailedCheck(trace=one, step=step, instant=one.instant, transaction="TD3.1", result="refused")
        for one in traces for step in (6, 9)
    )  # fmt: skip
    client, after, seen = logged_in("operator:"), "", []
    while True:
        answer = client.get("/echanges/", {"apres": after, "controle": "9"})
        seen += [row.trace.pk for row in answer.context["page"]]
        after = answer.context["following"]
        if not after:
            break
    assert seen == [one.pk for one in sorted(traces, key=lambda one: (one.instant, one.pk), reverse=True)]


def test_beyond_what_is_counted_the_page_says_more(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "COUNTED", 2)
    for _ in range(3):
        refusal(pages)
    assert "Plus de 2\u00a0échanges" in listed(logged_in("operator:"))


def test_pages_follow_each_other_without_a_gap_even_within_one_instant(pages: InMemory) -> None:
    AccessTrace.objects.bulk_create(
        AccessTrace(
            instant=NOW - timedelta(seconds=index // 40), transaction="TD3.1", service="registry", result="granted"
        )
        for index in range(120)
    )
    client, after, seen = logged_in("operator:"), "", []
    while True:
        answer = client.get("/echanges/", {"apres": after})
        seen += [row.trace.pk for row in answer.context["page"]]
        after = answer.context["following"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


def test_a_fault_is_played_then_played_again_then_removed(pages: InMemory) -> None:
    client = logged_in("operator:")
    bad = client.post("/pannes/", {"kind": "soap_fault", "seconds": "-1"})
    assert bad.status_code == 400
    script = {
        "kind": "soap_fault",
        "seconds": "0",
        "transaction": "TD3.1",
        "rpps": MEDECIN.value,
        "text": "Panne d’essai",
        "times": "1",
    }
    client.post("/pannes/", script)
    fault = ScriptedFault.objects.get()
    assert refusal(pages, AUTRE_MEDECIN) == ""
    assert refusal(pages) == "Panne d’essai"
    assert refusal(pages) == ""
    client.post(f"/pannes/{fault.pk}/rejouer/")
    assert "attend encore" in client.post(f"/pannes/{fault.pk}/rejouer/", follow=True).content.decode()
    assert refusal(pages) == "Panne d’essai"
    client.post(f"/pannes/{fault.pk}/retirer/")
    assert not ScriptedFault.objects.exists()
    assert [act.kind for act in Act.objects.order_by("pk")] == ["fault-scripted", "fault-scripted", "fault-forgotten"]


def test_a_refusal_is_explained_as_the_judge_gave_it_and_nothing_is_kept(pages: InMemory) -> None:
    client, message = logged_in("operator:"), envelope(structure=ET_SUSPENDED.struct_idnat)
    certificate = pki().auth.certificate_pem.decode()
    answer = client.post("/expliquer/", {"envelope": message.decode(), "certificate": certificate})
    page = answer.content.decode()
    assert "Cet appel serait refusé" in page
    assert answer.context["explained"].fault.subcode == subcode(pages, structure=ET_SUSPENDED.struct_idnat)
    assert page.count("Non exécuté") == 1  # replay: pasting is no presentation
    AccessTrace.objects.all().delete()
    AssertionSeen.objects.all().delete()
    client.post("/expliquer/", {"envelope": message.decode()})
    assert not AccessTrace.objects.exists()
    assert not AssertionSeen.objects.exists()


def test_without_the_certificate_the_checks_of_the_connection_are_not_run(pages: InMemory) -> None:
    explained = logged_in("operator:").post("/expliquer/", {"envelope": envelope().decode()}).context["explained"]
    not_run = {one.code for one in explained.verdicts if one.outcome == "not run"}
    assert explained.fault is None
    assert {"certificat-tls", "structure", "rejeu"} <= not_run
    assert {one.outcome for one in explained.verdicts if one.code not in not_run} == {"passed"}


def test_an_old_envelope_is_judged_at_the_instant_given(pages: InMemory) -> None:
    client = logged_in("operator:")
    message = envelope(patient=CLOSED).decode()
    later = {"envelope": message, "received_at": (NOW + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S")}
    assert client.post("/expliquer/", later).context["explained"].fault is not None
    now = client.post("/expliquer/", {"envelope": message}).context["explained"]
    assert {one.code for one in now.verdicts if one.outcome == "failed"} == {"etat-dmp"}


def mtom(**changes: object) -> HttpRequest:
    """A submission, which is MTOM on the wire."""
    lot = td2_1.Submission(submission_set(40), (td2_1.SubmittedDocument(entry(41), b"<ClinicalDocument/>"),))
    return td2_1.request(call(indirect(structure=ET.struct_idnat, **changes)), lot)  # type: ignore[arg-type]


def explained(client: Client, message: bytes, *, as_file: bool, **more: object) -> Explained:
    given = {"file": SimpleUploadedFile("appel.txt", message)} if as_file else {"envelope": message.decode()}
    found: Explained = client.post("/expliquer/", {**given, **more}).context["explained"]
    return found


@pytest.mark.parametrize("as_file", [True, False])
def test_an_mtom_message_is_explained_with_or_without_the_headers_that_a_log_shows(
    pages: InMemory, as_file: bool
) -> None:
    client, request = logged_in("operator:"), mtom(patient=CLOSED)
    body = body_of(request)
    head = f"POST {request.url} HTTP/1.1\r\nHost: dmp\r\nContent-Type: {request.content_type}\r\n\r\n".encode()
    for message in (body, head + body):
        found = explained(client, message, as_file=as_file)
        assert (found.transaction, found.unreadable) == ("TD2.1", "")
        assert {one.code for one in found.verdicts if one.outcome == "failed"} == {"etat-dmp"}
    wrong = head.replace(b"/repository ", b"/registry ")
    assert "de ce service" in explained(client, wrong + body, as_file=as_file).unreadable
    assert not any((store()._incoming).glob("*")), "nothing is kept"


def test_a_cut_multipart_an_answer_and_nothing_at_all_are_told(pages: InMemory) -> None:
    client, body = logged_in("operator:"), body_of(mtom())
    assert "interrompu" in explained(client, body[: len(body) // 2], as_file=True).unreadable
    fault = soap.build_fault(soap.Fault("soap:Sender", "", "non"), message_id="urn:uuid:1", relates_to="urn:uuid:2")
    assert "Ceci est une réponse" in explained(client, fault, as_file=True).unreadable
    for given in ({}, {"envelope": "<a/>", "file": SimpleUploadedFile("a.xml", b"<a/>")}):
        refused = client.post("/expliquer/", given)
        assert (refused.status_code, "l’un des deux" in refused.content.decode()) == (400, True)


def test_a_broken_envelope_a_private_key_and_an_unknown_body_are_told(pages: InMemory) -> None:
    client = logged_in("operator:")
    assert "Cet appel serait refusé" in client.post("/expliquer/", {"envelope": "<a>"}).content.decode()
    key = pki().auth.key_pem().decode()
    refused = client.post("/expliquer/", {"envelope": "<a/>", "certificate": key})
    assert (refused.status_code, "clé privée" in refused.content.decode()) == (400, True)
    assert key.splitlines()[1] not in refused.content.decode()
    changed = envelope().replace(b"AdhocQueryRequest", b"AutreRequest")
    assert "Opération inconnue" in client.post("/expliquer/", {"envelope": changed.decode()}).content.decode()
