"""One DMP client per legal entity and process, rebuilt when its row or one of its files changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tramontane.client import DmpClient, Setting
from tramontane.hospital.consultations.connection.credentials import key_of, material
from tramontane.hospital.consultations.gateway.tracing import observe
from tramontane.hospital.consultations.models import DmpConnection


@dataclass
class _Held:
    key: tuple[object, ...]
    client: DmpClient
    borrowers: int = 0
    replaced: bool = False


_held: dict[int, _Held] = {}
_lock = threading.Lock()


def make(connection: DmpConnection) -> DmpClient:
    """A client whose every exchange is traced.

    Raises:
        CertificateMisuse, LocalError: what the connection refers to cannot serve.
    """
    found = material(connection)
    return DmpClient(Setting(found.identity, found.endpoint, found.software, observer=observe))


@contextmanager
def borrowed(connection: DmpConnection) -> Iterator[DmpClient]:
    """The client of the legal entity, shared by threads; an outdated one is closed by its last borrower."""
    held = _borrow(connection)
    try:
        yield held.client
    finally:
        _give_back(held)


def close_all() -> None:
    """Close every client of this process."""
    with _lock:
        clients = [held.client for held in _held.values()]
        _held.clear()
    for client in clients:
        client.close()


def _borrow(connection: DmpConnection) -> _Held:
    key = key_of(connection)
    with _lock:
        held = _held.get(connection.legal_entity_id)
        if held is None or held.key != key:
            outdated, held = held, _Held(key, make(connection))
            _held[connection.legal_entity_id] = held
            _retire(outdated)
        held.borrowers += 1
        return held


def _retire(held: _Held | None) -> None:
    if held is not None:
        held.replaced = True
        if not held.borrowers:
            held.client.close()


def _give_back(held: _Held) -> None:
    with _lock:
        held.borrowers -= 1
        last = held.replaced and not held.borrowers
    if last:
        held.client.close()
