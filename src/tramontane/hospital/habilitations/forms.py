"""Forms of the matrix: one rule, the motive of a publication, a review."""

from __future__ import annotations

from typing import Any

from django import forms

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital.accounts.models import Service
from tramontane.hospital.habilitations.content import key_of
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule


def _choices(name: ValueSetName) -> list[tuple[str, str]]:
    return sorted(((concept.code, concept.label) for concept in value_set(name)), key=lambda choice: choice[1])


class RuleForm(forms.Form):
    """What a profession may do in one service, or in every service."""

    profession = forms.ChoiceField(label="Profession")
    service = forms.ChoiceField(label="Service", required=False)
    consult = forms.BooleanField(label="Consulter le DMP", required=False)
    bris_de_glace = forms.BooleanField(label="Accéder en urgence (bris de glace)", required=False)
    regulate = forms.BooleanField(label="Accéder en régulation médicale (centre 15)", required=False)
    restricted_types = forms.MultipleChoiceField(
        label="Types de documents non affichés localement",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Une règle locale retire ; elle n’ajoute rien à la matrice nationale.",
    )

    def __init__(self, *args: Any, services: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(key_of(service), service.name) for service in services]
        self._choose("profession", _choices(ValueSetName.PROFESSION))
        self._choose("service", [("", "Tous les services sans règle propre"), *places])
        self._choose("restricted_types", _choices(ValueSetName.TYPE_CODE))

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, declared above

    def clean(self) -> dict[str, Any]:
        """An emergency or regulation right without the right to consult opens nothing: it is refused, not ignored."""
        values = super().clean() or {}
        if (values.get("bris_de_glace") or values.get("regulate")) and not values.get("consult"):
            self.add_error("consult", "Un accès d’urgence suppose le droit de consulter.")
        return values

    @property
    def rule(self) -> LocalRule:
        """The rule the form says."""
        values = self.cleaned_data
        rights = LocalRights(values["consult"], values["bris_de_glace"], values["regulate"])
        return LocalRule(values["profession"], values["service"], rights, frozenset(values["restricted_types"]))


class PublishForm(forms.Form):
    """Why, and after which revision the preview was read."""

    motive = forms.CharField(
        label="Motif", max_length=300, help_text="Par exemple : décision de la CME du 12 novembre."
    )
    after = forms.IntegerField(widget=forms.HiddenInput)


class ReviewForm(forms.Form):
    """The yearly review."""

    comment = forms.CharField(label="Commentaire", max_length=300, required=False)
