"""The pages in the test process, over the populated national side."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.national import InMemory, trust
from support.national_pages import page_settings
from tramontane.national.pages import trust as page_trust


@pytest.fixture(autouse=True)
def authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards of the test PKI are believed."""
    store = trust()
    monkeypatch.setattr(page_trust, "_files", lambda: lambda: store)


@pytest.fixture
def pages(national: InMemory, tmp_path: Path) -> Iterator[InMemory]:
    """The page settings; the judge in memory, to ask what the next call gets."""
    with page_settings(tmp_path):
        yield national
