"""The floor of traces is append-only, even for the tests: it opens only while a transactional test empties its tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from support import append_only


@pytest.fixture(autouse=True)
def _append_only_floor(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    # pytest-django runs transactional tests after all the others: no test that counts on the triggers comes later
    # without asking for them again.
    transactional = {"transactional_db", "live_server"} & set(request.fixturenames) or (
        marker is not None and marker.kwargs.get("transaction")
    )
    if not transactional:
        yield
        return
    request.getfixturevalue("transactional_db")
    append_only.close(connection)
    yield
    append_only.open_up(connection)
