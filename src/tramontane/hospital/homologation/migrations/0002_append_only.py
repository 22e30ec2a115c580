"""Install the triggers that keep what a signature rests on."""

from typing import Any

from django.db import migrations

from tramontane.hospital.homologation.models import APPEND_ONLY
from tramontane.hospital.traces import append_only

MESSAGE = "ce qui fonde une homologation ne se modifie pas"


def install(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.statements(connection.vendor, APPEND_ONLY, MESSAGE))


def remove(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.removal(connection.vendor, APPEND_ONLY))


class Migration(migrations.Migration):
    dependencies = [("homologation", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
