"""What uvicorn imports in each worker: Django first, then what needs its models."""

from __future__ import annotations

import os
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

    return create_app(
        Bench(Policy(TrustFiles.from_environment())),
        proxy_header=os.environ.get("TRAMONTANE_NATIONAL_PROXY_HEADER", ""),
    )
