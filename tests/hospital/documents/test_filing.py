"""Filing: the right folder, the whole provenance, once; undone in the session; the newer version said."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from support.hospital import login, make_account, make_patient
from support.record_scene import BIOLOGY_REPORT, LOINC, professional
from tramontane.dmp.nomenclatures import Coded
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.documents.folders import Place, default_place, place_of
from tramontane.hospital.documents.models import FolderRule, RecordDocument
from tramontane.hospital.documents.selectors import held_documents, record_documents
from tramontane.hospital.documents.types import type_options
from tramontane.hospital.patients import services
from tramontane.hospital.traces.models import Trace

NOW = datetime.now(UTC).replace(microsecond=0)
BIOLOGY = Coded("11502-2", LOINC, "CR d'examens biologiques")


@pytest.fixture
def entry(desk):
    entry = desk.ready.dossier.feed(
        at=NOW,
        content=BIOLOGY_REPORT,
        title="NFS",
        type_code=BIOLOGY,
        authors=(professional("NGUYEN Anh", "LABM DU RHÔNE"),),
    )
    desk.open()
    return entry


def file(desk, entry, **place):
    return desk.client.post(f"{desk.url}dmp/classer/", {"document": entry.unique_id, **place}, follow=True)


def test_a_document_is_filed_with_its_provenance_and_its_hashes(desk, entry):
    desk.read(entry.unique_id)
    assert 'value="Comptes%20rendus/Biologie" selected' in desk.text(f"?doc={entry.unique_id}")
    file(desk, entry, place="Comptes%20rendus/Biologie")
    filed = RecordDocument.objects.get()
    assert (filed.folder, filed.subfolder, filed.provenance) == ("Comptes rendus", "Biologie", "dmp")
    assert (filed.author, filed.author_institution, filed.act_date) == ("Anh NGUYEN", "LABM DU RHÔNE", NOW)
    assert filed.sha1_announced == filed.sha1 == hashlib.sha1(BIOLOGY_REPORT).hexdigest()
    assert filed.sha256 == hashlib.sha256(BIOLOGY_REPORT).hexdigest()
    assert filed.content.open().read() == BIOLOGY_REPORT
    trace = Trace.objects.get(event="document.classe")
    assert trace.document_ids == [entry.unique_id]
    assert trace.detail["sha256"] == filed.sha256


def test_the_name_of_the_file_says_nothing_of_the_patient(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry)
    name = RecordDocument.objects.get().content.name
    assert desk.ready.patient.ins not in name
    assert desk.ready.patient.birth_name not in name


def test_filing_without_having_read_is_refused(desk, entry):
    page = file(desk, entry).content.decode()
    assert "Lisez d’abord ce document" in page
    assert not RecordDocument.objects.exists()


def test_filing_twice_files_once_and_says_so(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry)
    assert "était déjà dans le dossier" in file(desk, entry).content.decode()
    assert RecordDocument.objects.count() == 1
    assert "déjà dans le dossier de l’établissement" in desk.text(f"?doc={entry.unique_id}")


def test_a_withdrawal_stops_the_filing_and_leaves_no_file(desk, entry, settings):
    desk.read(entry.unique_id)
    desk.ready.say("consultation", "withdrawn")
    response = desk.client.post(f"{desk.url}dmp/classer/", {"document": entry.unique_id})
    assert response.status_code == 403
    assert not RecordDocument.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_filing_is_undone_in_its_session_with_its_file(desk, entry, settings, django_capture_on_commit_callbacks):
    desk.read(entry.unique_id)
    file(desk, entry)
    filed = RecordDocument.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        desk.client.post(f"{desk.url}documents/{filed.pk}/declasser/")
    assert not RecordDocument.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert Trace.objects.filter(event="document.declasse", document_ids=[entry.unique_id]).exists()


def test_a_filing_is_not_undone_from_another_session(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry)
    filed = RecordDocument.objects.get()
    later = Client()
    login(later, desk.ready.account)
    page = later.post(f"{desk.url}documents/{filed.pk}/declasser/", follow=True).content.decode()
    assert "ne peut plus être annulé" in page
    assert "Annuler le classement" not in page
    assert RecordDocument.objects.exists()


def test_a_filed_document_says_that_the_dmp_has_a_newer_one(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry)
    desk.ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2), replaces=entry.entry_uuid, logical_id="autre")
    consultations.refresh(desk.ready.access)
    page = desk.text(f"?vue=dossier&doc={RecordDocument.objects.get().pk}")
    assert "Une version plus récente de ce document existe dans le DMP" in page


def test_what_is_filed_is_no_longer_announced_as_new(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry)
    (held,) = held_documents(desk.ready.patient)
    assert (held.unique_id, held.entry_uuid, held.confidentiality) == (
        entry.unique_id,
        entry.entry_uuid,
        frozenset({"N"}),
    )


def test_another_folder_may_be_typed(desk, entry):
    desk.read(entry.unique_id)
    file(desk, entry, place="Imagerie/", dossier="Hématologie", sous_dossier="Suivi")
    filed = RecordDocument.objects.get()
    assert (filed.folder, filed.subfolder) == ("Hématologie", "Suivi")


def test_every_type_of_the_dmp_has_a_folder_and_an_unknown_one_too():
    assert len(type_options()) > 80
    assert all(default_place(coded.code).folder for coded in type_options())
    assert default_place("ZZZ") == Place("Documents externes")
    assert default_place("ZZZ", "31") == Place("Imagerie")
    assert place_of("11502-2", "10", {"11502-2": Place("Labo")}) == Place("Labo")


def rssi(desk) -> Client:
    client = Client()
    login(client, make_account(desk.ready.account.legal_entity, roles=(Role.RSSI,)))
    return client


def test_the_security_officer_changes_where_a_type_goes_and_back(desk, entry):
    client = rssi(desk)
    client.post("/rssi/classement/", {"type": "11502-2", "dossier": "Laboratoire", "sous_dossier": ""})
    assert "Règle de l’établissement" in client.get("/rssi/classement/?q=biolog").content.decode()
    desk.read(entry.unique_id)
    assert 'value="Laboratoire/" selected' in desk.text(f"?doc={entry.unique_id}")
    client.post("/rssi/classement/", {"type": "11502-2", "dossier": "Laboratoire", "defaut": "1"})
    assert not FolderRule.objects.exists()
    assert Trace.objects.filter(event="configuration.modifiee", detail__what="classement").count() == 2


def test_the_rules_of_one_entity_are_not_those_of_another(desk, world):
    from support.consultation import make_ready
    from support.pki import OTHER_FINESS_JURIDIQUE

    rssi(desk).post("/rssi/classement/", {"type": "11502-2", "dossier": "Laboratoire"})
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE, roles=(Role.CLINICIAN, Role.RSSI))
    client = Client()
    login(client, other.account)
    assert "Règle de l’établissement" not in client.get("/rssi/classement/").content.decode()


def test_the_rules_are_for_the_security_officer(desk):
    assert desk.client.get("/rssi/classement/").status_code == 403


def test_a_document_of_another_entity_does_not_exist_here(desk, entry, world):
    from support.consultation import make_ready
    from support.pki import OTHER_FINESS_JURIDIQUE

    desk.read(entry.unique_id)
    file(desk, entry)
    pk = RecordDocument.objects.get().pk
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    client = Client()
    login(client, other.account)
    for path in (f"{desk.url}documents/{pk}/", f"/patients/{other.patient.pk}/documents/{pk}/"):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}fichiers/1/").status_code == 404
        assert client.post(f"{path}declasser/").status_code == 404


def test_what_was_filed_under_an_identity_is_found_under_the_one_it_is_merged_into(desk, entry):
    desk.read(entry.unique_id)
    desk.client.post(f"{desk.url}dmp/classer/", {"document": entry.unique_id})
    filed = RecordDocument.objects.get()
    kept = make_patient(desk.ready.patient.legal_entity)
    twin = RecordDocument.objects.get(pk=filed.pk)
    twin.pk, twin.patient, twin.unique_id = None, kept, "1.2.3"
    twin.save()
    services.merge(desk.ready.patient, kept, actor=desk.ready.access.actor)
    assert {row.document.pk for row in record_documents(kept)} == {filed.pk, twin.pk}
