"""Install the triggers that make traces, seals and purges append-only."""

from typing import Any

from django.db import migrations

from tramontane.hospital.traces import append_only


def install(_apps: Any, schema_editor: Any) -> None:
    append_only.run(schema_editor.connection, append_only.statements(schema_editor.connection.vendor))


def remove(_apps: Any, schema_editor: Any) -> None:
    append_only.run(schema_editor.connection, append_only.removal(schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("traces", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
