"""Django settings of the test suite: one process, one database, every Django application of the project.

TRAMONTANE_TEST_DATABASE is `sqlite` (default) or `postgresql`: then a private cluster is started (support.postgres).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tramontane.database import from_url

_DIRECTORY = Path(tempfile.mkdtemp(prefix="tramontane-tests-"))
atexit.register(shutil.rmtree, _DIRECTORY, ignore_errors=True)

# The hospital application's settings are the suite's; the stand-in's models join them. One in-process difference only:
# no file of the developer's own installation is read or written.
os.environ["TRAMONTANE_DATA_DIRECTORY"] = str(_DIRECTORY / "hospital")
os.environ["TRAMONTANE_BASE_URL"] = "http://localhost:8000"
from tramontane.hospital.config import settings as _hospital  # noqa: E402 - the directory is set first

globals().update({name: getattr(_hospital, name) for name in dir(_hospital) if name.isupper()})

if os.environ.get("TRAMONTANE_TEST_DATABASE") == "postgresql":
    from support.postgres import shared_cluster

    DATABASES = {"default": from_url(shared_cluster().url("tramontane"))}
else:
    DATABASES = {"default": from_url(f"sqlite:///{_DIRECTORY / 'tests.sqlite3'}")}
    DATABASES["default"]["TEST"] = {"NAME": str(_DIRECTORY / "tests.sqlite3")}
    # Nothing of a test must survive a power cut: its commits do not wait for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

INSTALLED_APPS = [
    *_hospital.INSTALLED_APPS,
    "tramontane.national.apps.NationalConfig",
    "tramontane.national.pages.apps.PagesConfig",
]
SECRET_KEY = "tests only"
NATIONAL_DATA_DIRECTORY = _DIRECTORY / "national"

# Named here for the type checker, which reads this module and not what is copied above.
ENVIRONMENT = _hospital.ENVIRONMENT
UI = _hospital.UI
HOMOLOGATED = _hospital.HOMOLOGATED
MERGED_DOCUMENTS = _hospital.MERGED_DOCUMENTS
SIGNED_PVS = _hospital.SIGNED_PVS
# The same algorithm at its smallest cost: the real one is slow on purpose, and hundreds of tests log in.
PASSWORD_HASHERS = ["support.hashing.CheapArgon2"]
NATIONAL_UNSAFE_PERSONAS = False
NATIONAL_OFFICERS: frozenset[str] = frozenset()
NATIONAL_OPERATORS: frozenset[str] = frozenset()
NATIONAL_ACCENT = "#6b3fa0"
