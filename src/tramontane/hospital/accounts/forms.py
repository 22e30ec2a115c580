"""Forms of login and of one's own factors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tramontane.hospital.accounts.models import Account


def _text(autocomplete: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(
        {"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false", **attributes}
    )


class PasswordForm(forms.Form):
    """Name and password."""

    login = forms.CharField(label="Identifiant", max_length=80, widget=_text("username webauthn"))
    password = forms.CharField(
        label="Mot de passe",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class TotpForm(forms.Form):
    """A six-digit code."""

    code = forms.CharField(
        label="Code à 6 chiffres",
        max_length=12,
        help_text="Affiché par votre application d’authentification ; il change toutes les 30 secondes.",
        widget=_text("one-time-code", inputmode="numeric"),
    )


class RecoveryForm(forms.Form):
    """A recovery code."""

    recovery = forms.CharField(
        label="Code de secours",
        max_length=40,
        help_text="Quatre groupes de quatre caractères. Chaque code ne sert qu’une fois.",
        widget=_text("off"),
    )


class StepUpForm(TotpForm):
    """Password and code, to confirm one's identity without a passkey."""

    password = PasswordForm.base_fields["password"]
    field_order = ("password", "code")


class NewPasswordForm(forms.Form):
    """A password of one's own."""

    password = forms.CharField(
        label="Nouveau mot de passe",
        max_length=200,
        strip=False,
        help_text="Au moins 12 caractères. Une phrase dont vous vous souvenez vaut mieux qu’un mot compliqué.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Le même, une seconde fois",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        """Long enough, not common, not the person's name, not the temporary one."""
        password = str(self.cleaned_data["password"])
        validate_password(password, user=self.account)
        if self.account.check_password(password):
            raise ValidationError("Choisissez un mot de passe différent de celui qui vous a été remis.")
        return password

    def clean(self) -> dict[str, Any]:
        """The same twice."""
        values = super().clean() or {}
        if values.get("password") and values.get("again") and values["password"] != values["again"]:
            self.add_error("again", "Les deux saisies sont différentes.")
        return values
