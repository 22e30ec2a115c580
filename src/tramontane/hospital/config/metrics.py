"""Prometheus metrics: requests by view, and the few figures an operator watches. No label ever names a person."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tramontane.hospital.accounts.models import OpenSession
from tramontane.hospital.traces.models import Seal, Trace

REQUESTS = Counter("tramontane_requests_total", "Requests answered", ("view", "method", "status"))
# HTTP lets a client invent methods: each would be a series of figures that never ends.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = Histogram("tramontane_request_seconds", "Time to answer", ("view",))


class RequestMetrics:
    """Counts and times each request under the name of its view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Measure one request."""
        began = time.perf_counter()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


class _Database(Collector):
    """Figures read when they are asked for: the same from every worker."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Open sessions, and traces that wait for their seal; without the database, that it is away."""
        try:
            figures = list(self._figures())
        except (DatabaseError, InterfaceError):
            figures = []
        yield GaugeMetricFamily("tramontane_database_up", "The database answers", int(bool(figures)))
        yield from figures

    def _figures(self) -> Iterator[GaugeMetricFamily]:
        sealed = Seal.objects.order_by("-id").values_list("last_trace_id", flat=True).first() or 0
        yield GaugeMetricFamily("tramontane_open_sessions", "Open sessions", OpenSession.objects.count())
        waiting = Trace.objects.filter(id__gt=sealed).count()
        yield GaugeMetricFamily("tramontane_unsealed_traces", "Traces not sealed yet", waiting)


def exposition() -> bytes:
    """The metrics of every worker, in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Database())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        for collector in (REQUESTS, SECONDS):
            registry.register(collector)
    return generate_latest(registry)
