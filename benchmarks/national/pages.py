"""One process of `bench_pages`: fill a PostgreSQL database up to so many traces, then time the pages that list them.

    python pages.py DATABASE_URL DIRECTORY TRACES        prints {page: [p50, p99] in milliseconds, "sweep": seconds}

Rows carry no verdict: a page decodes fifty of them whatever the size of the table. The directory grows with the traces,
between what fills each page at the smallest size and 500,000 professionals, 50,000 entities of the white list.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

SLICE = 1_000_000
_STARTED = time.monotonic()
REQUESTS, WARM_UP = int(os.environ.get("TRAMONTANE_BENCH_REQUESTS", "200")), 20
# Few, so that whoever is asked for fills a page at the smallest size too: else a page of fifty would be compared with an empty one.
PROFESSIONALS, STRUCTURES = 100, 20
# The last trace is here; 10,000 a day, whatever their number: the smallest size fills the day that is swept.
LAST = datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)
_FILL = """
INSERT INTO national_accesstrace (instant, transaction, service, message_id, assertion_id, certificate, mode, access_mode,
  rpps, structure, legal_entity, ins, result, code, documents, verdicts, secret)
SELECT %s::timestamptz - n * interval '8.64 seconds',
  (ARRAY['TD0.2','TD0.2','TD0.3','TD2.1','TD3.1','TD3.1','TD3.1','TD3.2','TD3.2','TD1.6'])[1 + hashint4(n) %% 5 + 4],
  'registry', '', '_' || n, repeat('0', 64), 'INDIRECTE_RENFORCEE',
  CASE WHEN n %% 200 = 0 THEN 'bris_de_glace' ELSE 'normal' END,
  lpad(((abs(hashint4(n)::bigint) %% %s))::text, 11, '9'), lpad((abs(hashint4(n)::bigint) %% %s)::text, 9, '9'), '990000010',
  lpad((abs(hashint4(n + 7)::bigint) %% 500000)::text, 15, '2'),
  CASE WHEN n %% 33 = 0 THEN 'refused' ELSE 'granted' END, '', '[]', '[]', false
FROM generate_series(%s, %s) AS n
"""
# One check failed in each refused call: from the 4th to the 10th.
_FAIL = """
INSERT INTO national_failedcheck (trace_id, step, instant, transaction, rpps, structure, result)
SELECT id, 4 + id %% 7, instant, transaction, rpps, structure, result FROM national_accesstrace
WHERE result = 'refused' AND id > %s
"""
_DIRECTORY = """
INSERT INTO national_legalentity (finess, name) VALUES ('990000010', 'CH FICTIF') ON CONFLICT DO NOTHING;
INSERT INTO national_geographicentity (finess, name, legal_entity_id, active)
SELECT lpad(n::text, 9, '8'), 'Site ' || md5(n::text), '990000010', true FROM generate_series(1, {entities}) AS n
ON CONFLICT DO NOTHING;
INSERT INTO national_whitelistentry (geographic_entity_id, status, valid_from, valid_until, cause)
SELECT finess, CASE WHEN hashtext(finess) % 100 = 0 THEN 'suspended' ELSE 'active' END, '2025-01-01', '2027-12-31', ''
FROM national_geographicentity ON CONFLICT DO NOTHING;
INSERT INTO national_professional (rpps, family_name, given_name, profession, savoir_faire, authorised, cause)
SELECT lpad(n::text, 11, '8'), upper(md5(n::text)), 'ALEX', '10', '', hashint4(n) % 1000 <> 0, ''
FROM generate_series(1, {professionals}) AS n ON CONFLICT DO NOTHING;
ANALYZE national_geographicentity, national_whitelistentry, national_professional, national_failedcheck;
"""


def main() -> None:
    """Fill, time, print."""
    url, directory, total = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tramontane.national.pages.settings"
    os.environ["TRAMONTANE_NATIONAL_UNSAFE_PERSONAS"] = "1"
    os.environ["TRAMONTANE_NATIONAL_DATA"] = str(directory)
    os.environ["TRAMONTANE_NATIONAL_DATABASE_URL"] = url
    import django
    from django.core.management import call_command

    directory.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    _fill(total)
    print(json.dumps(_timed(total)))


def _fill(total: int) -> None:
    """Up to `total` rows, older and older; indexes are built once at the end.

    Ten million rows are minutes of silence for the caller, who may have a time limit: each step is told.
    """
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        # All or nothing: a run that stops here must not leave a table without its indexes to the next one.
        with transaction.atomic():
            _write(cursor, total)
        cursor.execute("VACUUM ANALYZE national_accesstrace")
    _tell(f"{total:,} traces ready: timing the pages")


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _STARTED:5.0f} s: {what}", file=sys.stderr, flush=True)


def _write(cursor: Any, total: int) -> None:
    cursor.execute("SELECT count(*) FROM national_accesstrace")
    present = cursor.fetchone()[0]
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'national_accesstrace' AND indexname !~ '_pkey$'"
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for first in range(present + 1, total + 1, SLICE):
        last = min(first + SLICE - 1, total)
        cursor.execute(_FILL, [LAST, PROFESSIONALS, STRUCTURES, first, last])
        _tell(f"{last:,} of {total:,} traces written")
    for name, definition in indexes:
        cursor.execute(definition)
        _tell(f"index {name} built")
    cursor.execute("SELECT coalesce(max(trace_id), 0) FROM national_failedcheck")
    cursor.execute(_FAIL, cursor.fetchone())
    cursor.execute(
        _DIRECTORY.format(
            entities=min(max(total // 200, 6_000), 50_000), professionals=min(max(total // 20, 60_000), 500_000)
        )
    )


def _timed(total: int) -> Mapping[str, object]:
    from django.test import Client

    from tramontane.national.models import AccessTrace, Alert, PatientRecord

    dice = random.Random(total)
    trace = AccessTrace.objects.filter(result="granted", transaction="TD3.1").order_by("-instant").first()
    assert trace is not None
    patient, _ = PatientRecord.objects.get_or_create(
        ins=trace.ins, ins_oid="1.2.250.1.213.1.4.10",
        defaults={"birth_name": "PAT", "given_names": "TROIS", "sex": "F", "birth_date": date(1979, 3, 28)},
    )  # fmt: skip
    alert, _ = Alert.objects.get_or_create(
        rule="volume-horaire", subject_kind="rpps", subject=trace.rpps,
        defaults={"figure": 30, "threshold": 28, "since": LAST - timedelta(days=1), "until": LAST, "opened_at": LAST},
    )  # fmt: skip
    operator, officer, own = _client("operator:"), _client("officer:"), _client(f"patient:{patient.pk}")

    def structure() -> str:
        return f"{dice.randrange(STRUCTURES)}".rjust(9, "9")

    def rpps() -> str:
        return f"{dice.randrange(PROFESSIONALS)}".rjust(11, "9")

    def name() -> str:
        return f"{dice.choice('ABCDEF')}{dice.randrange(256):02X}"

    pages: Mapping[str, tuple[Client, Callable[[], str]]] = {
        "live exchanges": (operator, lambda: "/echanges/"),
        "exchanges of a structure": (operator, lambda: f"/echanges/?structure={structure()}"),
        "exchanges of a professional": (operator, lambda: f"/echanges/?rpps={rpps()}"),
        "one transaction of a structure": (operator, lambda: f"/echanges/?structure={structure()}&transaction=TD3.2"),
        "a transaction it never called": (operator, lambda: f"/echanges/?structure={structure()}&transaction=TD0.4"),
        "refusals": (operator, lambda: "/echanges/?reponse=refused"),
        "refusals of a structure": (operator, lambda: f"/echanges/?reponse=refused&structure={structure()}"),
        "a result that nobody got": (operator, lambda: "/echanges/?reponse=scripted"),
        "a failed check": (operator, lambda: f"/echanges/?controle={dice.randrange(4, 11)}"),
        "a check that never failed": (operator, lambda: "/echanges/?controle=12"),
        "a failed check, every filter": (
            operator,
            lambda: f"/echanges/?controle=6&structure={structure()}&rpps={rpps()}&transaction=TD3.1&reponse=refused",
        ),
        "a page far away": (operator, lambda: f"/echanges/?apres={dice.randrange(1, total)}"),
        "the alerts": (officer, lambda: "/alertes/"),
        "an alert and its traces": (officer, lambda: f"/alertes/{alert.pk}/"),
        "the white list": (officer, lambda: "/liste-blanche/"),
        "the white list, suspended": (officer, lambda: "/liste-blanche/?etat=suspended"),
        "the white list, a name": (officer, lambda: f"/liste-blanche/?q=Site {name()}"),
        "the professionals": (officer, lambda: "/professionnels/"),
        "the professionals, suspended": (officer, lambda: "/professionnels/?etat=suspended"),
        "the professionals, a name": (officer, lambda: f"/professionnels/?q={name()}"),
        "a patient's accesses": (own, lambda: "/mon-espace-sante/acces/"),
    }  # fmt: skip
    swept = _sweep()  # first: the page of the alerts is then full at both sizes
    found: dict[str, object] = {name: _latencies(client, address) for name, (client, address) in pages.items()}
    return found | {"sweep": swept}


def _client(persona: str):  # type: ignore[no-untyped-def]  # Django is imported late
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    assert client.post("/connexion/personnage/", {"personnage": persona}, secure=True).status_code == 302
    return client


def _latencies(client, address: Callable[[], str]) -> list[float]:  # type: ignore[no-untyped-def]  # as above
    times = []
    for _ in range(REQUESTS + WARM_UP):
        url = address()
        start = time.perf_counter()
        answer = client.get(url, secure=True)
        times.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, (url, answer.status_code)
    kept = sorted(times[WARM_UP:])
    return [statistics.median(kept), kept[int(len(kept) * 0.99) - 1]]


def _sweep() -> float:
    """Every rule on the last day."""
    from tramontane.national.monitoring.opening import sweep

    start = time.perf_counter()
    sweep(LAST.date(), LAST)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
