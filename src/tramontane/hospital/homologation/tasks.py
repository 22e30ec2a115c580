"""Background work of the homologation workspace, on the database: `tramontane hospital work` does it."""

from __future__ import annotations

from django_tasks import task

from tramontane.hospital.homologation.services import collecting


@task()
def collect_task(run_id: int) -> None:
    """Run the collectors somebody asked for. Enqueued again after a crash, it takes up where it stopped."""
    collecting.carry_out(run_id)
