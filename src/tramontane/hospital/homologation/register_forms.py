"""Forms of the registers: record systems, collected evidence, contract file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity, Service
from tramontane.hospital.homologation.forms import DayInput
from tramontane.hospital.homologation.models import AirContract, Suspension, SystemVersion
from tramontane.hospital.homologation.services.contracting import SignedContract
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.rules.referentiels import Exigence


def _day(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


class SystemForm(forms.Form):
    """A record system to inscribe."""

    name = forms.CharField(label="Nom du logiciel", max_length=120)
    vendor = forms.CharField(label="Éditeur", max_length=120)


class VersionForm(forms.Form):
    """A version, as the vendor's papers say it."""

    version = forms.CharField(label="Version", max_length=60)
    in_service_on = _day("En service depuis le")
    cnda_number = forms.CharField(
        label="Numéro d’homologation CNDA",
        required=False,
        max_length=40,
        help_text="Profil consultation en mode AIR. Secret : il ne sera plus montré sans un acte tracé.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    cnda_on = _day("Homologué par le CNDA le", required=False)
    segur = forms.ChoiceField(
        label="Référencement Ségur vague 2",
        choices=SystemVersion.Segur.choices,
        help_text="Un logiciel référencé est homologué AIR ; l’inverse n’est pas vrai.",
    )
    segur_on = _day("Référencé le", required=False)
    note = forms.CharField(label="Note", required=False, max_length=300, help_text="Où trouver l’attestation.")

    @property
    def facts(self) -> VersionFacts:
        """What is to be recorded."""
        return VersionFacts(**{name: self.cleaned_data[name] for name in VersionFacts.__dataclass_fields__})


class DeploymentForm(forms.Form):
    """When the system is, or is to be, in production in a service."""

    service = forms.ModelChoiceField(label="Service", queryset=Service.objects.none())
    planned_on = _day("Prévu le", required=False)
    production_on = _day("En production depuis le", required=False)

    def __init__(self, *args: Any, entity: LegalEntity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(geographic_entity__legal_entity=entity, active=True)
        self.fields["service"].queryset = services.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField


class DayForm(forms.Form):
    """One day."""

    on = _day("Le")


class PeriodForm(forms.Form):
    """The days to look at, both included."""

    starts = _day("Du")
    ends = _day("Au")


class ConfirmForm(forms.Form):
    """Which exigences a finding proves."""

    exigences = forms.MultipleChoiceField(label="Exigences concernées", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, exigences: Iterable[Exigence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.id, f"{one.libelle} {one.titre}".strip()) for one in exigences if one.calculee is None]
        self.fields["exigences"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField


class SitesForm(forms.Form):
    """The sites a contract is for: each is signed, the portal lets them be signed together."""

    sites = forms.ModelMultipleChoiceField(
        label="Entités géographiques", queryset=GeographicEntity.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, entity: LegalEntity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sites"]
        field.queryset = entity.geographic_entities.order_by("name")  # type: ignore[attr-defined]  # a choice of rows
        field.label_from_instance = lambda row: f"{row.name}, FINESS {row.finess_geographique}"  # type: ignore[attr-defined]


class SignedContractForm(forms.Form):
    """What the portal gave back."""

    signed_on = _day("Signé le")
    expires_on = _day("Valable jusqu’au", hint="Trois ans au plus.")
    signatory = forms.CharField(label="Signataire", max_length=120)
    card = forms.ChoiceField(label="Carte utilisée", choices=AirContract.Card.choices)
    reference = forms.CharField(label="Référence du portail", required=False, max_length=80)

    @property
    def contract(self) -> SignedContract:
        """What is to be recorded."""
        return SignedContract(**{name: self.cleaned_data[name] for name in SignedContract.__dataclass_fields__})


class SuspensionForm(forms.Form):
    """What the CNAM says of the access."""

    kind = forms.ChoiceField(label="Décision de la CNAM", choices=Suspension.Kind.choices)
    on = _day("Le")
    cause = forms.CharField(label="Cause, ou conditions rétablies", max_length=500)
    file = forms.FileField(label="Courrier de la CNAM", required=False, help_text="25 Mo au plus.")


class ContactsForm(forms.Form):
    """The ministry's list."""

    file = forms.FileField(label="Fichier du ministère", help_text="Excel (.xlsx) ou CSV, 5 Mo au plus.")
