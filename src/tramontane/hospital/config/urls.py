"""Every address of the application. Each app writes its own French paths in full, below its own module."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from tramontane.hospital.config import failing, views

APPS = (
    "accounts",
    "patients",
    "habilitations",
    "consultations",
    "documents",
    "interfaces",
    "objectives",
    "homologation",
)

handler400 = failing.bad_request
handler404 = failing.not_found
handler500 = failing.failed

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
    path("theme.css", views.theme, name="theme"),
]
urlpatterns += [
    path("", include(f"tramontane.hospital.{app}.urls"))
    for app in APPS
    if find_spec(f"tramontane.hospital.{app}.urls") is not None
]
