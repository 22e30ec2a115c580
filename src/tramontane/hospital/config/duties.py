"""What must be done again and again: each duty looks at the rows, never at the hour, so a run that was missed is made up
for by the next, and two runs at once do no harm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tramontane.hospital.accounts.models import ConsumedToken, LegalEntity, OpenSession, Throttle
from tramontane.hospital.config import workers
from tramontane.hospital.documents.tasks import sweep_task
from tramontane.hospital.homologation.services import reminding
from tramontane.hospital.interfaces.models import Launch
from tramontane.hospital.objectives.services import closing, live
from tramontane.hospital.objectives.services.errors import ObjectivesError
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.events import Actor

# A failed login older than this no longer slows anybody down (its own blocks last minutes).
FAILURES_KEPT = timedelta(days=1)
TASKS_KEPT = timedelta(days=7)
# What ended a task without being a fault of it: SIGTERM (once, and twice), Ctrl-C, a database that went away.
CUT = (
    "builtins.InterruptedError",
    "builtins.SystemExit",
    "builtins.KeyboardInterrupt",
    "django.db.utils.OperationalError",
    "django.db.utils.InterfaceError",
)
MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do.

    Attributes:
        code: its word in the logs.
        every: seconds from the start of a run to the next.
        do: given the instant, does what is due; gives how many things it did.
    """

    code: str
    every: int
    do: Callable[[datetime], int]


def seal(_at: datetime) -> int:
    """Chain the traces written since the last seal."""
    made = 0
    while chain.seal() is not None:
        made += 1
    return made


def sweep(_at: datetime) -> int:
    """The outbox: take back what a crash left half-way, send what is due, forget what was read."""
    return int(sweep_task.call() or 0)


def close_months(at: datetime) -> int:
    """The statements of the objectives: every month that is over and not closed."""
    due = [(entity, month) for entity in LegalEntity.objects.order_by("pk") for month in closing.due(entity, at)]
    done = 0
    for entity, month in due:
        with suppress(ObjectivesError):  # writers are busy: the traces are sealed at the next run
            closing.close(entity, month, actor=Actor(entity.finess_juridique, account_name="tâche périodique"))
            done += 1
    return done


def read_figures(at: datetime) -> int:
    """The objectives « so far »: read again before anybody waits for them."""
    entities = list(LegalEntity.objects.order_by("pk"))
    for entity in entities:
        live.refresh(entity, at)
    return len(entities)


def requeue(_at: datetime) -> int:
    """Background tasks whose worker of this machine is dead, or that a stop or the database's absence cut: they are safe to
    run again, another worker takes them."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    cut = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, exception_class_path__in=CUT)
    lost = [task.pk for task in running if task.worker_ids and workers.is_dead(task.worker_ids[-1])]
    lost += [task.pk for task in cut if len(task.worker_ids) < MOST_RUNS]
    again = DBTaskResult.objects.filter(pk__in=lost).exclude(status=TaskResultStatus.READY)
    return again.update(status=TaskResultStatus.READY, started_at=None, finished_at=None)


def forget_sessions(at: datetime) -> int:
    """What expired: sessions and their rows, single-use tokens, counted failures, launches that no session can outlive."""
    call_command("clearsessions")
    lives = timedelta(hours=settings.ENVIRONMENT.session_hours)
    expired = (
        OpenSession.objects.exclude(session_key__in=Session.objects.values("session_key")).filter(
            started_at__lt=at - timedelta(minutes=1)  # the row and its session are written one after the other
        ),
        ConsumedToken.objects.filter(expires_at__lt=at),
        Throttle.objects.filter(last_failure_at__lt=at - FAILURES_KEPT),
        Launch.objects.filter(launched_at__lt=at - 2 * lives),
    )
    return sum(rows.delete()[0] for rows in expired)


def forget_tasks(at: datetime) -> int:
    """Background tasks finished long ago; what they did has its own rows and traces."""
    return int(DBTaskResult.objects.finished().filter(finished_at__lt=at - TASKS_KEPT).delete()[0])


DUTIES = (
    Duty("seal", 60, seal),
    Duty("outbox", 60, sweep),
    Duty("requeue", 60, requeue),
    Duty("months", 900, close_months),
    Duty("figures", 240, read_figures),
    Duty("reminders", 3600, reminding.sweep),
    Duty("sessions", 900, forget_sessions),
    Duty("tasks", 86_400, forget_tasks),
)
