"""The outbox: exactly once whatever breaks, retried, held, refused with a reason, stopped by an opposition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django_tasks_db.models import DBTaskResult

from support.feeding_double import PowerCutError, play_feeding
from support.record_scene import PDF, png
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp import cda
from tramontane.dmp.errors import RegistryFailure
from tramontane.dmp.xds.profile import require_submittable
from tramontane.hospital import clock
from tramontane.hospital.documents.feeding import FeedingRefusedError
from tramontane.hospital.documents.models import Dispatch, RecordDocument
from tramontane.hospital.documents.services import delivering, sending
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.documents.tasks import sweep_task
from tramontane.hospital.traces.models import Trace

NOW = datetime.now(UTC).replace(microsecond=0)
LATE = DeadlineExceeded("Le DMP n’a pas répondu à temps.", phase=Phase.WAITING)


@pytest.fixture
def registry(monkeypatch, world):
    return play_feeding(monkeypatch, world)


@pytest.fixture
def document(ready, registry) -> RecordDocument:
    new = NewDocument(
        content=PDF,
        type_code="34112-3",
        title="CR d’hospitalisation",
        act_date=NOW,
        author=ready.account,
        episode=ready.episode,
    )
    return add_hospital_document(ready.patient, new, actor=ready.access.actor)


@pytest.fixture
def dispatch(ready, document) -> Dispatch:
    return sending.request_sending(ready.access, document)


def again(dispatch: Dispatch) -> str:
    """The next attempt, when its time has come."""
    Dispatch.objects.filter(pk=dispatch.pk).update(next_attempt_at=clock.now())
    return delivering.deliver(dispatch.pk)


def cut(dispatch: Dispatch) -> None:
    """An attempt during which the process dies."""
    with pytest.raises(PowerCutError):
        delivering.deliver(dispatch.pk)


def long_after(dispatch: Dispatch) -> None:
    Dispatch.objects.filter(pk=dispatch.pk, state="sending").update(sending_since=clock.now() - timedelta(hours=1))


def test_a_document_of_ours_is_seen_as_not_sent_then_waiting_then_sent(desk, document):
    assert "1\u00a0document de l’établissement n’est pas envoyé au DMP" in desk.text("?vue=dossier")
    desk.client.post(f"{desk.url}documents/{document.pk}/envoyer/")
    assert "En attente d’envoi" in desk.text("?vue=dossier")
    delivering.deliver(Dispatch.objects.get().pk)
    page = desk.text(f"?vue=dossier&doc={document.pk}")
    assert "Envoyé" in page
    assert "rien à envoyer au DMP" in page
    assert "MSSanté : non disponible dans cette version." in page


def test_a_sending_that_is_refused_says_who_may_lift_it(desk, ready, document):
    ready.patient.identity_status = ready.patient.IdentityStatus.VALIDEE
    ready.patient.save()
    who = "Qui peut le faire\u00a0: Bureau des admissions."
    assert who in desk.text(f"?vue=dossier&doc={document.pk}").partition("Envoi au DMP")[2]
    answer = desk.client.post(f"{desk.url}documents/{document.pk}/envoyer/")
    (message,) = get_messages(answer.wsgi_request)
    assert str(message).startswith("L’INS de ce patient n’est pas qualifiée.")
    assert str(message).endswith(who)


def test_what_is_sent_is_a_cda_around_the_pdf_with_metadata_the_profile_accepts(dispatch, registry, ready):
    assert delivering.deliver(dispatch.pk) == "sent"
    (submission,) = registry.submissions.values()
    (sent,) = submission.documents
    require_submittable(submission.submission_set, [sent.entry])
    read = cda.read(sent.content)
    assert cda.extract(sent.content).data == PDF
    assert read.header.identifier.unique_id == sent.entry.unique_id == dispatch.document.unique_id
    assert read.header.patient.ins.value == ready.patient.ins
    assert submission.submission_set.unique_id == dispatch.submission_unique_id


def test_asking_twice_sends_once(ready, document, dispatch, registry):
    assert sending.request_sending(ready.access, document).pk == dispatch.pk
    delivering.deliver(dispatch.pk)
    assert delivering.deliver(dispatch.pk) == ""
    assert len(registry.submissions) == 1


def test_a_request_is_queued_in_its_own_transaction(dispatch):
    task = DBTaskResult.objects.get(task_path__endswith="deliver_task")
    assert task.args_kwargs["args"] == [dispatch.pk]


def test_a_failure_of_the_network_is_tried_again_later_and_later(dispatch, registry):
    registry.break_at("before", LATE, LATE)
    assert delivering.deliver(dispatch.pk) == "pending"
    dispatch.refresh_from_db()
    assert (dispatch.attempts, dispatch.last_code) == (1, "delai-depasse")
    assert dispatch.next_attempt_at - clock.now() > timedelta(seconds=50)
    assert delivering.deliver(dispatch.pk) == "", "not due yet"
    assert again(dispatch) == "pending"
    assert again(dispatch) == "sent"
    assert registry.asked == [dispatch.document.unique_id] * 2
    assert len(registry.submissions) == 1


def test_the_delays_double_up_to_an_hour():
    minutes = [delivering.delay_after(n).total_seconds() / 60 for n in (1, 2, 3, 7, 30)]
    assert minutes == [1, 2, 4, 60, 60]


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.django_db(transaction=True)
def test_a_power_cut_around_the_sending_never_sends_twice_nor_never(dispatch, registry, point):
    registry.break_at(point, PowerCutError())
    cut(dispatch)
    assert Dispatch.objects.get().state == "sending"
    assert delivering.recover(clock.now()) == 0, "it may still be alive"
    long_after(dispatch)
    assert delivering.recover(clock.now()) == 1
    assert again(dispatch) == "sent"
    assert registry.asked == [dispatch.document.unique_id]
    assert len(registry.submissions) == 1


@pytest.mark.django_db(transaction=True)
def test_a_power_cut_after_the_answer_before_the_row_is_recovered_by_asking(dispatch, registry, monkeypatch):
    with monkeypatch.context() as broken:

        def dies(*_args: object, **_more: object) -> str:
            raise PowerCutError

        broken.setattr(delivering, "_settle", dies)
        cut(dispatch)
    long_after(dispatch)
    sweep_task.func()
    assert Dispatch.objects.get().state == "sent"
    assert len(registry.submissions) == 1


@pytest.mark.django_db(transaction=True)
def test_a_power_cut_while_asking_the_registry_is_recovered_too(dispatch, registry):
    registry.break_at("after", LATE)
    assert delivering.deliver(dispatch.pk) == "pending"
    registry.break_at("asking", PowerCutError())
    Dispatch.objects.update(next_attempt_at=clock.now())
    cut(dispatch)
    long_after(dispatch)
    delivering.recover(clock.now())
    assert again(dispatch) == "sent"
    assert len(registry.submissions) == 1


def test_two_attempts_that_cross_register_once_and_the_duplicate_reads_as_sent(dispatch, registry, monkeypatch):
    registry.break_at("after", LATE)
    delivering.deliver(dispatch.pk)
    monkeypatch.setattr(delivering, "_received", lambda *_: False)
    assert again(dispatch) == "sent"
    assert len(registry.submissions) == 1


def test_a_refusal_of_the_dmp_keeps_its_reason_and_may_be_tried_again(desk, dispatch, registry):
    code = "XDSRegistryMetadataError"
    registry.break_at(
        "before", RegistryFailure("Le DMP refuse ces métadonnées.", errors=((code, "", "", ""),), remote_code=code)
    )
    assert delivering.deliver(dispatch.pk) == "refused"
    page = desk.text(f"?vue=dossier&doc={dispatch.document_id}")
    assert "Refusé par le DMP" in page
    assert "Le DMP refuse ces métadonnées." in page
    desk.client.post(f"{desk.url}documents/{dispatch.document_id}/relancer/")
    assert again(dispatch) == "sent"


def test_what_is_held_does_not_leave_until_it_is_released(desk, dispatch, registry):
    desk.client.post(f"{desk.url}documents/{dispatch.document_id}/retenir/")
    assert delivering.deliver(dispatch.pk) == ""
    assert delivering.due(clock.now()) == []
    desk.client.post(f"{desk.url}documents/{dispatch.document_id}/relancer/")
    assert again(dispatch) == "sent"


def test_an_opposition_forbids_the_request_with_its_motive(desk, document):
    desk.ready.say("feeding", "opposition", motive="Profession connue du personnel")
    with pytest.raises(FeedingRefusedError) as refusal:
        sending.request_sending(desk.ready.access, document)
    assert [reason.code for reason in refusal.value.reasons] == ["opposition-alimentation"]
    page = desk.text(f"?vue=dossier&doc={document.pk}")
    assert "Profession connue du personnel" in page
    assert "Envoyer au DMP" not in page
    assert Trace.objects.filter(event="acces.refuse", transaction="TD2.1").exists()


def test_an_opposition_said_after_the_request_holds_it_and_nothing_leaves(ready, dispatch, registry):
    ready.say("feeding", "opposition", motive="Motif légitime")
    assert delivering.deliver(dispatch.pk) == "held"
    assert Dispatch.objects.get().last_code == "opposition-alimentation"
    assert registry.submissions == {}
    assert not Trace.objects.filter(event="dmp.demande", transaction="TD2.1").exists()


def test_an_identity_that_lost_its_qualification_holds_it(ready, dispatch, registry):
    ready.patient.identity_status = "PROV"
    ready.patient.save()
    assert delivering.deliver(dispatch.pk) == "held"
    assert registry.submissions == {}


@pytest.mark.parametrize(
    ("content", "type_code", "code"), [(png(), "34112-3", "format-non-transmissible"), (PDF, "ZZZ", "type-inconnu")]
)
def test_what_cannot_be_written_is_not_promised(ready, registry, content, type_code, code):
    new = NewDocument(content=content, type_code=type_code, title="X", act_date=NOW)
    document = add_hospital_document(ready.patient, new, actor=ready.access.actor)
    with pytest.raises(FeedingRefusedError) as refusal:
        sending.request_sending(ready.access, document)
    assert code in [reason.code for reason in refusal.value.reasons]


def test_a_document_of_the_dmp_is_never_sent_back(desk, document, registry):
    RecordDocument.objects.update(provenance="dmp")
    assert desk.client.post(f"{desk.url}documents/{document.pk}/envoyer/").status_code == 404
    assert not Dispatch.objects.exists()


def test_each_sending_leaves_its_intention_then_its_answer(dispatch, registry):
    delivering.deliver(dispatch.pk)
    events = (
        Trace.objects.filter(document_ids=[dispatch.document.unique_id]).order_by("id").values_list("event", "outcome")
    )
    assert [event for event, _ in events] == [
        "document.classe",
        "document.envoi",
        "dmp.demande",
        "dmp.reponse",
        "document.envoi",
    ]


def test_opening_the_record_after_a_sending_asks_the_dmp_nothing_more(desk, dispatch, registry, world):
    delivering.deliver(dispatch.pk)
    world.asked.clear()
    desk.text("?vue=dossier")
    assert world.asked == []


def test_a_second_worker_finds_nothing_to_do_while_the_first_is_sending(dispatch, registry, world):
    other: list[str] = []
    world.on_send = lambda _asked: other.append(delivering.deliver(dispatch.pk))
    assert delivering.deliver(dispatch.pk) == "sent"
    assert other == [""]
    assert len(registry.submissions) == 1


def test_a_dispatch_taken_over_meanwhile_is_not_overwritten_by_the_slow_worker(dispatch, registry, world):
    def taken(_asked: object) -> None:
        Dispatch.objects.update(attempts=7)

    world.on_send = taken
    assert delivering.deliver(dispatch.pk) == "sending"
    assert Dispatch.objects.get().attempts == 7
