"""The small forms of the objectives."""

from __future__ import annotations

from django import forms

from tramontane.hospital.accounts.models import Role
from tramontane.hospital.objectives.permissions import READERS

CLOSED, RUNNING = "clos", "en-cours"


class CorrectionForm(forms.Form):
    """Why a closed month is told again."""

    motive = forms.CharField(label="Motif de la correction", max_length=500)


class DateForm(forms.Form):
    """A date of the establishment's own."""

    day = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}))
    title = forms.CharField(label="Intitulé", max_length=160)


class ShareForm(forms.Form):
    """The establishment that may read, who there, and what."""

    finess = forms.CharField(
        label="FINESS juridique de l’établissement", min_length=9, max_length=9, help_text="Neuf caractères."
    )
    roles = forms.MultipleChoiceField(
        label="Qui lit, là-bas",
        choices=[(role.value, role.label) for role in READERS],
        initial=[Role.DIRECTION.value],
        widget=forms.CheckboxSelectMultiple,
    )
    reach = forms.ChoiceField(
        label="Ce qui est lu",
        choices=[(CLOSED, "Les relevés clos"), (RUNNING, "Les relevés clos, et le mois en cours à ce jour")],
        initial=CLOSED,
        widget=forms.RadioSelect,
    )
