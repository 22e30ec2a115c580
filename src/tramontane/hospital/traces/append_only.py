"""The triggers that make the tables append-only, for each database.

No UPDATE ever; no DELETE but of traces whose destruction was decided (a row of `PurgedTrace`, itself never removed).
PostgreSQL refuses TRUNCATE too. An administrator of the database can drop a trigger: the seals are there to show it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("traces_trace", "traces_seal", "traces_purgedtrace")
MESSAGE = "les traces ne se modifient pas"
# What a DELETE must satisfy to go through; a table not named here never lets a row go.
PURGED = {"traces_trace": "EXISTS (SELECT 1 FROM traces_purgedtrace WHERE trace_id = OLD.id)"}


def _sqlite(table: str) -> list[str]:
    condition = f"WHEN NOT {PURGED[table]} " if table in PURGED else ""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        # INSERT OR REPLACE deletes without firing DELETE triggers: an existing rank cannot be taken again.
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN NEW.id IS NOT NULL AND EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ]


def _postgresql(table: str) -> list[str]:
    allowed = f"IF TG_OP = 'DELETE' AND {PURGED[table]} THEN RETURN OLD; END IF;" if table in PURGED else ""
    function = f"{table}_append_only"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {allowed} RAISE EXCEPTION '{MESSAGE}'; END $$",
        f"CREATE OR REPLACE FUNCTION {table}_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE OR REPLACE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_truncate()",
    ]


def statements(vendor: str) -> list[str]:
    """The SQL that installs the triggers.

    Raises:
        KeyError: a database this application does not support.
    """
    writer = {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]
    return [sql for table in TABLES for sql in writer(table)]


def removal(vendor: str) -> list[str]:
    """The SQL that removes them: for a migration backwards, and for tests that empty their database."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {t}_no_{k}" for t in TABLES for k in ("update", "delete", "replace")]
    return [f"DROP TRIGGER IF EXISTS {t}_{k} ON {t}" for t in TABLES for k in ("rows", "truncate")]


def run(connection: BaseDatabaseWrapper, queries: list[str]) -> None:
    """Execute each statement on a connection."""
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
