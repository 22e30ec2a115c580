"""What a test does when a system package is missing: it fails in CI, and is one clear skip line elsewhere."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(name: str, package: str) -> NoReturn:
    """End the test: `name` is not on this machine, the Debian package `package` brings it."""
    line = f"needs {name}: install it with `make system-packages` (Debian package {package})"
    if os.environ.get("CI"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)
