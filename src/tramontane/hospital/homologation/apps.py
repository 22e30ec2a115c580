"""Django's registration of the `homologation` app."""

from django.apps import AppConfig


class HomologationConfig(AppConfig):
    """From the self-assessment to the signed PV and its renewal, one référentiel at a time."""

    name = "tramontane.hospital.homologation"
    label = "homologation"
    default_auto_field = "django.db.models.BigAutoField"
