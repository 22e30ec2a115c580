"""`tramontane hospital work`: the one process beside the servers. It runs the background tasks, and the duties in turn."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, close_old_connections, connections
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tramontane.dmp.errors import TramontaneError
from tramontane.hospital import clock
from tramontane.hospital.config import workers
from tramontane.hospital.config.duties import DUTIES, Duty
from tramontane.hospital.consultations.services import preloading

logger = logging.getLogger("tramontane.work")
# What may go wrong in a duty without being a fault of this program: the next run tries again.
PASSING = (DatabaseError, OSError, TramontaneError, ImproperlyConfigured)
# Seconds before the tasks are tried again on a database that went away.
PAUSE = 5.0


@dataclass
class Schedule:
    """When each duty comes next. All are due at the start: what was missed while nobody ran is done at once."""

    duties: Sequence[Duty] = DUTIES
    due: dict[str, float] = field(default_factory=dict)

    def run(self, now: float) -> float:
        """Do what is due at `now` (seconds of a monotonic clock); gives when to come back, on the same clock."""
        for duty in self.duties:
            if self.due.get(duty.code, now) <= now:
                self.due[duty.code] = now + duty.every
                perform(duty)
        return min(self.due.values())


def perform(duty: Duty) -> bool:
    """Run one duty and say in the log what it did; a failure is said too, and stops nobody."""
    try:
        count = duty.do(clock.now())
    except PASSING:
        logger.exception("work.failed", extra={"duty": duty.code})
        return False
    if count:
        logger.info("work.done", extra={"duty": duty.code, "count": count})
    return True


def once() -> dict[str, bool]:
    """Every duty, once: its code, and whether it went well."""
    return {duty.code: perform(duty) for duty in DUTIES}


def forever(*, interval: float = 1.0) -> None:
    """Tasks and duties until SIGTERM or Ctrl-C. Killed at any instant, it leaves nothing that the next one cannot take up."""
    stop = threading.Event()
    preloading.STOPPING.clear()
    thread = threading.Thread(target=_turn, args=(stop,), name="duties", daemon=True)
    thread.start()
    try:
        while not _run_tasks(interval):
            time.sleep(PAUSE)
    finally:
        stop.set()
        thread.join(timeout=10)


def _run_tasks(interval: float) -> bool:
    """Background tasks until asked to stop. False when the database went away: this worker is dead, and the task it had is
    taken up by the next one."""
    with workers.alive() as name:
        worker = _Worker(
            queue_names=["*"], excluded_queue_names=[], interval=interval, batch=False, backend_name="default",
            startup_delay=False, max_tasks=None, worker_id=name,
        )  # fmt: skip
        worker.configure_signals()
        try:
            worker.run()
        except DatabaseError:
            logger.exception("work.failed", extra={"duty": "worker"})
            return False
        finally:
            worker.reset_signals()
    return True


class _Worker(Worker):
    """The worker of django-tasks: it tells long work to stop, and keeps of a failure its type and places, as the logs do."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """On SIGTERM or Ctrl-C: what has begun ends; a preload, after the patients being asked about."""
        preloading.STOPPING.set()
        super().shutdown(signum, frame)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run one; the message of what it raised may quote what it was given, a trait or a secret: not kept."""
        super().run_task(db_task_result)
        if db_task_result.status == TaskResultStatus.FAILED:
            logger.error("work.failed", extra={"duty": db_task_result.task_path})
            places = [line for line in db_task_result.traceback.splitlines() if line.startswith('  File "')]
            DBTaskResult.objects.filter(pk=db_task_result.pk).update(traceback="\n".join(places))


def _turn(stop: threading.Event) -> None:
    schedule = Schedule()
    try:
        while not stop.is_set():
            close_old_connections()
            stop.wait(max(schedule.run(time.monotonic()) - time.monotonic(), 0.1))
    finally:
        connections.close_all()
        # A fault of ours: a process that lives without its duties would deceive whoever watches it.
        if not stop.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
