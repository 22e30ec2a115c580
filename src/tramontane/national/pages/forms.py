"""The forms of the pages. What they accept is then judged by services, whose refusals are shown above the form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from django import forms

from tramontane.dmp.signature import pem_certificates
from tramontane.national.judge.names import CHECK_NAMES
from tramontane.national.models import (
    AccessResult,
    AlertOutcome,
    DirectoryKind,
    FaultKind,
    GeographicEntity,
    LegalEntity,
    RenewalTrigger,
)
from tramontane.national.pages.contract_rules import MAX_MONTHS, Declaration
from tramontane.national.pages.engagements import engagements
from tramontane.national.pages.selectors.exchanges import Filter

# Those that the stand-in answers, for whoever filters or breaks them.
TRANSACTIONS = ("TD0.2", "TD0.3", "TD0.4", "TD1.6", "TD2.1", "TD3.1", "TD3.2", "TD3.3")
# What an operator can make refuse a good client: a contract, a professional, a right, a token played twice by a proxy.
PROVOKABLE = (4, 5, 6, 7, 8)
_REQUIRED = "Cochez cette case : sans cet engagement, il n’y a pas de contrat."


class _Page(forms.Form):
    """Labels end without a colon. Django ties errors and hints to their field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class EntitiesForm(_Page):
    """Which geographic entities sign."""

    entities = forms.MultipleChoiceField(
        label="Entités géographiques",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins une entité géographique.",
            "invalid_choice": "%(value)s ne peut plus être choisie : un contrat la couvre depuis, ou l’annuaire l’a fermée.",
        },
    )

    def __init__(self, rows: Iterable[GeographicEntity], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entities"].choices = [(one.pk, f"{one.name}, FINESS {one.pk}") for one in rows]  # type: ignore[attr-defined]  # a choice field


class EngagementForm(EntitiesForm):
    """Entities, and every engagement ticked on its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in engagements().done:
            self.fields[f"done_{one.code}"] = forms.BooleanField(label=one.text, error_messages={"required": _REQUIRED})
        for name, label in (
            ("lasting", "Je prends ces engagements pour toute la durée du contrat."),
            ("sanctions", "Je reconnais m’exposer à ces sanctions."),
        ):
            self.fields[name] = forms.BooleanField(label=label, error_messages={"required": _REQUIRED})

    @property
    def done_fields(self) -> list[forms.BoundField]:
        """The boxes of what is already done."""
        return [self[f"done_{one.code}"] for one in engagements().done]


class ContractForm(EngagementForm):
    """A contract: entities, auto-homologation, engagements."""

    homologated_on = forms.DateField(
        label="Date de l’auto-homologation",
        help_text="Date de signature du PV",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    months = forms.IntegerField(
        label="Durée, en mois",
        help_text=f"Celle du PV, {MAX_MONTHS} mois au plus",
        min_value=1,
        max_value=MAX_MONTHS,
    )
    referentiel_version = forms.CharField(
        label="Version du référentiel", help_text="Référentiel DMP, telle qu’elle figure sur le PV", max_length=40
    )

    def declaration(self) -> Declaration:
        """What was declared; the form is valid."""
        data = self.cleaned_data
        return Declaration(data["homologated_on"], data["months"], data["referentiel_version"])


class RenewalForm(ContractForm):
    """A renewal says why."""

    trigger = forms.ChoiceField(label="Motif du renouvellement", choices=RenewalTrigger.choices)


class CauseForm(_Page):
    """A decision of the CNAM, with its cause."""

    cause = forms.CharField(label="Motif", min_length=10, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReestablishForm(_Page):
    """Access given back, with what was checked."""

    grounds = forms.CharField(
        label="Conditions de nouveau réunies",
        help_text="Ce qui a été vérifié, et comment",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ImportForm(_Page):
    """A file to report on."""

    kind = forms.ChoiceField(label="Annuaire", choices=DirectoryKind.choices)
    file = forms.FileField(label="Fichier CSV", help_text="Séparateur « ; », au plus 4 Mo et 50 000 lignes")

    def clean_file(self) -> Any:
        """Refuse what would not fit in memory."""
        file = self.cleaned_data["file"]
        if file.size > 4 * 1024 * 1024:
            raise forms.ValidationError("Ce fichier dépasse 4 Mo : coupez-le en plusieurs.")
        return file


class EmergencyForm(_Page):
    """The three choices for emergencies."""

    opposes_bris_de_glace = forms.BooleanField(
        label="Je m’oppose au bris de glace",
        required=False,
        help_text="Un professionnel ne pourra pas ouvrir mon dossier en urgence sans mon accord.",
    )
    opposes_emergency_access = forms.BooleanField(
        label="Je m’oppose à l’accès du centre 15",
        required=False,
        help_text="Le médecin régulateur ne pourra pas ouvrir mon dossier quand j’appelle, ou qu’on appelle pour moi.",
    )
    allows_masked_in_emergency = forms.BooleanField(
        label="Je laisse le centre 15 voir mes documents masqués", required=False
    )


class EnrolmentForm(_Page):
    """The first visit of a card."""

    legal_entity = forms.ChoiceField(label="Entité juridique que vous représentez")
    capacity = forms.CharField(label="Votre fonction", max_length=100, help_text="Par exemple : directrice générale")

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_entity"].choices = choices  # type: ignore[attr-defined]  # a choice field


class CloseForm(_Page):
    """Why an alert is closed."""

    outcome = forms.ChoiceField(label="Conclusion", choices=AlertOutcome.choices)
    reason = forms.CharField(
        label="Raison",
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce qui a été vérifié",
    )


class WatchForm(_Page):
    """A patient to watch."""

    ins = forms.CharField(label="Matricule INS", max_length=21, help_text="15 caractères")
    reason = forms.CharField(label="Motif", min_length=10, max_length=300)

    def clean_ins(self) -> str:
        """Groups of digits are read as typed."""
        return "".join(str(self.cleaned_data["ins"]).split()).upper()


class DayForm(_Page):
    """A day to look at."""

    day = forms.DateField(label="Jour à examiner", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ExplainForm(_Page):
    """A message to explain, pasted or sent as a file."""

    envelope = forms.CharField(
        label="Enveloppe SOAP, message MTOM, ou requête HTTP copiée d’un journal",
        required=False,
        max_length=2_000_000,
        strip=False,
        help_text="Telle qu’elle est partie, octet pour octet : un caractère changé casse la signature",
        widget=forms.Textarea(attrs={"rows": 10, "class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label="Ou un fichier",
        required=False,
        help_text="Le plus sûr pour un message MTOM : rien n’y change. Au plus 6 Mo",
    )
    received_at = forms.DateTimeField(
        label="Reçue le",
        required=False,
        help_text="Vide : maintenant. Un jeton ne vaut que quelques minutes : donnez l’instant de l’appel",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )
    certificate = forms.CharField(
        label="Certificat client (PEM)",
        required=False,
        max_length=20_000,
        help_text="Sans lui, les contrôles de la connexion ne sont pas exécutés. Jamais la clé",
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_file(self) -> Any:
        """Refuse what the page could not receive with the rest."""
        file = self.cleaned_data["file"]
        if file and file.size > 6 * 1024 * 1024:
            raise forms.ValidationError("Ce fichier dépasse 6 Mo : retirez-en les pièces jointes.")
        return file

    def clean(self) -> dict[str, Any]:
        """One message, no more and no less."""
        given = [name for name in ("envelope", "file") if self.cleaned_data.get(name)]
        if len(given) != 1 and not self.errors:
            raise forms.ValidationError("Collez le message, ou choisissez son fichier : l’un des deux.")
        return self.cleaned_data

    def message(self) -> bytes:
        """What was given; the form is valid."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else self.cleaned_data["envelope"].encode()

    def clean_certificate(self) -> x509.Certificate | None:
        """One certificate, and never a key."""
        text = str(self.cleaned_data["certificate"]).strip()
        if "PRIVATE KEY" in text:
            raise forms.ValidationError(
                "Ceci contient une clé privée. Elle n’a pas été lue : considérez-la compromise."
            )
        try:
            return pem_certificates(text.encode())[0] if text else None
        except ValueError:
            raise forms.ValidationError("Ce n’est pas un certificat PEM (« BEGIN CERTIFICATE »).") from None


class ExchangesForm(_Page):
    """What the list of exchanges is narrowed to. Its fields are the names in the address, which anyone may send on."""

    structure = forms.CharField(label="FINESS de la structure", required=False, max_length=20)
    rpps = forms.CharField(label="RPPS", required=False, max_length=40)
    transaction = forms.ChoiceField(
        label="Transaction", required=False, choices=[("", "Toutes"), *((one, one) for one in (*TRANSACTIONS, "INSi"))]
    )
    reponse = forms.ChoiceField(
        label="Réponse",
        required=False,
        choices=[("", "Toutes"), *((one.value, str(one.label).capitalize()) for one in AccessResult)],
    )
    controle = forms.TypedChoiceField(
        label="Contrôle en échec",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Peu importe"), *((step, f"{step}. {name}") for step, name in CHECK_NAMES.items())],
    )
    depuis = forms.DateTimeField(
        label="Depuis le",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def wanted(self) -> Filter:
        """The filter; nothing is filtered by what could not be read."""
        data = self.cleaned_data
        return Filter(
            structure=data.get("structure", ""),
            rpps=data.get("rpps", ""),
            transaction=data.get("transaction", ""),
            result=data.get("reponse", ""),
            step=data.get("controle"),
            since=data.get("depuis"),
        )


class FaultForm(_Page):
    """A fault to play."""

    kind = forms.ChoiceField(label="Panne", choices=FaultKind.choices)
    seconds = forms.FloatField(
        label="Secondes", min_value=0, max_value=300, initial=0, help_text="Retard, ou durée du compte-gouttes"
    )
    transaction = forms.ChoiceField(
        label="Transaction", required=False, choices=[("", "Toutes"), *((one, one) for one in TRANSACTIONS)]
    )
    rpps = forms.CharField(label="RPPS", required=False, max_length=11, help_text="Vide : tous")
    ins = forms.CharField(label="Matricule INS", required=False, max_length=15, help_text="Vide : tous")
    subcode = forms.CharField(label="Sous-code de la faute SOAP", required=False, max_length=80)
    text = forms.CharField(label="Texte de la faute SOAP", required=False, max_length=300)
    times = forms.IntegerField(
        label="Nombre d’appels",
        required=False,
        min_value=1,
        max_value=10_000,
        initial=1,
        help_text="Vide : jusqu’au retrait",
    )

    def calls(self) -> dict[str, str]:
        """Which calls it is for; the form is valid."""
        return {name: self.cleaned_data[name].strip() for name in ("transaction", "rpps", "ins")}


class SessionForm(_Page):
    """A conformance session."""

    label = forms.CharField(label="Client essayé", max_length=120, help_text="Établissement, logiciel et version")
    legal_entity = forms.ModelChoiceField(
        LegalEntity.objects.order_by("name"),
        label="Entité juridique",
        empty_label="Choisir",
        help_text="Celle que porte le certificat client",
    )
    certificate = forms.RegexField(
        r"^[0-9a-fA-F]{64}$",
        label="Empreinte SHA-256 du certificat",
        required=False,
        help_text="Vide : tous les certificats de cette entité. Elle se lit sur chaque échange",
        error_messages={"invalid": "64 caractères hexadécimaux, sans séparateur."},
    )

    provoked = forms.TypedMultipleChoiceField(
        label="Refus provoqués pendant la session",
        required=False,
        coerce=int,
        choices=[(step, CHECK_NAMES[step]) for step in PROVOKABLE],
        widget=forms.CheckboxSelectMultiple,
        help_text="Ceux que vous causez vous-même : ils ne comptent pas contre le client aux cas 4 à 8",
    )

    def calls(self) -> dict[str, Any]:
        """Whose calls, and what is refused on purpose; the form is valid."""
        data = self.cleaned_data
        return {
            "legal_entity_id": data["legal_entity"].pk,
            "certificate": data["certificate"].lower(),
            "provoked": data["provoked"],
        }
