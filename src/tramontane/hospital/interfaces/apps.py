"""Django application."""

from __future__ import annotations

from django.apps import AppConfig


class InterfacesConfig(AppConfig):
    """Interfaces for record systems."""

    name = "tramontane.hospital.interfaces"
    label = "interfaces"
