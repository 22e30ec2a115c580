"""What the platform asks of the application: alive? ready? how is it doing? And the establishment's colours."""

from __future__ import annotations

import hmac
import shutil

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control

from tramontane.hospital.config.metrics import exposition
from tramontane.ui.theme import stylesheet

SMALLEST_ROOM = 32 * 1024 * 1024  # bytes left on the disk of the data: below, nothing can be traced any more


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing of what it depends on: restarting it would not mend a database."""
    return JsonResponse({"status": "live"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Requests may be sent here: the database answers, its tables are those of this version, the disk has room."""
    checks = {"database": _database(), "migrations": False, "disk": _disk()}
    checks["migrations"] = checks["database"] and migrated()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    """The list of tables is read: SQLite answers `SELECT 1` without its file."""
    try:
        connection.introspection.table_names()
    except (DatabaseError, InterfaceError):
        return False
    return True


def _disk() -> bool:
    try:
        return shutil.disk_usage(settings.ENVIRONMENT.data_directory).free >= SMALLEST_ROOM
    except OSError:
        return False


def migrated() -> bool:
    """Whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with the configured token; without one, from this machine only."""
    token = settings.ENVIRONMENT.metrics_token
    if token:
        allowed = hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    else:
        allowed = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "HTTP_X_FORWARDED_FOR" not in request.META
    if not allowed:
        return HttpResponse(status=403)
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@cache_control(max_age=3600, public=True)
def theme(_request: HttpRequest) -> HttpResponse:
    """The accent of the establishment, for light and dark."""
    return HttpResponse(stylesheet(settings.ENVIRONMENT.accent), content_type="text/css; charset=utf-8")
