"""Install the triggers that keep statements and readings as they were written."""

from typing import Any

from django.db import migrations

from tramontane.hospital.objectives.models import APPEND_ONLY
from tramontane.hospital.traces import append_only

MESSAGE = "un relevé d’objectifs ne se modifie pas : il se corrige par un autre"


def install(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.statements(connection.vendor, APPEND_ONLY, MESSAGE))


def remove(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.removal(connection.vendor, APPEND_ONLY))


class Migration(migrations.Migration):
    dependencies = [("objectives", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
