"""What the storage decision relies on: locking, durability, one transaction, contents as files."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from support.national import InMemory, call, entry, feed, vihf
from tramontane.database import POSTGRESQL_OPTIONS, from_url
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.xds import DocumentCriteria, find_documents
from tramontane.national import seeding
from tramontane.national.models import AccessTrace, AssertionSeen, LegalEntity, PatientRecord, RegistryDocument
from tramontane.national.storage import ContentStore, store


def test_a_sqlite_url_gets_wal_full_durability_and_the_write_lock_at_once() -> None:
    options = from_url("sqlite:////tmp/x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_postgresql_url_may_name_a_socket_directory() -> None:
    read = from_url("postgresql://u:p%40ss@db:5433/name?host=%2Frun%2Fpg&sslmode=require")
    assert (read["NAME"], read["USER"], read["PASSWORD"], read["PORT"]) == ("name", "u", "p@ss", "5433")
    assert (read["HOST"], read["OPTIONS"]) == ("/run/pg", {**POSTGRESQL_OPTIONS, "sslmode": "require"})
    assert from_url("postgresql://db/name?connect_timeout=60")["OPTIONS"]["connect_timeout"] == "60"


def test_any_other_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        from_url("mysql://localhost/x")


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "national", check=True, dry_run=True, verbosity=0)


def test_every_table_bears_the_name_of_the_stand_in() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("national").get_models(include_auto_created=True)}
    assert len(tables) > 10
    assert all(table.startswith("national_") for table in tables)


@pytest.mark.django_db(transaction=True)
def test_a_call_that_breaks_down_leaves_neither_claim_nor_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from support.national import in_memory, populate

    populate()
    monkeypatch.setattr("tramontane.national.tracing.write", _broken)
    with pytest.raises(OSError, match="disk full"):
        in_memory()(td3_1.request(call(vihf()), find_documents(DocumentCriteria())))
    assert AssertionSeen.objects.count() == 0
    assert AccessTrace.objects.count() == 0


def _broken(*_: object) -> None:
    raise OSError("disk full")


def test_a_content_is_a_file_named_by_its_digest(tmp_path: Path) -> None:
    contents = ContentStore(tmp_path)
    kept = contents.save((b"abc", b"def"))
    assert kept.digest == hashlib.sha256(b"abcdef").hexdigest()
    assert kept.sha1 == hashlib.sha1(b"abcdef").hexdigest()
    assert b"".join(contents.chunks(kept.digest)) == b"abcdef"


def test_the_same_content_twice_is_one_file(tmp_path: Path) -> None:
    contents = ContentStore(tmp_path)
    assert contents.save((b"abcdef",)) == contents.save((b"abc", b"def"))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    incoming = ContentStore(tmp_path).receive()
    incoming.write(b"abc")
    incoming.forget()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_reset_empties_tables_and_contents(national: InMemory) -> None:
    feed(entry(1))
    seeding.reset()
    assert PatientRecord.objects.count() == RegistryDocument.objects.count() == LegalEntity.objects.count() == 0
    with pytest.raises(FileNotFoundError):
        next(store().chunks(hashlib.sha256(b"Document 1").hexdigest()))


def test_seeding_the_same_patient_twice_updates_it(national: InMemory) -> None:
    from support.national import OPEN

    changed = seeding.Patient(OPEN, "AUTRE", "NOM", "F", date(1979, 3, 28))
    before = PatientRecord.objects.count()
    seeding.seed(patients=[changed])
    assert PatientRecord.objects.count() == before
    assert PatientRecord.objects.get(ins=OPEN.value).birth_name == "AUTRE"
