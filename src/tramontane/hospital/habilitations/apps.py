"""Django's registration of the `habilitations` app."""

from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    """The hospital's own matrix: which profession, in which service, may consult what."""

    name = "tramontane.hospital.habilitations"
    label = "habilitations"
    default_auto_field = "django.db.models.BigAutoField"
