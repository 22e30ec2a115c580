"""Django's registration of the `documents` app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """What was read, filed and sent."""

    name = "tramontane.hospital.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
