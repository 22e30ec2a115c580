"""Whether a background worker of this machine is alive: it holds a lock on a file, which the system lets go when it dies,
however it dies. Of the workers of other machines nothing is said."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tramontane.hospital import clock


def _directory() -> Path:
    path: Path = settings.ENVIRONMENT.data_directory / "workers"
    path.mkdir(parents=True, exist_ok=True)
    return path


def _machine() -> str:
    return socket.gethostname()[:30].replace("/", "-")


@contextmanager
def alive() -> Iterator[str]:
    """The name of a new worker, alive for as long as the block, or its process, lasts."""
    name = f"{_machine()}~{clock.new_uuid().hex}"
    path = _directory() / name
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield name
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def is_dead(name: str) -> bool:
    """Whether this worker was one of this machine, and is no longer."""
    if name.partition("~")[0] != _machine() or "~" not in name:
        return False
    path = _directory() / Path(name).name
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(handle)
