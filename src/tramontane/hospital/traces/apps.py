"""Django's registration of the `traces` app."""

from django.apps import AppConfig


class TracesConfig(AppConfig):
    """The floor of the flow: append-only, chained traces. Everyone may write here; nothing is ever changed."""

    name = "tramontane.hospital.traces"
    label = "traces"
    default_auto_field = "django.db.models.BigAutoField"
