"""Django settings of the stand-in, read from TRAMONTANE_NATIONAL_* environment variables.

SQLite by default, PostgreSQL by URL (`postgresql://user:password@host:port/name`, or `?host=/socket/dir`).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tramontane.database import from_url

DATA_DIRECTORY = Path(os.environ.get("TRAMONTANE_NATIONAL_DATA", "var/national")).absolute()

DATABASES = {
    "default": from_url(
        os.environ.get("TRAMONTANE_NATIONAL_DATABASE_URL", f"sqlite:///{DATA_DIRECTORY / 'national.sqlite3'}")
    )
}
# The sessions' table is migrated with the others; only the page face opens sessions.
INSTALLED_APPS = ["django.contrib.sessions", "tramontane.national.apps.NationalConfig"]
USE_TZ = True
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "fr"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The machine face signs nothing with it: a fresh one per process is enough. The pages have their own (pages.settings).
SECRET_KEY = os.environ.get("TRAMONTANE_NATIONAL_SECRET_KEY") or secrets.token_urlsafe(50)
NATIONAL_DATA_DIRECTORY = DATA_DIRECTORY
