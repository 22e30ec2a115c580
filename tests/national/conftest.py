"""The national side in memory, populated, in a database rolled back after each test."""

from collections.abc import Iterator

import pytest

from support.national import InMemory, in_memory, populate


@pytest.fixture
def national(db: None) -> Iterator[InMemory]:
    """Establishments, professionals and patients; no document."""
    from tramontane.national.storage import store

    populate()
    yield in_memory()
    store().clear()
