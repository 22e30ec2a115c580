"""Reading: an explicit act, for one session, sealed, gone with it; whatever comes is shown inert or offered."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from support.consultation import MATRIX, make_ready
from support.hospital import login
from support.record_scene import BIOLOGY_REPORT, HOSTILE, PDF, png
from tramontane.client import DeadlineExceeded, Phase
from tramontane.hospital.documents.models import RetrievedContent
from tramontane.hospital.documents.services import reading
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.traces.models import Trace
from tramontane.rules.habilitation import LocalRule, LocalRules

NOW = datetime.now(UTC).replace(microsecond=0)


def frame_of(desk, entry):
    token = RetrievedContent.objects.get(unique_id=entry.unique_id).token
    return f"{desk.url}dmp/contenus/{token}/"


@pytest.fixture
def entry(desk):
    entry = desk.ready.dossier.feed(at=NOW, content=BIOLOGY_REPORT, title="Biologie")
    desk.open()
    return entry


def test_opening_a_row_fetches_nothing_and_lire_fetches_once(desk, entry):
    desk.text(f"?doc={entry.unique_id}")
    assert "TD3.2" not in desk.ready.world.transactions
    answer = desk.read(entry.unique_id)
    assert answer.status_code == 302
    assert f"doc={entry.unique_id}" in answer.url
    assert 'sandbox="allow-downloads"' in desk.client.get(answer.url).content.decode()
    desk.read(entry.unique_id)
    assert desk.ready.world.transactions.count("TD3.2") == 1
    assert Trace.objects.filter(event="document.lu", document_ids=[entry.unique_id]).count() == 1


def test_several_documents_are_read_in_one_call(desk, entry):
    other = desk.ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2), content=png())
    desk.client.post(f"{desk.url}dmp/actualiser/")
    desk.read(entry.unique_id, other.unique_id)
    assert desk.ready.world.transactions.count("TD3.2") == 1
    assert "Lus dans cette session" in desk.text(f"?doc={entry.unique_id}")


def test_nothing_ticked_is_said_and_nothing_is_asked(desk, entry):
    page = desk.client.post(f"{desk.url}dmp/lire/", follow=True).content.decode()
    assert "Cochez au moins un document" in page
    assert "TD3.2" not in desk.ready.world.transactions


def test_the_page_of_a_document_can_do_nothing(desk, entry):
    desk.read(entry.unique_id)
    response = desk.client.get(frame_of(desk, entry))
    policy = response["Content-Security-Policy"]
    assert "Hémoglobine" in response.content.decode()
    assert policy.startswith("sandbox allow-downloads; default-src 'none'")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "script-src" not in policy
    assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert "no-store" in response["Cache-Control"]


def test_a_hostile_document_comes_out_without_anything_active(desk):
    entry = desk.ready.dossier.feed(at=NOW, content=HOSTILE)
    desk.open()
    desk.read(entry.unique_id)
    html = desk.client.get(frame_of(desk, entry)).content.decode()
    assert "<script" not in html
    assert "onclick" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    "content", [b"<html><script>alert(1)</script></html>", b"<svg onload='alert(1)'/>", b"\0\1\2", b""]
)
def test_bytes_nobody_can_read_are_offered_and_never_served_as_a_page(desk, content):
    entry = desk.ready.dossier.feed(at=NOW, content=content, mime_type="text/html")
    desk.open()
    desk.read(entry.unique_id)
    page = desk.text(f"?doc={entry.unique_id}")
    assert "Télécharger" in page
    file = desk.client.get(frame_of(desk, entry) + "fichiers/1/")
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    assert file.content == content


def test_a_pdf_shows_page_by_page_in_its_frame_and_the_original_is_printed_or_saved(desk):
    entry = desk.ready.dossier.feed(at=NOW, content=PDF)
    desk.open()
    desk.read(entry.unique_id)
    page, address = desk.text(f"?doc={entry.unique_id}"), frame_of(desk, entry)
    assert "Imprimer l’original" in page
    assert f'<iframe class="document" sandbox="allow-same-origin" src="{address}"' in page
    frame = desk.client.get(address)
    assert "Compte rendu" in frame.content.decode()
    assert frame["Content-Security-Policy"].startswith(
        "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    )
    picture = desk.client.get(f"{address}pages/1/?zoom=200")
    assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert "no-store" in picture["Cache-Control"]
    opened = desk.client.get(address + "fichiers/1/?ouvrir")
    assert (opened["Content-Type"], opened.content) == ("application/pdf", PDF)
    assert opened["Content-Disposition"].startswith("inline")


def test_a_page_that_cannot_be_drawn_says_so_in_its_place(desk, entry):
    other = desk.ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2), content=b"%PDF-1.7 rien d'autre")
    desk.client.post(f"{desk.url}dmp/actualiser/")
    desk.read(entry.unique_id, other.unique_id)
    assert "tronqué ou abîmé" in desk.client.get(frame_of(desk, other)).content.decode()
    picture = desk.client.get(frame_of(desk, other) + "pages/1/")
    assert (picture.status_code, picture["Content-Type"]) == (422, "image/svg+xml")
    assert "tronqué ou abîmé" in picture.content.decode()
    assert desk.client.get(frame_of(desk, entry) + "pages/1/").status_code == 404


def test_the_pages_of_a_pdf_close_with_the_reading(desk):
    entry = desk.ready.dossier.feed(at=NOW, content=PDF)
    desk.open()
    desk.read(entry.unique_id)
    desk.ready.say("consultation", "withdrawn")
    assert desk.client.get(frame_of(desk, entry) + "pages/1/").status_code == 404


def test_only_a_pdf_is_ever_opened_inline(desk, entry):
    desk.read(entry.unique_id)
    response = desk.client.get(frame_of(desk, entry) + "fichiers/1/?ouvrir")
    assert response["Content-Type"] == "application/octet-stream"
    assert desk.client.get(frame_of(desk, entry) + "fichiers/9/").status_code == 404


def test_a_damaged_document_is_neither_shown_nor_kept_and_both_hashes_are_named(desk):
    entry = desk.ready.dossier.feed(at=NOW, content=b"autre contenu", hash="0" * 40)
    desk.open()
    response = desk.read(entry.unique_id)
    page = response.content.decode()
    assert response.status_code == 502
    assert "n’est pas celui que le DMP annonce" in page
    assert "0" * 40 in page
    assert hashlib.sha1(b"autre contenu").hexdigest() in page
    assert not RetrievedContent.objects.exists()


def test_a_network_failure_says_whose_fault_it_is(desk, entry):
    desk.ready.world.fail("TD3.2", DeadlineExceeded("Le DMP n’a pas répondu à temps.", phase=Phase.WAITING))
    response = desk.read(entry.unique_id)
    assert response.status_code == 502
    assert "est en cause" in response.content.decode()


def test_a_refusal_gives_its_reasons_and_nothing_leaves(desk, entry):
    desk.ready.say("consultation", "opposition")
    response = desk.read(entry.unique_id)
    assert response.status_code == 403
    why = response.content.decode().partition("La demande n’est pas partie")[2]
    assert 'data-code="patient-oppose"' in why
    assert "Recueillir le consentement" in why
    assert "TD3.2" not in desk.ready.world.transactions


def test_a_withdrawal_shuts_what_was_already_read(desk, entry):
    desk.read(entry.unique_id)
    address = frame_of(desk, entry)
    desk.ready.say("consultation", "withdrawn")
    assert desk.client.get(address).status_code == 404
    assert desk.client.get(address + "fichiers/1/").status_code == 404


def test_another_session_even_of_the_same_person_opens_nothing(desk, entry):
    desk.read(entry.unique_id)
    elsewhere = Client()
    login(elsewhere, desk.ready.account)
    assert elsewhere.get(frame_of(desk, entry)).status_code == 404


def test_another_person_opens_nothing(desk, entry, world):
    desk.read(entry.unique_id)
    other = make_ready(world)
    elsewhere = Client()
    login(elsewhere, other.account)
    assert elsewhere.get(frame_of(desk, entry)).status_code == 404


def test_what_is_kept_is_unreadable_without_the_session(desk, entry):
    desk.read(entry.unique_id)
    row = RetrievedContent.objects.get()
    assert b"ClinicalDocument" not in bytes(row.sealed)
    with pytest.raises(reading.vault.SealBrokenError):
        reading.opened(row, "une autre session")


def test_a_content_moved_to_another_patient_does_not_open(desk, entry, world):
    desk.read(entry.unique_id)
    row = RetrievedContent.objects.get()
    row.patient = make_ready(world).patient
    with pytest.raises(reading.vault.SealBrokenError):
        reading.opened(row, desk.session_key)


def test_what_expired_is_gone_and_is_asked_again(desk, entry):
    desk.read(entry.unique_id)
    address = frame_of(desk, entry)
    RetrievedContent.objects.update(expires_at=NOW - timedelta(minutes=1))
    assert desk.client.get(address).status_code == 404
    desk.read(entry.unique_id)
    assert desk.ready.world.transactions.count("TD3.2") == 2
    assert RetrievedContent.objects.count() == 1


def test_a_document_nobody_listed_is_not_asked_for(desk, entry):
    response = desk.read("1.2.3.4.5")
    assert 'data-code="document-inconnu"' in response.content.decode()
    assert "TD3.2" not in desk.ready.world.transactions


def test_a_type_the_local_matrix_withholds_is_neither_listed_nor_read(desk, entry):
    rules = [LocalRule(r.profession, r.service, r.rights, frozenset({"34112-3"})) for r in MATRIX.rules]
    publish(
        desk.ready.account.legal_entity, LocalRules(tuple(rules)), motive="Restriction", actor=desk.ready.access.actor
    )
    page = desk.text()
    assert "Biologie" not in page
    assert "1\u00a0document n’est pas affiché" in page
    assert desk.read(entry.unique_id).status_code == 403


def test_the_exact_warnings_of_the_guide_are_on_the_preview(desk):
    from support.record_scene import confidential

    entry = desk.ready.dossier.feed(
        at=NOW, confidentiality_codes=confidential("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
    )
    desk.open()
    page = desk.text(f"?doc={entry.unique_id}").replace("&#x27;", "'")
    assert "Attention, ce document n'est pas visible du patient<" in page
    assert (
        "Attention, ce document n'est pas visible des représentants légaux pour préserver le secret du mineur titulaire "
        "du DMP<"
    ) in page
