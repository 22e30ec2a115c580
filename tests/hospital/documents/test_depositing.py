"""Bringing a document by hand: judged by its bytes, filed once, not sent unless asked."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from support.consultation import make_ready
from support.feeding_double import play_feeding
from support.hospital import make_account, make_ins
from support.record_scene import BIOLOGY_REPORT, PDF, png
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.models import DmpConnection, Opening
from tramontane.hospital.documents.models import Dispatch, RecordDocument
from tramontane.hospital.documents.services import delivering, depositing
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import of_patient

INS_TEST = "1.2.250.1.213.1.4.10"


def bring(desk, content: bytes, *, name: str = "fichier.bin", **fields: object):
    values = {
        "type_code": "34112-3",
        "title": "Compte rendu de séjour",
        "act_date": f"{timezone.localtime(clock.now() - timedelta(hours=2)):%Y-%m-%dT%H:%M}",
        "author": desk.ready.account.pk,
        "episode": desk.ready.episode.pk,
        "file": SimpleUploadedFile(name, content),
    } | fields
    return desk.client.post(f"{desk.url}documents/deposer/", values)


def for_the_patient(content: bytes, ins: str) -> bytes:
    """The report with an INS in its header."""
    identifier = f'<id root="{INS_TEST}" extension="{ins}"/>'.encode()
    return content.replace(b"<patientRole", b"<patientRole", 1).replace(
        b"<patientRole>", b"<patientRole>" + identifier, 1
    )


def test_the_form_knows_the_types_the_team_and_the_episodes(desk):
    page = desk.client.get(f"{desk.url}documents/deposer/").content.decode()
    assert '<option value="34112-3">' in page
    assert desk.ready.account.display_name in page
    assert desk.ready.episode.visit_number in page
    assert "Déposer un document" in desk.text("?vue=dossier")


def test_a_pdf_enters_the_record_and_is_not_sent(desk):
    answer = bring(desk, PDF, name="ce-nom-ne-compte-pas.exe")
    document = RecordDocument.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{desk.url}?vue=dossier&doc={document.pk}")
    assert (document.media_type, document.provenance) == ("application/pdf", "hospital")
    assert (document.episode, document.author_account) == (desk.ready.episode, desk.ready.account)
    assert not Dispatch.objects.exists()
    assert Trace.objects.filter(event="document.classe", document_ids=[document.unique_id]).count() == 1
    assert "Non envoyé" in desk.text("?vue=dossier")


def test_it_is_sent_when_that_is_asked(desk, monkeypatch, world):
    registry = play_feeding(monkeypatch, world)
    bring(desk, b"Texte du compte rendu", envoyer="1")
    assert delivering.deliver(Dispatch.objects.get().pk) == "sent"
    assert len(registry.submissions) == 1


def test_a_minor_s_document_is_hidden_from_the_representatives_by_an_explicit_choice_only(desk, monkeypatch, world):
    registry = play_feeding(monkeypatch, world)
    form = f"{desk.url}documents/deposer/"
    assert "Cacher ce document" not in desk.client.get(form).content.decode()
    bring(desk, b"Hors connexion secrete", hidden="on", envoyer="1")  # not asked for there: not heard
    minor_in_secret(desk)
    assert "Cacher ce document aux représentants légaux" in desk.client.get(form).content.decode()
    bring(desk, b"Sans cocher", envoyer="1")
    bring(desk, b"En cochant", title="Consultation de planification", hidden="on", envoyer="1")
    for dispatch in Dispatch.objects.order_by("pk"):
        assert delivering.deliver(dispatch.pk) == "sent"
    codes = [
        {one.code for one in sent.documents[0].entry.confidentiality_codes} for sent in registry.submissions.values()
    ]
    assert codes == [{"N"}, {"N"}, {"N", "INVISIBLE_REPRESENTANTS_LEGAUX"}]
    assert [asked.confidentiality for asked in world.asked if asked.transaction == "TD2.1"] == [
        None, None, "INVISIBLE_REPRESENTANTS_LEGAUX",
    ]  # fmt: skip
    assert desk.text("?vue=dossier").count("Non visible des représentants légaux") == 1
    hidden = RecordDocument.objects.get(title="Consultation de planification")
    assert "pour préserver le secret du mineur" in desk.text(f"?vue=dossier&doc={hidden.pk}")
    shown = of_patient(desk.ready.account.legal_entity.finess_juridique, desk.ready.patient.ins)
    assert not any(hidden.unique_id in trace.document_ids for trace in shown)
    assert Trace.objects.filter(document_ids=[hidden.unique_id], detail__has_key="connexion_secrete").count() == 5


def minor_in_secret(desk):
    """The patient is sixteen, and this professional in a secret connection."""
    DmpConnection.objects.update(minor_secret_age=15)
    Patient.objects.filter(pk=desk.ready.patient.pk).update(birth_date=clock.now().date() - timedelta(days=16 * 366))
    desk.ready.patient.refresh_from_db()
    assert isinstance(consultations.secret_open(desk.ready.access), Opening)


def test_an_opposition_leaves_it_in_the_record_and_says_why_it_does_not_leave(desk):
    desk.ready.say("feeding", "opposition", motive="Motif légitime")
    bring(desk, PDF, envoyer="1")
    assert RecordDocument.objects.count() == 1
    assert not Dispatch.objects.exists()
    assert "s’oppose à l’alimentation" in desk.text("?vue=dossier")


def test_a_cda_says_its_own_type_and_title(desk):
    content = for_the_patient(BIOLOGY_REPORT, desk.ready.patient.ins)
    bring(desk, content, type_code="", title="")
    document = RecordDocument.objects.get()
    assert document.type_code
    assert document.title
    assert document.media_type == "text/xml"


def test_a_cda_of_another_patient_is_refused_without_saying_who(desk):
    other = make_ins(number=777)
    content = for_the_patient(BIOLOGY_REPORT, other)
    assert other.encode() in content
    answer = bring(desk, content)
    assert answer.status_code == 422
    assert "n’est pas celle de ce patient" in answer.content.decode()
    assert other not in answer.content.decode()


def test_the_same_file_twice_is_said_with_the_way_to_it(desk):
    bring(desk, PDF)
    page = bring(desk, PDF, title="Autre titre").content.decode()
    assert "déjà dans le dossier, sous le titre « Compte rendu de séjour »" in page
    assert f"doc={RecordDocument.objects.get().pk}" in page


def test_the_same_file_brought_twice_at_once_enters_once(desk, monkeypatch):
    lock = gateway.lock_patient

    def late(patient_id):
        """The other one held the lock first, and has just let it go."""
        monkeypatch.setattr(gateway, "lock_patient", lock)
        bring(desk, PDF, title="Le premier")
        lock(patient_id)

    monkeypatch.setattr(gateway, "lock_patient", late)
    assert "sous le titre « Le premier »" in bring(desk, PDF).content.decode()


def test_another_patient_may_have_the_same_file(desk, world):
    bring(desk, PDF)
    other = make_ready(world)
    depositing._refuse_twice(other.patient, PDF)


def closed() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(100, 100, "x")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (closed(), "protégé par un mot de passe"),
        (PDF[:40], "tronqué ou abîmé"),
        (png(), "Format reconnu d’après le contenu : image/png"),
        (b"MZ\x90\x00\x03" + bytes(50), "application/octet-stream"),
        (b"<html><body>bonjour</body></html>", "pas un document clinique (CDA) lisible"),
        (b"", "vide"),
    ],
)
def test_what_is_neither_pdf_text_nor_cda_is_refused(desk, content, sentence):
    answer = bring(desk, content, name="compte-rendu.pdf")
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not RecordDocument.objects.exists()


def test_too_big_is_said_before_it_is_read(desk, monkeypatch):
    monkeypatch.setattr(depositing, "MOST_BYTES", 10)
    answer = bring(desk, b"onze octets.")
    assert answer.status_code == 422
    assert "dépasse" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("type_code", "", "Choisissez le type"),
        ("title", "", "Donnez un titre"),
        ("act_date", "2999-01-01T00:00", "dans le futur"),
        ("type_code", "N-IMPORTE-QUOI", "Sélectionnez un choix valide"),
    ],
)
def test_what_is_missing_or_wrong_is_named(desk, field, value, sentence):
    answer = bring(desk, PDF, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_nobody_outside_the_team_is_named_as_author(desk):
    stranger = make_account(desk.ready.account.legal_entity)
    assert bring(desk, PDF, author=stranger.pk).status_code == 422


def test_a_patient_out_of_reach_does_not_exist(desk, world):
    from support.hospital import make_patient

    other = make_patient()
    assert desk.client.get(f"/patients/{other.pk}/documents/deposer/").status_code == 404
