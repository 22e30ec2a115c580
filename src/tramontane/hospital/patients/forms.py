"""Forms of the admissions desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Role, Service
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient

OLDEST = 125  # years: nobody is known to have lived longer
SEXES = (("F", "Féminin"), ("M", "Masculin"), ("I", "Indéterminé"))
Choice, Subject = ConsentRecord.Choice, ConsentRecord.Subject


class IdentityForm(forms.ModelForm[Patient]):
    """Strict traits (RNIV) and used name."""

    class Meta:
        """Labels in the words of identitovigilance."""

        model = Patient
        fields = (
            "ipp", "birth_name", "birth_given_names", "first_given_name", "sex", "birth_date",
            "birth_place_code", "birth_place", "used_name", "used_given_name",
        )  # fmt: skip
        labels = {  # noqa: RUF012 - Django's Meta convention
            "ipp": "IPP",
            "birth_name": "Nom de naissance",
            "birth_given_names": "Prénoms de naissance",
            "first_given_name": "Premier prénom de naissance",
            "sex": "Sexe",
            "birth_date": "Date de naissance",
            "birth_place_code": "Code INSEE du lieu de naissance",
            "birth_place": "Lieu de naissance",
            "used_name": "Nom utilisé",
            "used_given_name": "Prénom utilisé",
        }
        help_texts = {"birth_given_names": "Tous, dans l’ordre de l’acte de naissance"}  # noqa: RUF012
        widgets = {  # noqa: RUF012
            "sex": forms.Select(choices=SEXES),
            "birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_birth_date(self) -> date:
        """Not tomorrow, nor before anybody alive: a century was mistyped, and INSi would find nobody."""
        born: date = self.cleaned_data["birth_date"]
        today = timezone.localdate(clock.now())
        if not today.year - OLDEST <= born.year or born > today:
            raise forms.ValidationError(
                f"Attendu : une date entre {today.year - OLDEST} et aujourd’hui. Vérifiez l’année sur le titre d’identité."
            )
        return born

    def clean(self) -> dict[str, Any]:
        """Names are kept in capitals, as INSi and the civil status write them."""
        values = super().clean() or {}
        for name in ("birth_name", "birth_given_names", "first_given_name", "used_name", "used_given_name"):
            values[name] = values.get(name, "").upper().strip()
        first, every = values["first_given_name"], values["birth_given_names"]
        if first and every and not every.startswith(first):
            self.add_error("first_given_name", f"Attendu : le début de « {every} ».")
        return values


class AdmissionForm(forms.Form):
    """A new episode for a patient."""

    service = forms.ModelChoiceField(Service.objects.none(), label="Service")
    kind = forms.ChoiceField(choices=Episode.Kind.choices, label="Type de venue")
    visit_number = forms.CharField(label="Numéro de venue", max_length=30)

    def __init__(self, *args: Any, legal_entity: LegalEntity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(geographic_entity__legal_entity=legal_entity, active=True)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # a ModelChoiceField, declared above
        if len(services) == 1:
            self.fields["service"].initial = services[0]


class InsForm(forms.Form):
    """An INS as INSi returned it."""

    ins = forms.CharField(label="Matricule INS et clé", max_length=21, help_text="15 caractères, espaces acceptés")
    checked = forms.BooleanField(label="Identité contrôlée sur un titre à haut niveau de confiance", required=False)

    def clean_ins(self) -> str:
        """The matricule without the spaces people type."""
        return "".join(self.cleaned_data["ins"].split()).upper()


class ConsentForm(forms.Form):
    """One declaration. The desk's two buttons post the same fields."""

    subject = forms.ChoiceField(choices=Subject.choices, widget=forms.HiddenInput)
    choice = forms.ChoiceField(choices=Choice.choices, widget=forms.HiddenInput)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    motive = forms.CharField(label="Motif", max_length=300, required=False)
    given_by = forms.CharField(
        label="Déclaré par", max_length=160, required=False, help_text="À remplir si ce n’est pas le patient lui-même"
    )


class SentenceForm(forms.Form):
    """What the staff say when they ask for the consent."""

    text = forms.CharField(
        label="Phrase à dire",
        max_length=600,
        required=False,
        help_text="600 caractères au plus. Laissée vide, la phrase est retirée.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_text(self) -> str:
        """One paragraph: it is said in one breath."""
        return " ".join(self.cleaned_data["text"].split())


class CareTeamForm(forms.Form):
    """A colleague to name in the care team, by what names her alone."""

    professional = forms.CharField(
        label="Numéro RPPS ou identifiant de connexion",
        max_length=60,
        help_text="Exact : un professionnel de soins de l’établissement, d’un autre service.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, legal_entity: LegalEntity, namer: Account) -> None:
        super().__init__(data)
        self.legal_entity, self.namer = legal_entity, namer
        self.colleague: Account = namer  # until `clean_professional` finds her

    def clean_professional(self) -> str:
        """Somebody else, active, who cares: nobody lets herself in."""
        given: str = self.cleaned_data["professional"].strip()
        named = Account.objects.filter(legal_entity=self.legal_entity, is_active=True)
        found = named.filter(Q(rpps=given) | Q(login=given)).first()
        if found is None or not found.has_role(Role.CLINICIAN):
            raise forms.ValidationError(
                "Aucun professionnel de soins de l’établissement ne porte ce numéro ou cet identifiant."
            )
        if found.pk == self.namer.pk:
            raise forms.ValidationError(
                "On ne se nomme pas soi-même : demandez-le à l’équipe de soins ou aux admissions."
            )
        self.colleague = found
        return given


class OutsideForm(forms.Form):
    """Find a patient outside one's services: both, exactly."""

    ipp = forms.CharField(label="IPP", max_length=30)
    birth_name = forms.CharField(label="Nom de naissance", max_length=100)
