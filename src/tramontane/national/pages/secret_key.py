"""The key that signs sessions and forms: drawn once per installation, shared by every worker."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_key(directory: Path) -> str:
    """The key of this data directory, drawn at the first call; whoever creates the file first decides for all."""
    directory.mkdir(parents=True, exist_ok=True)
    path, drawn = directory / "secret-key", directory / f".secret-key.{os.getpid()}"
    if not path.exists():
        drawn.unlink(missing_ok=True)
        descriptor = os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(drawn)  # atomic, and refused when another worker was first
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return path.read_text()
