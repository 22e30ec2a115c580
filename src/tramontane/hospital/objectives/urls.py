"""Addresses of the objectives."""

from __future__ import annotations

app_name = "objectives"
urlpatterns = []  # type: ignore[var-annotated]
