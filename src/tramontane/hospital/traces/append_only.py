"""The triggers that make the tables append-only, for each database.

No UPDATE ever; no DELETE but of traces whose destruction was decided (a row of `PurgedTrace`, itself never removed).
PostgreSQL refuses TRUNCATE too. An administrator of the database can drop a trigger: the seals are there to show it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("traces_trace", "traces_seal", "traces_purgedtrace")
MESSAGE = "les traces ne se modifient pas"
# What a DELETE must satisfy to go through; a table not named here never lets a row go.
PURGED = {"traces_trace": "EXISTS (SELECT 1 FROM traces_purgedtrace WHERE trace_id = OLD.id)"}


def _sqlite(table: str, message: str) -> list[str]:
    refusal = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    condition = f"WHEN NOT {PURGED[table]} " if table in PURGED else ""
    # INSERT OR REPLACE deletes without firing DELETE triggers: an existing rank cannot be taken again.
    taken = f"WHEN NEW.id IS NOT NULL AND EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - constants
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {refusal}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {condition}{refusal}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} {taken} {refusal}",
    ]


def _postgresql(table: str, message: str) -> list[str]:
    allowed = f"IF TG_OP = 'DELETE' AND {PURGED[table]} THEN RETURN OLD; END IF;" if table in PURGED else ""
    refusal = f"RAISE EXCEPTION '{message}'; END $$"
    rows, whole = f"{table}_rows", f"{table}_truncate"
    return [
        f"CREATE OR REPLACE FUNCTION {rows}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {allowed} {refusal}",
        f"CREATE OR REPLACE FUNCTION {whole}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}",
        f"CREATE OR REPLACE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {rows}()",
        f"CREATE OR REPLACE TRIGGER {whole} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {whole}()",
    ]


def statements(vendor: str, tables: Sequence[str] = TABLES, message: str = MESSAGE) -> list[str]:
    """The SQL that installs the triggers, on the traces or on the tables of another app.

    Raises:
        KeyError: a database this application does not support.
    """
    writer = {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]
    return [sql for table in tables for sql in writer(table, message)]


def removal(vendor: str, tables: Sequence[str] = TABLES) -> list[str]:
    """The SQL that removes them: for a migration backwards, and for tests that empty their database."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {t}_no_{k}" for t in tables for k in ("update", "delete", "replace")]
    return [f"DROP TRIGGER IF EXISTS {t}_{k} ON {t}" for t in tables for k in ("rows", "truncate")]


def run(connection: BaseDatabaseWrapper, queries: list[str]) -> None:
    """Execute each statement on a connection."""
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
