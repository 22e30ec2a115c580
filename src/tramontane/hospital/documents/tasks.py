"""Background work of the documents app, on the database: no other server is needed."""

from __future__ import annotations

from django_tasks import task

from tramontane.hospital import clock
from tramontane.hospital.documents.services import delivering, reading


@task()
def deliver_task(dispatch_id: int) -> str:
    """Try one sending; it asks for its own next attempt."""
    return delivering.deliver(dispatch_id)


@task()
def sweep_task() -> int:
    """After a crash: take back what was half-way, send what is due, forget what was read. Safe at any moment, any number of times."""
    now = clock.now()
    reading.purge(now)
    delivering.recover(now)
    waiting = delivering.due(now)
    for dispatch_id in waiting:
        delivering.deliver(dispatch_id)
    return len(waiting)
