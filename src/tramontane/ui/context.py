"""What every page shows around its content. Settings decide; templates read `ui.*`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tramontane import __version__


def ui(_request: HttpRequest) -> dict[str, Any]:
    """`ui`: establishment, logo_url, theme_url, sandbox (a permanent warning, empty in production), version."""
    return {"ui": {**settings.UI, "version": __version__}}
