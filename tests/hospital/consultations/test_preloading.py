"""Preloading: status and counts in the name of who asked, never documents, never in the name of nobody."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_episode, make_patient, proof_of
from support.pki import OTHER_FINESS_JURIDIQUE
from tramontane.client import DeadlineExceeded, Phase
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import OpenSession
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import KnownDocument, Preload, PreloadItem, SearchMemory, Sighting
from tramontane.hospital.consultations.services import preloading
from tramontane.hospital.consultations.view import Told
from tramontane.hospital.consultations.views import preloads as views
from tramontane.hospital.patients.models import ConsentRecord

TWO_DAYS = datetime.now(UTC) - timedelta(days=2)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready(world: World) -> Ready:
    return make_ready(world)


@pytest.fixture
def browser(ready: Ready, client: Client) -> Client:
    login(client, ready.account)
    return client


def more(ready: Ready, number: int) -> None:
    """Other patients of the service, informed, each with one document."""
    for _ in range(number):
        patient = make_patient(ready.account.legal_entity)
        episode = make_episode(patient, ready.service)
        ConsentRecord.objects.create(
            patient=patient, episode=episode, subject="information", choice="informed", recorded_at=TWO_DAYS
        )
        ready.world.open(patient.ins).feed(at=TWO_DAYS)


def run(browser: Client, ready: Ready) -> Preload:
    key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    preload, _ = preloading.request_preload(ready.account, proof_of(), ready.service, key)
    preloading.run_preload(preload.pk)
    preload.refresh_from_db()
    return preload


def test_every_patient_of_the_service_gets_its_state_and_count(browser: Client, ready: Ready) -> None:
    more(ready, 3)
    preload = run(browser, ready)
    assert preload.finished_at is not None
    assert sorted(preload.items.values_list("state", "new")) == [("done", 0), ("done", 1), ("done", 1), ("done", 1)]
    page = browser.get("/patients/").content.decode()
    assert page.count("1\u00a0nouveau") == 3
    assert "non interrogé" not in page
    assert sorted(ready.world.transactions) == ["TD0.2"] * 4 + ["TD3.1"] * 4


def test_nothing_is_remembered_as_seen(browser: Client, ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    run(browser, ready)
    for memory in (KnownDocument, Sighting, SearchMemory):
        assert not memory.objects.exists()
    assert len(services.open_record(ready.access).new) == 1


def test_a_patient_not_informed_is_not_asked_about(browser: Client, ready: Ready) -> None:
    ConsentRecord.objects.all().delete()
    item = run(browser, ready).items.get()
    assert (item.state, item.sentence) == (
        "refused", "Le patient n'a pas été informé de la consultation de son DMP pour cet épisode de soins.",
    )  # fmt: skip
    assert ready.world.asked == []


def withdraw(ready: Ready) -> None:
    patient = ready.access.patient
    ConsentRecord.objects.create(
        patient=patient,
        episode=patient.episodes.get(),
        subject="consultation",
        choice="opposition",
        recorded_at=clock.now(),
    )


def test_what_the_dmp_answered_while_she_opposed_is_not_kept(
    browser: Client, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    tell = preloading._tell

    def told_then_opposed(access: Access) -> Told:
        told = tell(access)
        withdraw(ready)
        return told

    monkeypatch.setattr(preloading, "_tell", told_then_opposed)
    (item,) = run(browser, ready).items.all()
    assert (item.state, item.new) == (PreloadItem.State.REFUSED, 0)
    assert "oppos" in item.sentence


def test_the_list_tells_nothing_more_of_who_opposed_since(browser: Client, ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    run(browser, ready)
    assert "1\u00a0nouveau" in browser.get("/patients/").content.decode()
    withdraw(ready)
    page = browser.get("/patients/").content.decode()
    assert "nouveau" not in page
    assert "DMP ouvert" not in page


def test_a_fault_is_tried_again_and_nobody_is_lost(browser: Client, ready: Ready) -> None:
    more(ready, 2)
    ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING))
    preload = run(browser, ready)
    assert {item.state for item in preload.items.all()} == {"done"}
    assert sorted(preload.items.values_list("attempts", flat=True)) == [1, 1, 2]


def test_after_three_failures_the_item_says_so(browser: Client, ready: Ready) -> None:
    ready.world.fail("TD0.2", *[DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING)] * 3)
    item = run(browser, ready).items.get()
    assert (item.state, item.attempts) == ("failed", 3)
    assert "répondu à temps" in item.sentence


def test_once_the_session_is_over_nothing_more_is_asked(browser: Client, ready: Ready) -> None:
    key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    preload, _ = preloading.request_preload(ready.account, proof_of(), ready.service, key)
    OpenSession.objects.all().delete()
    preloading.run_preload(preload.pk)
    preload.refresh_from_db()
    assert "terminée" in preload.stopped_because
    assert preload.items.get().state == PreloadItem.State.REFUSED
    assert ready.world.asked == []


def test_a_job_killed_midway_takes_up_where_it_stopped(browser: Client, ready: Ready) -> None:
    more(ready, 2)
    key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    preload, _ = preloading.request_preload(ready.account, proof_of(), ready.service, key)
    preload.items.filter(patient=ready.patient).update(state="done", sentence="DMP ouvert")
    preloading.run_preload(preload.pk)
    assert len(ready.world.transactions) == 4


def test_a_process_told_to_stop_leaves_the_rest_to_the_next_and_asks_nobody_twice(
    browser: Client, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    more(ready, 6)
    key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    preload, _ = preloading.request_preload(ready.account, proof_of(), ready.service, key)
    tell = preloading._tell

    def told_to_stop(access: Access) -> Told:
        preloading.STOPPING.set()
        return tell(access)

    monkeypatch.setattr(preloading, "STOPPING", threading.Event())
    monkeypatch.setattr(preloading, "_tell", told_to_stop)
    with pytest.raises(InterruptedError):
        preloading.run_preload(preload.pk)
    preload.refresh_from_db()
    waiting = preload.items.filter(state=PreloadItem.State.WAITING).count()
    assert (preload.finished_at, waiting > 0) == (None, True)
    preloading.STOPPING.clear()
    monkeypatch.setattr(preloading, "_tell", tell)
    preloading.run_preload(preload.pk)
    assert set(preload.items.values_list("state", "attempts")) == {("done", 1)}
    assert ready.world.transactions.count("TD0.2") == 7


def test_the_clinician_starts_it_from_her_list_and_follows_it(browser: Client, ready: Ready) -> None:
    assert 'action="/patients/prechargement/"' in browser.get("/patients/").content.decode()
    response = browser.post("/patients/prechargement/")
    assert response.status_code == 302
    page = browser.get(response["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in page
    preloading.run_preload(Preload.objects.get().pk)
    assert 'hx-trigger="every 2s"' not in browser.get(response["Location"]).content.decode()


def test_asked_for_twice_it_runs_once_until_it_stalls(
    browser: Client, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueued: list[int] = []
    monkeypatch.setattr(views, "preload_task", SimpleNamespace(enqueue=enqueued.append))
    first, second = browser.post("/patients/prechargement/"), browser.post("/patients/prechargement/")
    assert first["Location"] == second["Location"]
    assert len(enqueued) == 1
    assert "hx-trigger" in browser.get(first["Location"]).content.decode()
    Preload.objects.update(requested_at=clock.now() - preloading.STALLED - timedelta(seconds=1))
    stalled = browser.get(first["Location"]).content.decode()
    assert "Rien n’avance" in stalled
    assert "hx-trigger" not in stalled, "nobody’s session lasts for a page that waits in vain"
    assert browser.post("/patients/prechargement/")["Location"] != first["Location"]


def test_what_was_not_asked_is_not_said_to_hold_nothing_new(browser: Client, ready: Ready) -> None:
    more(ready, 1)
    ready.world.fail("TD0.2", *[DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING)] * 3)
    ConsentRecord.objects.all().delete()
    nothing = run(browser, ready)
    page = browser.get(f"/patients/prechargement/{nothing.pk}/").content.decode()
    assert "Aucun DMP n’a pu être interrogé" in page
    assert "Rien de nouveau" not in page
    nothing.items.filter(patient=ready.patient).update(state="done", sentence="DMP ouvert")
    assert "DMP interrogés en" in browser.get(f"/patients/prechargement/{nothing.pk}/").content.decode()


def test_with_one_factor_nothing_is_started(client: Client, ready: Ready) -> None:
    login(client, ready.account, "password")
    assert client.post("/patients/prechargement/")["Location"].startswith("/mon-compte/confirmer/")
    assert not Preload.objects.exists()


def test_nobody_reads_the_preload_of_another(browser: Client, ready: Ready, world: World) -> None:
    preload = run(browser, ready)
    colleague, stranger = make_ready(world), make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    for other in (colleague, stranger):
        client = Client()
        login(client, other.account)
        assert client.get(f"/patients/prechargement/{preload.pk}/").status_code == 404
