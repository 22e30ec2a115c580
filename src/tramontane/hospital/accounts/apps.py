"""Django's registration of the `accounts` app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who works here: legal and geographic entities, services, accounts, second factors, the proof a session carries."""

    name = "tramontane.hospital.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
