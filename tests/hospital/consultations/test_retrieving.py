"""Reading documents: an explicit act, checked, kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.consultation import PHYSICIAN, Ready, make_ready
from support.dmp_double import World, make_entry
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.nomenclatures import Coded
from tramontane.hospital import clock
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.models import Answer, KnownDocument
from tramontane.hospital.documents.selectors import dmp_lines
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

TWO_DAYS = datetime.now(UTC) - timedelta(days=2)
CONTENT = b"<ClinicalDocument>Compte rendu</ClinicalDocument>"


def withhold(ready: Ready, type_code: str) -> None:
    rule = LocalRule(PHYSICIAN, "", LocalRights(consult=True), frozenset({type_code}))
    publish(ready.account.legal_entity, LocalRules((rule,)), motive="Restriction", actor=ready.access.actor)


def test_a_document_comes_whole_with_its_hash_checked(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS, content=CONTENT)
    services.open_record(ready.access)
    got = services.retrieve(ready.access, [entry.unique_id])
    (document,) = got.documents
    with document.content as content:
        assert content.read() == CONTENT
    assert (document.size, document.verified, document.media_type) == (len(CONTENT), True, "text/xml")
    read = Trace.objects.get(event="document.lu")
    assert read.document_ids == [entry.unique_id]
    asked = Trace.objects.filter(event="dmp.demande", transaction="TD3.2").get()
    assert asked.document_ids == [entry.unique_id]


def test_several_documents_come_in_one_call(ready: Ready) -> None:
    ids = [ready.dossier.feed(at=TWO_DAYS).unique_id for _ in range(3)]
    services.open_record(ready.access)
    got = services.retrieve(ready.access, ids)
    assert [one.entry.unique_id for one in got.documents] == ids
    assert ready.world.transactions.count("TD3.2") == 1


def test_a_document_that_is_not_the_one_announced_is_not_given(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS, content=CONTENT)
    services.open_record(ready.access)
    ready.dossier.contents[entry.unique_id] = CONTENT + b" "
    got = services.retrieve(ready.access, [entry.unique_id])
    assert got.documents == ()
    assert {verdict.code for verdict in got.damaged} == {"document-taille", "document-empreinte"}
    assert not Trace.objects.filter(event="document.lu").exists()


def test_without_announced_hash_the_document_is_given_and_said_unverified(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS, size=None, hash="")
    services.open_record(ready.access)
    (document,) = services.retrieve(ready.access, [entry.unique_id]).documents
    assert not document.verified


def test_a_document_the_dmp_did_not_show_to_her_is_not_asked_for(ready: Ready, world: World) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS)
    services.open_record(make_ready(world).access)
    got = services.retrieve(ready.access, [entry.unique_id])
    assert [reason.code for reason in got.reasons] == ["document-inconnu"]
    assert "TD3.2" not in world.transactions


def test_consent_withdrawn_while_the_document_comes_gives_nothing(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)

    def withdraw(asked: object) -> None:
        ready.say("consultation", "withdrawn")

    ready.world.on_send = withdraw
    got = services.retrieve(ready.access, [entry.unique_id])
    assert got.documents == ()
    assert [reason.code for reason in got.reasons] == ["patient-oppose"]
    assert not Trace.objects.filter(event="document.lu").exists()


def test_a_failure_says_whose_fault(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)
    ready.world.fail("TD3.2", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.READING))
    got = services.retrieve(ready.access, [entry.unique_id])
    assert got.failure is not None
    assert got.failure.phase == "lecture de la réponse"


def test_a_document_larger_than_memory_allows_waits_in_a_file(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    from tramontane.hospital.consultations.services import retrieving

    monkeypatch.setattr(retrieving, "IN_MEMORY", 8)
    entry = ready.dossier.feed(at=TWO_DAYS, content=CONTENT)
    services.open_record(ready.access)
    (document,) = services.retrieve(ready.access, [entry.unique_id]).documents
    with document.content as content:
        assert content.read() == CONTENT


def test_documents_without_end_are_refused_and_leave_nothing(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    from tramontane.hospital.consultations.services import retrieving

    monkeypatch.setattr(retrieving, "LARGEST", len(CONTENT) + 1)
    entries = [ready.dossier.feed(at=TWO_DAYS, content=CONTENT) for _ in range(2)]
    services.open_record(ready.access)
    assert len(services.retrieve(ready.access, [entries[0].unique_id]).documents) == 1
    got = services.retrieve(ready.access, [entry.unique_id for entry in entries])
    assert got.documents == ()
    assert got.failure is not None
    assert "trop volumineux" in str(got.failure)


def test_the_content_is_kept_nowhere(ready: Ready) -> None:
    entry = ready.dossier.feed(at=TWO_DAYS, content=CONTENT)
    services.open_record(ready.access)
    services.retrieve(ready.access, [entry.unique_id])
    for rows in (KnownDocument, Answer, Trace):
        assert not [row for row in rows.objects.all() if "Compte rendu</" in str(vars(row))]


def test_a_type_the_hospital_withholds_is_neither_told_nor_read(ready: Ready) -> None:
    psychiatry = Coded("34117-2", "2.16.840.1.113883.6.1", "Histoire de la maladie")
    before = ready.dossier.feed(at=TWO_DAYS, type_code=psychiatry)
    services.open_record(ready.access)
    withhold(ready, "34117-2")
    listed = dmp_lines(ready.access, services.displayed(ready.access), "session", clock.now())
    assert (listed.rows, listed.withheld) == ((), 1)
    got = services.retrieve(ready.access, [before.unique_id])
    assert [reason.code for reason in got.reasons] == ["habilitation-type"]


def test_what_is_withheld_is_counted_in_words(ready: Ready) -> None:
    withhold(ready, "34112-3")
    ready.dossier.feed(at=TWO_DAYS)
    view = services.open_record(ready.access)
    assert view.new == ()
    assert view.told is not None
    assert view.told.hidden[-1].startswith("1\u00a0document n’est pas affiché")
    assert not KnownDocument.objects.exists()


def test_a_precise_search_shows_what_the_filter_hid_and_moves_no_memory(ready: Ready) -> None:
    from tramontane.dmp.xds import DocumentCriteria
    from tramontane.hospital.consultations.models import SearchMemory

    old = ready.dossier.feed(at=datetime.now(UTC) - timedelta(days=1000))
    services.open_record(ready.access)
    before = SearchMemory.objects.get().searched_at
    found = services.search(ready.access, DocumentCriteria())
    assert [entry.unique_id for entry in found.entries] == [old.unique_id]
    assert SearchMemory.objects.get().searched_at == before
    assert services.retrieve(ready.access, [old.unique_id]).documents
    ready.say("consultation", "opposition")
    refused = services.search(ready.access, DocumentCriteria())
    assert [reason.code for reason in refused.reasons] == ["patient-oppose"]


def test_a_document_nobody_described_is_not_kept() -> None:
    basin = __import__("tramontane.hospital.consultations.services.retrieving", fromlist=["_Basin"])._Basin({})
    from tramontane.dmp.transactions.retrieval import DocumentBegins, DocumentData, DocumentEnds
    from tramontane.dmp.transactions.td3_2 import DocumentDescription

    described = DocumentDescription("1", make_entry().unique_id, "text/xml")
    for event in (DocumentBegins(described), DocumentData(memoryview(b"x")), DocumentEnds(described, "0", 1)):
        basin.pour(event)
    assert basin.fetched == []
