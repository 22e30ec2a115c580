"""Forms of the commission, of the PV, and of the référentiel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from tramontane.hospital.homologation.forms import DayInput, lines_of
from tramontane.hospital.homologation.models import Dossier, Judgement, Member, RgpdItem
from tramontane.hospital.homologation.services.judging import PvNames, Ruling
from tramontane.hospital.homologation.services.sitting import Meeting
from tramontane.rules.homologation import TriggerKind


class MeetingForm(forms.Form):
    """When and where the commission sits."""

    day = forms.DateField(label="Date", widget=DayInput)
    time = forms.TimeField(label="Heure", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label="Durée (minutes)", min_value=15, max_value=600, initial=120)
    place = forms.CharField(label="Lieu", required=False, max_length=200)

    @property
    def meeting(self) -> Meeting:
        """The hour typed is the hour in Paris."""
        values = self.cleaned_data
        moment = timezone.make_aware(datetime.combine(values["day"], values["time"]))
        return Meeting(moment, values["minutes"], values["place"])


class ConveneForm(MeetingForm):
    """A sitting, and the dossiers it judges."""

    dossiers = forms.MultipleChoiceField(
        label="Dossiers jugés",
        widget=forms.CheckboxSelectMultiple,
        help_text="Une même séance peut juger deux référentiels : chaque homologation garde sa décision et son PV.",
    )
    field_order = ("dossiers", "day", "time", "minutes", "place")

    def __init__(self, *args: Any, dossiers: Iterable[tuple[Dossier, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(dossier.number), f"Dossier n° {dossier.number}, {label}") for dossier, label in dossiers]
        self.fields["dossiers"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField


class MemberForm(forms.Form):
    """Somebody to invite."""

    role = forms.ChoiceField(label="Qualité", choices=Member.Role.choices)
    name = forms.CharField(label="Nom", max_length=120)
    email = forms.EmailField(label="Adresse électronique", required=False)


class RisksForm(forms.Form):
    """The end of the sentence."""

    risks = forms.CharField(
        label="Risques résiduels", required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(forms.Form):
    """How it ends."""

    decision = forms.ChoiceField(label="Décision", choices=Judgement.Decision.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(label="Durée en mois", required=False, min_value=1, help_text="Pour une homologation.")
    motive = forms.CharField(
        label="Motif",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Pour un refus ou un ajournement : ce que l’équipe devra lever.",
    )

    @property
    def ruling(self) -> Ruling:
        """What is decided."""
        values = self.cleaned_data
        return Ruling(Judgement.Decision(values["decision"]), values["months"], values["motive"])


class MotiveForm(forms.Form):
    """Why."""

    motive = forms.CharField(label="Motif", max_length=300)


class NamesForm(forms.Form):
    """What the PV names."""

    signatory = forms.CharField(
        label="Signataire", max_length=120, help_text="Le responsable, ou son représentant habilité."
    )
    soussigne = forms.ChoiceField(label="Accord", choices=[("soussigné", "soussigné"), ("soussignée", "soussignée")])
    identifiants = forms.CharField(
        label="Identifiants juridiques des certificats",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Un par ligne : ceux que portent les certificats IGC-Santé utilisés en AIR simplifié.",
    )

    @property
    def names(self) -> PvNames:
        """What is to be printed."""
        values = self.cleaned_data
        return PvNames(values["signatory"], values["soussigne"], lines_of(values["identifiants"]))


class SignedForm(forms.Form):
    """The PV as it came back."""

    file = forms.FileField(label="PV signé", help_text="Le PDF numérisé, 25 Mo au plus.")
    signed_on = forms.DateField(label="Signé le", widget=DayInput)


class RgpdForm(forms.Form):
    """An item that is done."""

    kind = forms.ChoiceField(label="Ce qui est fait", choices=RgpdItem.Kind.choices)
    done_on = forms.DateField(label="Fait le", widget=DayInput)
    reference = forms.CharField(label="Où c’est conservé", max_length=200)


class VoidForm(forms.Form):
    """A trigger that is accepted."""

    trigger = forms.ChoiceField(
        label="Motif prévu au contrat", choices=[(kind.value, kind.wording) for kind in TriggerKind]
    )
    motive = forms.CharField(label="Ce qui a changé", max_length=500)


class CompletionForm(forms.Form):
    """The official text a person brings."""

    file = forms.FileField(
        label="Fichier", help_text="Excel, YAML, bibliothèque CISO Assistant ou catalogue OSCAL ; 2 Mo au plus."
    )
