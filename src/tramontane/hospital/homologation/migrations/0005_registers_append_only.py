"""Install the triggers of the registers: what a collector found, what a version was, when the access was suspended."""

from typing import Any

from django.db import migrations

from tramontane.hospital.homologation.models import APPEND_ONLY_SINCE_REGISTERS
from tramontane.hospital.traces import append_only

MESSAGE = "un registre se complète, il ne se modifie pas"


def install(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.statements(connection.vendor, APPEND_ONLY_SINCE_REGISTERS, MESSAGE))


def remove(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.removal(connection.vendor, APPEND_ONLY_SINCE_REGISTERS))


class Migration(migrations.Migration):
    dependencies = [("homologation", "0004_registers")]
    operations = [migrations.RunPython(install, remove)]
