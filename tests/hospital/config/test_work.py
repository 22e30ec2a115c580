"""`tramontane hospital work`: every duty makes up for the runs that were missed, and one that fails stops nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Event as ThreadEvent
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, transaction
from django.test import Client
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from support.hospital import login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import ConsumedToken, OpenSession
from tramontane.hospital.config import duties, work, workers
from tramontane.hospital.config.duties import DUTIES, Duty
from tramontane.hospital.config.logs import CATALOGUE
from tramontane.hospital.documents.tasks import sweep_task
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Seal
from tramontane.hospital.traces.services import record

pytestmark = pytest.mark.django_db


def test_everything_is_due_at_the_start_then_each_at_its_pace() -> None:
    runs: list[str] = []
    pair = [
        Duty("often", 60, lambda _at: runs.append("often") or 0),
        Duty("rare", 900, lambda _at: runs.append("rare") or 0),
    ]  # type: ignore[func-returns-value]
    schedule = work.Schedule(pair)
    assert schedule.run(1000.0) == 1060.0
    assert schedule.run(1059.0) == 1060.0
    assert runs == ["often", "rare"]
    # A machine asleep for two hours: each is done once, not once for every run it missed.
    assert schedule.run(8000.0) == 8060.0
    assert runs == ["often", "rare", "often", "rare"]


def test_a_duty_that_fails_is_logged_without_its_message_and_the_next_is_done(caplog: Any) -> None:
    def locked(_at: Any) -> int:
        raise OperationalError("secret of the connection")

    runs: list[str] = []
    schedule = work.Schedule([Duty("broken", 60, locked), Duty("next", 60, lambda _at: runs.append("next") or 1)])  # type: ignore[func-returns-value]
    schedule.run(0.0)
    assert runs == ["next"]
    assert [(one.msg, one.duty) for one in caplog.records if one.name == "tramontane.work"] == [
        ("work.failed", "broken"),
        ("work.done", "next"),
    ]
    assert {"work.failed", "work.done"} <= set(CATALOGUE)


def test_traces_left_unsealed_for_days_are_sealed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        record(Event("dossier.ouvert", Actor("690000001")))
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr("tramontane.hospital.clock.now", lambda: later)
    assert all(work.once().values())
    assert Seal.objects.count() == 1


def test_what_expired_is_forgotten_and_what_lives_stays() -> None:
    kept, gone, now = make_account(), make_account(), clock.now()
    login(Client(), kept)
    login(Client(), gone)
    dead = OpenSession.objects.get(account=gone)
    Session.objects.filter(session_key=dead.session_key).update(expire_date=now - timedelta(hours=1))
    OpenSession.objects.update(started_at=now - timedelta(hours=11))
    ConsumedToken.objects.create(key="a", expires_at=now - timedelta(seconds=1))
    ConsumedToken.objects.create(key="b", expires_at=now + timedelta(hours=1))
    assert duties.forget_sessions(now) == 2
    assert [one.account for one in OpenSession.objects.all()] == [kept]
    assert ConsumedToken.objects.get().key == "b"


def test_the_task_of_a_killed_worker_runs_again_and_that_of_a_live_one_is_left() -> None:
    script = "import django; django.setup()\nfrom tramontane.hospital.config import workers\nimport os\n"
    script += "with workers.alive() as name:\n    print(name, flush=True)\n    os.kill(os.getpid(), 9)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tramontane.hospital.config.settings"}
    killed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    lost, busy, elsewhere = (DBTaskResult.objects.get(pk=sweep_task.enqueue().id) for _ in range(3))
    with workers.alive() as name:
        lost.claim(killed.stdout.strip())
        busy.claim(name)
        elsewhere.claim("another-machine~0123")
        assert duties.requeue(clock.now()) == 1
    lost.refresh_from_db()
    assert (lost.status, lost.started_at) == (TaskResultStatus.READY, None)
    assert workers.is_dead(name)


def a_worker() -> work._Worker:
    return work._Worker(
        queue_names=["*"], excluded_queue_names=[], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=1, worker_id="another-machine~0123",
    )  # fmt: skip


def test_a_task_cut_by_a_stop_or_by_the_database_runs_again_and_one_at_fault_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for error, again in ((OperationalError, 1), (SystemExit, 1), (InterruptedError, 1), (ZeroDivisionError, 0)):
        monkeypatch.setattr("tramontane.hospital.documents.tasks.reading.purge", Mock(side_effect=error("trait")))
        task = DBTaskResult.objects.get(pk=sweep_task.enqueue().id)
        task.claim("another-machine~0123")
        a_worker().run_task(task)
        assert duties.requeue(clock.now()) == again
        task.refresh_from_db()
        assert task.status == (TaskResultStatus.READY if again else TaskResultStatus.FAILED)
        task.worker_ids = ["another-machine~0123"] * duties.MOST_RUNS
        task.save()
        task.set_failed(error("trait"))
        assert duties.requeue(clock.now()) == 0, "never for ever"
        task.delete()


def test_what_a_failed_task_raised_is_kept_without_its_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = "279035121518989 Jeanne\nmot de passe"
    monkeypatch.setattr("tramontane.hospital.documents.tasks.reading.purge", Mock(side_effect=ValueError(said)))
    task = DBTaskResult.objects.get(pk=sweep_task.enqueue().id)
    a_worker().run_task(task)
    task.refresh_from_db()
    assert (task.status, task.exception_class_path) == (TaskResultStatus.FAILED, "builtins.ValueError")
    assert 'tasks.py", line' in task.traceback
    assert not [word for word in ("2790", "Jeanne", "mot de passe") if word in task.traceback]
    assert [one.msg for one in caplog.records if one.name == "tramontane.work"] == ["work.failed"]


def test_told_to_stop_a_worker_tells_the_long_work_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work.preloading, "STOPPING", ThreadEvent())
    worker = a_worker()
    worker.running_task = True
    worker.shutdown(signal.SIGTERM, None)
    assert work.preloading.STOPPING.is_set()
    assert not worker.running, "and takes no other"


def test_a_database_that_goes_away_and_comes_back_costs_a_new_worker_not_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    names: list[str] = []

    def run(worker: Any) -> None:
        names.append(worker.worker_id)
        if len(names) < 3:
            raise OperationalError("secret of the connection")

    monkeypatch.setattr(work.Worker, "run", run)
    monkeypatch.setattr(work, "PAUSE", 0)
    monkeypatch.setattr(work, "_turn", lambda stop: stop.wait())
    work.forever()
    assert len(set(names)) == 3
    assert all(workers.is_dead(name) for name in names), "what they were doing is taken up"
    assert [one.duty for one in caplog.records if one.msg == "work.failed"] == ["worker", "worker"]


def test_duties_that_die_of_a_fault_take_the_process_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: Any) -> float:
        raise ZeroDivisionError

    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(work.Schedule, "run", fault)
    monkeypatch.setattr(work, "connections", SimpleNamespace(close_all=lambda: None))
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    monkeypatch.setattr(work.os, "kill", lambda *args: killed.append(args))
    with pytest.raises(ZeroDivisionError):
        work._turn(ThreadEvent())
    assert killed == [(os.getpid(), signal.SIGTERM)]


def test_every_duty_is_named_once() -> None:
    assert len({duty.code for duty in DUTIES}) == len(DUTIES)
