"""The Django application: one label, so that the hospital and the stand-in can share a test database."""

from __future__ import annotations

from django.apps import AppConfig


class NationalConfig(AppConfig):
    """Tables are prefixed `national_`."""

    name = "tramontane.national"
    label = "national"
    verbose_name = "Maquette du SI-DMP"
    default_auto_field = "django.db.models.BigAutoField"
