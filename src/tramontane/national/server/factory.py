"""What uvicorn imports in each worker: Django first, then what needs its models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from starlette.applications import Starlette


def application() -> Starlette:
    """The application of one worker process, configured by TRAMONTANE_NATIONAL_* variables."""
    django.setup()
    from tramontane.national.exchange import Bench
    from tramontane.national.policy import Policy, TrustFiles
    from tramontane.national.server.app import create_app

    trust = TrustFiles(
        Path(os.environ["TRAMONTANE_NATIONAL_ANCHORS"]),
        _path("TRAMONTANE_NATIONAL_INTERMEDIATES"),
        _path("TRAMONTANE_NATIONAL_CRLS"),
        require_crl=os.environ.get("TRAMONTANE_NATIONAL_REQUIRE_CRL", "1") != "0",
    )
    return create_app(Bench(Policy(trust)), proxy_header=os.environ.get("TRAMONTANE_NATIONAL_PROXY_HEADER", ""))


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
