"""Background work, on the application's own database (django-tasks): no extra server."""

from __future__ import annotations

from django_tasks import task

from tramontane.hospital.consultations.services import preloading


@task()
def preload(preload_id: int) -> None:
    """Do a preload. Enqueued again after a crash, it takes up where it stopped."""
    preloading.run_preload(preload_id)
