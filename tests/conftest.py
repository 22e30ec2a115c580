"""Shared by every test: the `needs` marker, campaign selection, and a network that stays on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from support.needs import missing

# How long an example takes is the machine's affair, never a reason to fail.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# What a test may need → (program or directory to look for, Debian package that brings it).
SYSTEM_NEEDS = {
    "xmlsec1": ("xmlsec1", "xmlsec1"),
    "softhsm2-util": ("softhsm2-util", "softhsm2"),
    "openssl": ("openssl", "openssl"),
    "java": ("java", "openjdk-17-jdk-headless"),
    "javac": ("javac", "openjdk-17-jdk-headless"),
    "mvn": ("mvn", "maven"),
    "chromium": ("chromium", "chromium"),
    "pdftoppm": ("pdftoppm", "poppler-utils"),
    "postgresql": ("/usr/lib/postgresql", "postgresql"),
}

# A worker takes one file after the other: these, of half a minute and more, are begun first, so that both end together.
LONGEST = (
    "end_to_end/test_demo.py",
    "end_to_end/test_hospital_people.py",
    "end_to_end/test_client_against_national.py",
)


def _begins(item: pytest.Item) -> int:
    """The rank of the file of a test; the sort is stable, the others stay in order."""
    return next((rank for rank, name in enumerate(LONGEST) if item.path.as_posix().endswith(name)), len(LONGEST))


def _is_present(program: str) -> bool:
    return Path(program).exists() if program.startswith("/") else shutil.which(program) is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A missing system package fails in CI and is one clear skip line elsewhere."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            program, package = SYSTEM_NEEDS[name]
            if _is_present(program):
                continue
            missing(name, package)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files begin first; campaigns run only when asked for with `-m campaign`."""
    items.sort(key=_begins)
    if "campaign" in (config.option.markexpr or ""):
        return
    kept = [item for item in items if item.get_closest_marker("campaign") is None]
    dropped = [item for item in items if item.get_closest_marker("campaign") is not None]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


OPENED = pytest.StashKey[DjangoDbBlocker]()


@pytest.fixture(autouse=True)
def _append_only_floor(request: pytest.FixtureRequest) -> Iterator[None]:
    """The hospital's append-only tables are so for the tests too: they open only while a transactional test empties them."""
    marker = request.node.get_closest_marker("django_db")
    transactional = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not transactional and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    from django.db import connection

    from support import append_only

    request.getfixturevalue("transactional_db")  # emptied after what follows
    yield
    request.node.stash[OPENED] = request.getfixturevalue("django_db_blocker")
    append_only.open_up(connection)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Emptied, the tables are append-only again for the tests that follow; after the last one there is no database."""
    try:
        return (yield)
    finally:
        if nextitem and (blocker := item.stash.get(OPENED, None)):
            from django.db import connection

            from support import append_only

            with blocker.unblock():
                append_only.close(connection)
