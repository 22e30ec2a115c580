"""Django's registration of the `objectives` app."""

from django.apps import AppConfig


class ObjectivesConfig(AppConfig):
    """What the hospital is financed and steered by, measured from what the application does."""

    name = "tramontane.hospital.objectives"
    label = "objectives"
    default_auto_field = "django.db.models.BigAutoField"
