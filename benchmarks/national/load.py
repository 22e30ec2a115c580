"""Kept-alive clients that send requests made beforehand, and the CPU that a server spent on them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from support.national_server import NationalServer
from support.pki import pki
from tramontane.dmp.transactions.exchange import HttpRequest

CLIENTS = 8
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What a run showed.

    Attributes:
        rate: requests per second of wall time.
        per_core: requests per second of the server's CPU time.
        p50, p99: seconds, as the clients saw them.
    """

    rate: float
    per_core: float
    p50: float
    p99: float

    @property
    def cpu(self) -> float:
        """Server CPU seconds of one request."""
        return 1 / self.per_core


def run(server: NationalServer, pid: int, requests: Sequence[HttpRequest]) -> Load:
    """Send `requests` from `CLIENTS` kept-alive connections; every answer must be HTTP 200."""
    context = server.client_context(pki().auth)

    def client(share: Sequence[HttpRequest]) -> list[float]:
        connection = server.connect(context)
        connection.connect()
        times = []
        for request in share:
            begun = time.perf_counter()
            response = server.send(request, connection)
            times.append(time.perf_counter() - begun)
            assert response.status == 200, response.body
        connection.close()
        return times

    shares = [requests[rank::CLIENTS] for rank in range(CLIENTS)]
    spent, begun = cpu_seconds(pid), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        times = sorted(one for share in threads.map(client, shares) for one in share)
    wall, used = time.perf_counter() - begun, cpu_seconds(pid) - spent
    return Load(len(times) / wall, len(times) / used, statistics.median(times), times[int(len(times) * 0.99)])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
