"""Forms of the self-assessment: level, comment, proofs, réserves, support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from tramontane.hospital.homologation.models import Evidence
from tramontane.hospital.homologation.services.proving import Content
from tramontane.rules.homologation import ActionState, Assessment, Level
from tramontane.rules.referentiels import Exigence


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text, without the empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(
    label: str, *, rows: int = 3, hint: str = "", required: bool = False, max_length: int = 4000
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=max_length,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class AssessmentForm(forms.Form):
    """What is declared of one exigence. What each level needs is the rules' affair: they refuse, the form shows."""

    level = forms.ChoiceField(label="Niveau", widget=forms.RadioSelect)
    perimeter = _text("Périmètre", hint="Sites, services, utilisateurs : figurera au procès-verbal.")
    steps = _text("Étapes", hint="Comment l’exigence sera atteinte partout.")
    calendar = _text("Calendrier", hint="Quand, étape par étape.")
    reason = _text("Motif", hint="Pourquoi l’exigence ne s’applique pas à l’établissement.")
    owner = forms.CharField(label="Responsable", required=False, max_length=120, help_text="Qui en répond.")
    stakeholders = _text("Parties prenantes", rows=2, hint="Une par ligne.", max_length=1000)
    after = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, levels: Iterable[Level], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(level.value, level.label) for level in levels]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def said(self) -> Assessment:
        """What the form declares."""
        values = self.cleaned_data
        texts = {name: values[name].strip() for name in ("perimeter", "steps", "calendar", "reason", "owner")}
        return Assessment(Level(values["level"]), stakeholders=lines_of(values["stakeholders"]), **texts)


class CommentForm(forms.Form):
    """Something to say of an exigence."""

    text = _text("Commentaire", required=True)


class ContentForm(forms.Form):
    """A file or an address, and the days it speaks of."""

    file = forms.FileField(label="Fichier", required=False, help_text="25 Mo au plus. Aucune donnée de patient.")
    url = forms.URLField(label="Adresse", required=False, assume_scheme="https", help_text="À la place d’un fichier.")
    starts = forms.DateField(label="En vigueur depuis le", widget=DayInput)
    ends = forms.DateField(label="Jusqu’au", required=False, widget=DayInput, help_text="Vide : jusqu’à nouvel ordre.")
    note = forms.CharField(label="Note", required=False, max_length=300)

    @property
    def content(self) -> Content:
        """What is to be kept."""
        values = self.cleaned_data
        return Content(values["starts"], values["ends"], values["file"], values["url"], note=values["note"])


class EvidenceForm(ContentForm):
    """A new proof, and what it proves."""

    title = forms.CharField(label="Titre", max_length=200)
    exigences = forms.MultipleChoiceField(label="Exigences prouvées", widget=forms.CheckboxSelectMultiple)
    field_order = ("title", "exigences", "file", "url", "starts", "ends", "note")

    def __init__(self, *args: Any, exigences: Iterable[Exigence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.id, f"{one.libelle} {one.titre}".strip()) for one in exigences if one.calculee is None]
        self.fields["exigences"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField


class AttachForm(forms.Form):
    """A proof that already exists."""

    evidence = forms.ModelChoiceField(label="Preuve déjà enregistrée", queryset=Evidence.objects.none())

    def __init__(self, *args: Any, proofs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["evidence"]
        field.queryset = proofs  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = lambda row: row.title  # type: ignore[attr-defined]


class ReserveForm(forms.Form):
    """The réserve of an exigence, as the PV will print it."""

    text = forms.CharField(label="Réserve", max_length=500, help_text="Telle qu’elle figurera au procès-verbal.")
    due = forms.DateField(label="À lever avant le", widget=DayInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the réserve looked at, `reserving.words_of`


class ActionForm(forms.Form):
    """One thing to do."""

    title = forms.CharField(label="Action", max_length=300)
    owner = forms.CharField(label="Menée par", max_length=120)
    due = forms.DateField(label="Pour le", widget=DayInput)


class FollowForm(forms.Form):
    """Where an action stands, who leads it, for when."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)  # the last change of the action looked at
    state = forms.ChoiceField(label="Avancement", choices=[(state.value, state.label) for state in ActionState])
    owner = forms.CharField(label="Menée par", max_length=120)
    due = forms.DateField(label="Pour le", widget=DayInput)


class SectionForm(forms.Form):
    """One part of the support."""

    text = _text("Texte", rows=8, max_length=20_000)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # when the part looked at was written
