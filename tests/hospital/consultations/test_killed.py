"""A process killed while the DMP answers: its intention is there, its answer is not, and it is counted."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection

from support.consultation import Ready, make_ready
from support.dmp_double import Asked, World
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway, selectors
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db(transaction=True)


def killed_during(ready: Ready, delay: float) -> None:
    """In a process of its own, ask the status and die while the call is on its way."""
    connection.close()  # neither side inherits the other's connection
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        return

    def die(_asked: Asked) -> None:
        time.sleep(delay)
        os.kill(os.getpid(), signal.SIGKILL)

    ready.world.on_send = die
    try:
        gateway.status(ready.access)
    finally:
        os._exit(1)


def test_no_call_leaves_without_its_intention_and_each_lost_answer_is_counted(world: World) -> None:
    ready = make_ready(world)
    gateway.status(ready.access)
    for number in range(20):
        killed_during(ready, number / 5_000)
    later = clock.now() + timedelta(minutes=3)
    lost = selectors.unanswered(ready.account.legal_entity, later)
    assert lost.count() == 20
    assert Trace.objects.filter(event="dmp.demande").count() == 21
    assert Trace.objects.filter(event="dmp.reponse").count() == 1
    assert len(set(lost.values_list("correlation", flat=True))) == 20
