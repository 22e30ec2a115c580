"""Django's registration of the pages: templates and static files, no table of their own."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The tables are `tramontane.national`'s."""

    name = "tramontane.national.pages"
    label = "national_pages"
    verbose_name = "Pages de la maquette"
