"""The demo's own data files, inside the package."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def read(name: str) -> dict[str, Any]:
    """A TOML file of `demo/data/`."""
    return tomllib.loads((resources.files(__package__) / "data" / name).read_text(encoding="utf-8"))
