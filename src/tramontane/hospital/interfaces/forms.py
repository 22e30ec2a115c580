"""Forms of the registry of record systems."""

from __future__ import annotations

from django import forms


class RecordSystemForm(forms.Form):
    """A record system to register."""

    name = forms.CharField(label="Nom du logiciel", max_length=120)
    identifier = forms.SlugField(label="Identifiant (iss)", max_length=60, help_text="Lettres, chiffres et tirets")
    origin = forms.CharField(
        label="Origine qui peut intégrer le panneau",
        max_length=200,
        required=False,
        help_text="Par exemple https://dpi.exemple.fr ; vide : le panneau s’ouvre dans sa propre fenêtre",
    )


class KeyForm(forms.Form):
    """A public key to add."""

    public_key = forms.CharField(
        label="Clé publique Ed25519 (PEM)",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
