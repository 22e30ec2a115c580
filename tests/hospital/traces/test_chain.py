"""The floor: append-only, sealed without gaps, and every tampering found where it is."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from tramontane.hospital.traces import append_only, chain, retention
from tramontane.hospital.traces.events import EVENTS, Actor, Event
from tramontane.hospital.traces.models import PurgedTrace, Seal, Trace
from tramontane.hospital.traces.services import digest_of, record

WHO = Actor(
    "690000001", 1, "Alix Rousseau", "10000000017", {"means": "passkey", "factors": ["connaissance", "possession"]}
)


def write(count: int, **fields: Any) -> list[Trace]:
    with transaction.atomic():
        return [record(Event("dossier.ouvert", WHO, detail={"rank": rank}, **fields)) for rank in range(count)]


@pytest.mark.django_db
def test_an_event_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="hors catalogue"):
        Event("invente", WHO)


@pytest.mark.django_db(transaction=True)
def test_a_trace_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(Event("dossier.ouvert", WHO))


@pytest.mark.django_db
@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_delete(table: str, sql: str) -> None:
    write(2)
    chain.seal()
    PurgedTrace.objects.create(trace_id=10**6, rule="x", decided_by="x", decided_at=Trace.objects.first().recorded_at)  # type: ignore[union-attr]
    with pytest.raises(DatabaseError, match="ne se modifient pas"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


@pytest.mark.django_db
def test_replacing_a_row_is_refused_too() -> None:
    trace = write(1)[0]
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = "id, event, recorded_at, finess_juridique, finess_geographique, account_name, rpps, ins, transaction, access_mode, motive, outcome, assertion_id, document_ids, proof, detail, digest"
    quoted = columns.replace("transaction", '"transaction"')
    sql = f"{verb} INTO traces_trace ({quoted}) SELECT {quoted.replace('event', chr(39) + 'x' + chr(39), 1)} FROM traces_trace WHERE id = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [trace.pk])
    assert Trace.objects.get(pk=trace.pk).event == "dossier.ouvert"


@pytest.mark.django_db
def test_sealing_chains_what_is_new_and_an_intact_chain_verifies() -> None:
    assert chain.seal() is None
    write(5)
    first = chain.seal(batch=3)
    second = chain.seal(batch=3)
    assert first is not None
    assert second is not None
    assert (first.count, second.count) == (3, 2)
    assert first.previous_hash == chain.GENESIS
    assert second.previous_hash == first.hash
    assert chain.seal() is None
    write(2)
    result = chain.verify(second.hash)
    assert result.intact
    assert (result.traces, result.seals, result.unsealed) == (7, 2, 2)


# --- Tampering, as an administrator of the database who dropped the triggers


def rewrite(trace: Trace, **fields: Any) -> None:
    Trace.objects.filter(pk=trace.pk).update(**fields)


def change_a_field(draw: random.Random, victim: Trace) -> tuple[str, int]:
    field = draw.choice(("account_name", "rpps", "ins", "outcome", "motive", "event", "finess_geographique"))
    rewrite(victim, **{field: f"x{draw.randrange(10**6)}"[:9]})
    return "row-changed", victim.pk


def change_a_field_and_its_digest(draw: random.Random, victim: Trace) -> tuple[str, int]:
    victim.detail = {"rank": -draw.randrange(1, 1000)}
    rewrite(victim, detail=victim.detail, digest=digest_of(victim))
    return "row-changed", victim.pk


def move_the_clock(draw: random.Random, victim: Trace) -> tuple[str, int]:
    from datetime import timedelta

    rewrite(victim, recorded_at=victim.recorded_at + timedelta(microseconds=draw.randrange(1, 10**9)))
    return "row-changed", victim.pk


def delete_a_row(_draw: random.Random, victim: Trace) -> tuple[str, int]:
    Trace.objects.filter(pk=victim.pk).delete()
    return "row-missing", victim.pk


def swap_two_rows(_draw: random.Random, victim: Trace) -> tuple[str, int]:
    other = Trace.objects.exclude(pk=victim.pk).order_by("pk").first()
    assert other is not None
    mine = {"detail": victim.detail, "digest": victim.digest, "recorded_at": victim.recorded_at}
    rewrite(victim, detail=other.detail, digest=other.digest, recorded_at=other.recorded_at)
    rewrite(other, **mine)
    return "row-changed", victim.pk


def insert_in_the_past(_draw: random.Random, victim: Trace) -> tuple[str, int]:
    """In a rank that was rolled back: the hole at the head of the log."""
    hole = Seal.objects.order_by("id")[0].first_trace_id - 1
    copy = Trace.objects.get(pk=victim.pk)
    copy.pk = hole
    copy.save(force_insert=True)
    return "row-added", hole


def change_a_seal(draw: random.Random, _victim: Trace) -> tuple[str, int]:
    made = draw.choice(list(Seal.objects.all()))
    leaves = bytearray(made.leaves)
    leaves[draw.randrange(len(leaves))] ^= 1 << draw.randrange(8)
    Seal.objects.filter(pk=made.pk).update(leaves=bytes(leaves))
    return "seal-changed", made.pk


def rewrite_a_seal_whole(draw: random.Random, victim: Trace) -> tuple[str, int]:
    """Row, digest, leaves and hash all redone: the next link no longer follows."""
    first = Seal.objects.order_by("id").first()
    assert first is not None
    row = Trace.objects.get(pk=first.first_trace_id)
    row.motive = "réécrit"
    rewrite(row, motive=row.motive, digest=digest_of(row))
    rows = list(Trace.objects.filter(pk__lte=first.last_trace_id).order_by("pk").values_list("pk", "digest"))
    leaves = chain.pack(rows)
    Seal.objects.filter(pk=first.pk).update(leaves=leaves, hash=chain.link(first.previous_hash, leaves))
    second = Seal.objects.order_by("id")[1]
    return "seal-missing", second.pk


def delete_a_seal(draw: random.Random, _victim: Trace) -> tuple[str, int]:
    every = list(Seal.objects.order_by("id"))
    rank = draw.randrange(len(every) - 1)
    Seal.objects.filter(pk=every[rank].pk).delete()
    return "seal-missing", every[rank + 1].pk


def cut_the_end(_draw: random.Random, _victim: Trace) -> tuple[str, int]:
    """Last seal and its rows gone: only the head noted elsewhere can tell."""
    last = Seal.objects.order_by("-id").first()
    assert last is not None
    Seal.objects.filter(pk=last.pk).delete()
    Trace.objects.filter(pk__gte=last.first_trace_id).delete()
    return "head-missing", last.first_trace_id - 1


TAMPERINGS: tuple[Callable[[random.Random, Trace], tuple[str, int]], ...] = (
    change_a_field,
    change_a_field_and_its_digest,
    move_the_clock,
    delete_a_row,
    swap_two_rows,
    insert_in_the_past,
    change_a_seal,
    rewrite_a_seal_whole,
    delete_a_seal,
    cut_the_end,
)


@pytest.mark.django_db
def test_1200_random_tamperings_are_all_found_where_they_are() -> None:
    draw = random.Random(20261123)
    append_only.run(connection, append_only.removal(connection.vendor))
    Trace.objects.filter(pk=write(1)[0].pk).delete()  # a rank rolled back: the log starts with a hole
    for size in (7, 11, 6):
        write(size)
        chain.seal()
    head = chain.verify().head
    victims = list(Trace.objects.all())
    missed = []
    for rank in range(1200):
        tamper = TAMPERINGS[rank % len(TAMPERINGS)]
        point = transaction.savepoint()
        expected = tamper(draw, draw.choice(victims[1:]))
        found = {(finding.kind, finding.where) for finding in chain.verify(head).findings}
        if expected not in found:
            missed.append((tamper.__name__, expected, found))
        transaction.savepoint_rollback(point)
        victims = list(Trace.objects.all()) if rank % 50 == 0 else victims
    assert missed == []
    assert chain.verify(head).intact


@pytest.mark.django_db
def test_the_seal_refuses_nothing_it_should_keep_and_says_every_kind_in_french() -> None:
    for kind in chain.SENTENCES:
        assert "12" in chain.Finding(kind, 12).sentence or kind == "head-missing"


# --- Concurrency


@pytest.mark.django_db(transaction=True)
def test_no_trace_is_left_outside_the_chain_by_concurrent_writers() -> None:
    """Writers that hold their transaction open, roll back, and interleave, while a sealer runs all along."""
    stop = threading.Event()
    errors: list[BaseException] = []

    def writing(seed: int) -> None:
        draw = random.Random(seed)
        try:
            for _ in range(12):
                try:
                    with transaction.atomic():
                        for _ in range(draw.randint(1, 3)):
                            record(Event("dossier.ouvert", WHO))
                            threading.Event().wait(draw.random() / 100)
                        if draw.random() < 0.2:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    continue
        except BaseException as error:  # noqa: BLE001 - reported to the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    def sealing() -> None:
        try:
            while not stop.is_set():
                chain.seal()
        except BaseException as error:  # noqa: BLE001 - reported to the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    sealer = threading.Thread(target=sealing)
    writers = [threading.Thread(target=writing, args=(seed,)) for seed in range(4)]
    sealer.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    sealer.join()
    assert errors == []
    chain.seal()
    result = chain.verify()
    assert result.intact
    assert result.unsealed == 0
    assert sum(Seal.objects.values_list("count", flat=True)) == Trace.objects.count() > 40


# --- Retention


@pytest.mark.django_db
def test_traces_are_destroyed_ten_years_after_the_dmp_closed_and_the_chain_stays_intact() -> None:
    write(3, ins="254036938301245")
    write(2)
    chain.seal()
    closed = date(2026, 2, 28)
    with pytest.raises(ValueError, match="28/02/2036"):
        retention.destroy("690000001", "254036938301245", closed, "DPO", date(2036, 2, 27))
    assert retention.destroy("690000001", "254036938301245", closed, "DPO", date(2036, 2, 28)) == 3
    result = chain.verify()
    assert result.intact
    assert result.purged == 3
    assert not Trace.objects.filter(ins="254036938301245").exists()
    assert "254036938301245" not in str(list(PurgedTrace.objects.values()))


def test_a_leap_day_ends_on_the_first_of_march() -> None:
    assert retention.rules()[0].ends(date(2028, 2, 29)) == date(2038, 3, 1)


def test_every_event_has_a_sentence() -> None:
    assert all(code.islower() and text for code, text in EVENTS.items())
