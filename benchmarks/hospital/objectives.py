"""Fill a PostgreSQL database with traces, then time what the objectives read: run by `bench_objectives`, in a process of
its own, with the database in TRAMONTANE_DATABASE_URL. Prints one JSON line per size.

    python objectives.py 10000 100000 1000000

Traces are written by the database itself: half a month of them is what objectives count, the rest is what they must not
be slowed by. Their digests are not those of the rows (nothing here verifies), so no real installation can be filled so.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

USERS, PATIENTS = 3_000, 120_000
MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
ROUNDS = 15
# Every trace of the table falls within the month that is closed: a year's worth is easier.
_FILL = """
INSERT INTO traces_trace (recorded_at, event, finess_juridique, finess_geographique, account_id, account_name, rpps, ins,
    patient_id, transaction, access_mode, motive, outcome, correlation, assertion_id, document_ids, proof, detail, digest)
SELECT timestamptz '2026-09-30 22:00:00+00' + (n::float8 / %(last)s) * interval '31 days',
    CASE n %% 5 WHEN 0 THEN 'connexion.reussie' WHEN 1 THEN 'dossier.ouvert' WHEN 2 THEN 'dmp.demande' ELSE 'dmp.reponse' END,
    %(finess)s, '380000001', %(first)s + (n * 7919) %% %(users)s, 'Fictif Fictif', '', '', n %% 100000,
    CASE n %% 5 WHEN 2 THEN 'TD3.1' WHEN 3 THEN 'TD3.1' WHEN 4 THEN 'TD0.2' ELSE '' END,
    CASE WHEN n %% 5 >= 2 THEN 'normal' ELSE '' END, '',
    CASE n %% 5 WHEN 0 THEN 'deux facteurs' WHEN 2 THEN 'demandé'
        WHEN 3 THEN CASE WHEN (n * 7919) %% %(users)s < %(users)s * 4 / 10 THEN 'répondu' ELSE 'refusé' END
        WHEN 4 THEN 'répondu' ELSE '' END,
    NULL, '', '[]', '{"means": "totp", "factors": ["connaissance", "possession"]}', '{}', repeat('0', 64)
FROM generate_series(%(done)s + 1::bigint, %(last)s) AS n
"""


def main() -> None:
    """Grow the table to each size asked for, and measure at each."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramontane.hospital.config.settings")
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
    django.setup()
    logging.getLogger("tramontane.traces").setLevel(logging.WARNING)  # a thousand lines of « traces scellées » at 10⁷
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    entity = _hospital()
    done = 0
    for size in map(int, sys.argv[1:]):
        _grow(entity, done, size)
        done = size
        print(json.dumps(_measured(entity, size)), flush=True)


def _hospital() -> Any:
    """3,000 users as the tests make them; 120,000 patients who come twice in the year, seven in ten with a choice."""
    from django.db import connection

    from support.activity import Activity

    made = Activity(users=USERS, patients=0, months=12, noise=0).make()
    with connection.cursor() as cursor:
        for query in _PATIENTS:
            cursor.execute(query, {"entity": made.entity.pk, "service": made.services[0].pk, "patients": PATIENTS})
        cursor.execute("ALTER TABLE traces_trace DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM traces_trace")
        cursor.execute("ALTER TABLE traces_trace ENABLE TRIGGER USER")
        cursor.execute("ALTER SEQUENCE traces_trace_id_seq RESTART")
    return made.entity


_PATIENTS = (
    """INSERT INTO patients_patient (legal_entity_id, ipp, birth_name, birth_given_names, first_given_name, used_name,
        used_given_name, sex, birth_date, birth_place_code, birth_place, identity_status, ins, ins_oid)
    SELECT %(entity)s, 'B' || n, 'FICTIF', 'A', 'A', '', '', 'F', '1960-01-01', '', '', 'VALI', '', ''
    FROM generate_series(1, %(patients)s) AS n""",
    """INSERT INTO patients_episode (patient_id, service_id, visit_number, kind, starts_at, ends_at)
    SELECT p.id, %(service)s + p.id %% 6, 'V' || p.id || '-' || turn, 'I', moment, moment + interval '5 hours'
    FROM patients_patient p, generate_series(0, 1) AS turn,
        LATERAL (SELECT timestamptz '2025-12-31 23:00:00+00' + interval '182 days' * turn
            + interval '182 days' * ((p.id * 7919) %% 10007) / 10007 AS moment) AS placed""",
    """INSERT INTO patients_consentrecord (patient_id, episode_id, subject, choice, motive, given_by, recorded_at, source,
        secret)
    SELECT patient_id, id, 'consultation', CASE WHEN id %% 10 = 0 THEN 'opposition' ELSE 'consent' END, '', '', starts_at,
        'screen', FALSE FROM patients_episode WHERE id %% 10 < 7""",
)


def _grow(entity: Any, done: int, size: int) -> None:
    from django.db import connection

    first = entity.accounts.order_by("pk").values_list("pk", flat=True)[0]
    values = {"finess": entity.finess_juridique, "first": first, "users": USERS, "done": done, "last": size}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)
        cursor.execute("VACUUM ANALYZE")


def _measured(entity: Any, size: int) -> dict[str, float]:
    from tramontane.hospital import clock
    from tramontane.hospital.objectives.models import Statement
    from tramontane.hospital.objectives.selectors.facts import gather
    from tramontane.hospital.objectives.services import closing
    from tramontane.hospital.objectives.services.live import refresh, so_far
    from tramontane.hospital.traces.events import Actor
    from tramontane.rules.objectives import figures

    clock.now = lambda: NOW
    closing.seal_all()  # in a hospital, a task does it every minute
    within = NOW - timedelta(hours=8)
    read = _best(lambda: figures(gather(entity, MONTH, within)))
    refresh(entity, within)  # a task does it every four minutes
    kept = _best(lambda: figures(so_far(entity, within)[0]))
    motive = "mesure" if Statement.objects.filter(legal_entity=entity).exists() else ""
    who = Actor(entity.finess_juridique)
    _forget_peak()
    closed = _once(lambda: closing.close(entity, MONTH, actor=who, motive=motive))
    statement = Statement.objects.filter(legal_entity=entity).latest("number")
    return {
        "traces": statement.traces, "asked": size, "read_s": read.wall, "read_cpu_s": read.processor,
        "kept_s": kept.wall, "kept_cpu_s": kept.processor, "close_s": closed.wall, "close_cpu_s": closed.processor,
        "close_mb": _peak(),
    }  # fmt: skip


class Spent(NamedTuple):
    """Seconds: on the clock, and of processor in this process and in its database server's."""

    wall: float
    processor: float


def _once(work: Callable[[], object]) -> Spent:
    started, spent = time.perf_counter(), _processor()
    work()
    return Spent(time.perf_counter() - started, _processor() - spent)


def _best(work: Callable[[], object]) -> Spent:
    found = [_once(work) for _ in range(ROUNDS)]
    return Spent(min(one.wall for one in found), min(one.processor for one in found))


def _processor() -> float:
    """This process and the one that serves its connection (`bench_objectives` forbids the server's other workers)."""
    from django.db import connection

    connection.ensure_connection()
    served = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text(encoding="ascii").split()
    return time.process_time() + int(served[0]) / 1e9


def _forget_peak() -> None:
    """Start the peak again at what is held now (proc(5), clear_refs)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float:
    """The most this process held, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
