"""Starting Django for the stand-in, once per process, outside of any Django project."""

from __future__ import annotations

import os
from pathlib import Path

SETTINGS_MODULE = "tramontane.national.settings"


def environment(data_directory: Path, database_url: str = "") -> dict[str, str]:
    """The variables that `tramontane.national.settings` reads; workers inherit them."""
    variables = {
        "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
        "TRAMONTANE_NATIONAL_DATA": str(data_directory.absolute()),
    }
    return variables | ({"TRAMONTANE_NATIONAL_DATABASE_URL": database_url} if database_url else {})


def setup(data_directory: Path, database_url: str = "") -> None:
    """Configure Django and bring the schema up to date. To be called once, before importing models.

    Args:
        data_directory: where document contents live, and the SQLite database when `database_url` is empty.
        database_url: `sqlite:///…` or `postgresql://…`.
    """
    import django
    from django.core.management import call_command

    data_directory.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment(data_directory, database_url))
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
