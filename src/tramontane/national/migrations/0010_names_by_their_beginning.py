"""PostgreSQL finds names by their beginning, whatever their case, only with an index made for LIKE. SQLite has none such."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_INDEXES = {
    "national_professional_named": "national_professional (UPPER(family_name) text_pattern_ops)",
    "national_patient_birth_named": "national_patientrecord (UPPER(birth_name) text_pattern_ops)",
    "national_patient_usage_named": "national_patientrecord (UPPER(usage_name) text_pattern_ops)",
}


def create(_apps: Any, editor: Any) -> None:
    """On PostgreSQL only."""
    if editor.connection.vendor == "postgresql":
        for name, on in _INDEXES.items():
            editor.execute(f"CREATE INDEX {name} ON {on}")


def drop(_apps: Any, editor: Any) -> None:
    """On PostgreSQL only."""
    if editor.connection.vendor == "postgresql":
        for name in _INDEXES:
            editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("national", "0009_indexes_of_the_lists")]
    operations = [migrations.RunPython(create, drop)]
