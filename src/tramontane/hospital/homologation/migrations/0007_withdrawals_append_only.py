"""Install the triggers of the withdrawals of proofs, and of the papers of a suspension."""

from typing import Any

from django.db import migrations

from tramontane.hospital.homologation.models import APPEND_ONLY_SINCE_WITHDRAWALS
from tramontane.hospital.traces import append_only

MESSAGE = "un registre se complète, il ne se modifie pas"


def install(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.statements(connection.vendor, APPEND_ONLY_SINCE_WITHDRAWALS, MESSAGE))


def remove(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    append_only.run(connection, append_only.removal(connection.vendor, APPEND_ONLY_SINCE_WITHDRAWALS))


class Migration(migrations.Migration):
    dependencies = [("homologation", "0006_collection_runs_withdrawals")]
    operations = [migrations.RunPython(install, remove)]
