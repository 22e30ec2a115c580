"""Django's registration of the `ui` app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The screens' common floor: tokens, layout, components, French formats. Knows no other app."""

    name = "tramontane.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
