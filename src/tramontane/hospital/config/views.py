"""What the platform asks of the application: alive? ready? how is it doing? And the establishment's colours."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control

from tramontane.hospital.config.metrics import exposition
from tramontane.ui.theme import stylesheet


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing of what it depends on: restarting it would not mend a database."""
    return JsonResponse({"status": "live"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Requests may be sent here: the database answers and its tables are those of this version."""
    checks = {"database": _database(), "migrations": False}
    checks["migrations"] = checks["database"] and migrated()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


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
