"""Consent withdrawn while somebody reads: once the withdrawal is acknowledged, no read starts.

A read starts with its committed intention (`dmp.demande`). Readers and the withdrawal run on threads with a
connection each; the chance of the interleavings is drawn from a printed seed.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from support.consultation import Ready, make_ready
from support.dmp_double import Asked, World
from tramontane.dmp.xds import DocumentCriteria, find_documents
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway, services
from tramontane.hospital.consultations.models import DmpState, KnownDocument
from tramontane.hospital.consultations.view import Situation
from tramontane.hospital.traces.models import Trace


def read_until_refused(ready: Ready, chance: random.Random) -> int:
    """Ask again and again; how many reads went through."""
    done = 0
    query = find_documents(DocumentCriteria(patient_id=gateway.ins_of(ready.patient).cx))
    try:
        for _ in range(200):
            gateway.query(ready.access, query)
            done += 1
            time.sleep(chance.random() * 0.002)
    except gateway.AccessRefusedError:
        return done
    finally:
        connection.close()
    raise AssertionError("the withdrawal was never seen")


def withdraw(ready: Ready, delay: float) -> int:
    """The rank of the withdrawal among the traces, once acknowledged."""
    try:
        time.sleep(delay)
        ready.say("consultation", "withdrawn")
        return Trace.objects.filter(event="consentement.enregistre", patient_id=ready.patient.pk).latest("id").pk
    finally:
        connection.close()


def interleave(world: World, rounds: int, seed: int, readers: int = 1) -> int:
    """Play the race; the number of reads that went through before their withdrawals."""
    chance = random.Random(seed)
    world.on_send = lambda _asked: time.sleep(chance.random() * 0.003)
    through = 0
    with ThreadPoolExecutor(readers + 1) as pool:
        for _ in range(rounds):
            ready = make_ready(world)
            DmpState.objects.create(
                patient=ready.patient, account=ready.account, exists=True, open=True, authorisation="VALIDE",
                checked_at=clock.now(),
            )  # fmt: skip
            reads = [pool.submit(read_until_refused, ready, random.Random(chance.random())) for _ in range(readers)]
            rank = pool.submit(withdraw, ready, chance.random() * 0.015).result()
            through += sum(read.result() for read in reads)
            late = Trace.objects.filter(event="dmp.demande", patient_id=ready.patient.pk, id__gt=rank)
            assert not late.exists(), f"seed {seed}: a read started after the withdrawal"
    return through


@pytest.mark.django_db(transaction=True)
def test_no_read_starts_after_an_acknowledged_withdrawal(world: World) -> None:
    assert interleave(world, 200, seed=2026) > 0


@pytest.mark.campaign
@pytest.mark.django_db(transaction=True)
def test_no_read_starts_after_an_acknowledged_withdrawal_a_thousand_times(world: World) -> None:
    assert interleave(world, 1_000, seed=random.SystemRandom().randrange(2**32), readers=2) > 0


def test_what_the_dmp_answers_after_the_withdrawal_is_neither_kept_nor_shown(ready: Ready) -> None:
    ready.dossier.feed(at=clock.now())

    def withdraw_at_the_search(asked: Asked) -> None:
        if asked.transaction == "TD3.1":
            ready.say("consultation", "withdrawn")

    ready.world.on_send = withdraw_at_the_search
    view = services.open_record(ready.access)
    assert view.situation is Situation.REFUSED
    assert [reason.code for reason in view.reasons] == ["patient-oppose"]
    assert view.told is None
    assert not KnownDocument.objects.exists()


def test_a_withdrawal_hides_what_was_already_told(ready: Ready) -> None:
    ready.dossier.feed(at=clock.now())
    assert services.open_record(ready.access).readable
    ready.say("consultation", "withdrawn")
    shown = services.displayed(ready.access)
    assert (shown.situation, shown.told) == (Situation.REFUSED, None)
