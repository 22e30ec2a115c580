"""An identity provider on loopback, declared to the application by a real file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.evil_op import CLIENT_ID, CLIENT_SECRET, EvilProvider, served
from tramontane.hospital.accounts.oidc import metadata, profiles


@pytest.fixture
def evil() -> Iterator[EvilProvider]:
    metadata.forget()
    with served(EvilProvider()) as provider:
        yield provider
    metadata.forget()


Declare = Callable[..., None]


@pytest.fixture
def declare(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Declare]:
    """Write the operator's file: `declare(provider, profile="pro-sante-connect", …)`, several times for several."""
    monkeypatch.setenv("EVIL_SECRET", CLIENT_SECRET)
    entries: list[dict[str, Any]] = []

    def add(provider: EvilProvider, **fields: Any) -> None:
        entries.append(
            {
                "key": "psc",
                "profile": "pro-sante-connect",
                "issuer": provider.issuer,
                "discovery": "",
                "client_id": CLIENT_ID,
                "client_secret_env": "EVIL_SECRET",
                **fields,
            }
        )
        path = tmp_path / f"providers{len(entries)}.yaml"
        path.write_text(yaml.safe_dump({"providers": entries}, allow_unicode=True), encoding="utf-8")
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, providers_file=str(path))

    yield add
    profiles.load.cache_clear()
    assert settings.ENVIRONMENT is not None
