"""Django's registration of the `patients` app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Who is cared for: identities, episodes, consent, the HL7 feed."""

    name = "tramontane.hospital.patients"
    label = "patients"
    default_auto_field = "django.db.models.BigAutoField"
