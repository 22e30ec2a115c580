"""Django's registration of the `consultations` app."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """Opening a patient's DMP: facts, decision, calls, bris de glace."""

    name = "tramontane.hospital.consultations"
    label = "consultations"
    default_auto_field = "django.db.models.BigAutoField"
