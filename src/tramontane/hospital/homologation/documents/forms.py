"""What people bring: a workbook, a signed PV, a certificate to sign with."""

from __future__ import annotations

from django import forms


class WorkbookForm(forms.Form):
    """A workbook that comes back."""

    file = forms.FileField(
        label="Classeur rempli", help_text="Fichier .xlsx de 5 Mo au plus, ou résultats OSCAL (.json)."
    )


class ReturnedForm(forms.Form):
    """A PV signed elsewhere."""

    prefix = "parapheur"
    file = forms.FileField(label="PV revenu du parapheur", help_text="PDF signé électroniquement, 25 Mo au plus.")


class CertificateForm(forms.Form):
    """A certificate, for this signature only: neither the file nor the code is kept."""

    prefix = "certificat"
    file = forms.FileField(label="Certificat et sa clé", help_text="Fichier PKCS#12 (.p12 ou .pfx).")
    code = forms.CharField(
        label="Code du fichier",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )
