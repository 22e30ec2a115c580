"""The failed checks of the traces written before there was a table of them, so that the filters find those too."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from django.db import migrations

_AT_ONCE = 2000
_COPIED = ("instant", "transaction", "rpps", "structure", "result")


def fill(apps: Any, _editor: Any) -> None:
    """Read the verdicts that were kept, write what failed."""
    failed_check = apps.get_model("national", "FailedCheck")
    traces = apps.get_model("national", "AccessTrace").objects.filter(failed_checks=None).iterator(_AT_ONCE)
    missing = (
        failed_check(trace=trace, step=step, **{name: getattr(trace, name) for name in _COPIED})
        for trace in traces
        for step in sorted({one["step"] for one in json.loads(bytes(trace.verdicts)) if one["outcome"] == "failed"})
    )
    while batch := list(islice(missing, _AT_ONCE)):
        failed_check.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("national", "0004_failed_checks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
