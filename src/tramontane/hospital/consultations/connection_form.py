"""The form of a legal entity's connection: references to keys, never a key; nothing secret is shown again."""

from __future__ import annotations

from typing import Any

from django import forms

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.rules.access import MAJORITY

INS_PLACEHOLDER = "{ins}"
REVOCATION = (("require", "Exigée"), ("unsafe-skip", "Non contrôlée (plateforme d’essai seulement)"))
DEPTHS = ((1, "1 an"), (2, "2 ans"))
INITIAL = {
    "revocation": "require",
    "first_search_years": 2,
    "minor_secret_code": DmpConnection().minor_secret_code,
}
PIN_IN_URI = ("pin-value", "pin-source")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ConnectionForm(forms.Form):
    """Fields of `DmpConnection`, then the contract declared for each site."""

    base_url = forms.CharField(label="Adresse du SI-DMP", max_length=300, help_text="https://… terminée par « / ».")
    trust_path = forms.CharField(
        label="Autorités de confiance",
        max_length=300,
        help_text="Chemin d’un fichier PEM : racines et intermédiaires de l’IGC-Santé.",
    )
    crl_path = forms.CharField(
        label="Listes de révocation", max_length=300, required=False, help_text="Chemin d’un fichier PEM."
    )
    revocation = forms.ChoiceField(label="Révocation du serveur", choices=REVOCATION)
    authentication = forms.CharField(
        label="Certificat d’authentification et sa clé",
        max_length=300,
        help_text="« file:/chemin.p12 » ou « file:/chemin.pem ». La clé reste où elle est.",
    )
    signature = forms.CharField(
        label="Cachet de signature et sa clé",
        max_length=300,
        help_text="« file:/… » ou une référence « pkcs11:… », sans code.",
    )
    secret_name = forms.CharField(
        label="Variable d’environnement du mot de passe",
        max_length=60,
        required=False,
        help_text="Son nom seulement : le mot de passe ou le code ne passe jamais par cet écran.",
    )
    software_oid = forms.CharField(label="OID du logiciel homologué", max_length=64)
    software_homologation = forms.CharField(
        label="Numéro d’homologation",
        max_length=40,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Gardé secret à l’écran (EX_GEN-1490). Vide : celui qui est enregistré ne change pas.",
    )
    first_search_years = forms.TypedChoiceField(
        label="Profondeur de la première recherche",
        choices=DEPTHS,
        coerce=int,
        help_text="2 ans est le maximum national.",
    )
    preferred_types = forms.MultipleChoiceField(
        label="Types de la première recherche",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Aucun choix : tous les types. Le professionnel est averti quand un filtre s’applique.",
    )
    minor_secret_age = forms.IntegerField(
        label="Âge minimum de la connexion secrète",
        required=False,
        min_value=0,
        max_value=MAJORITY - 1,
        help_text="En années (EX_0.1-1115). Aucune source ne donne cet âge : votre établissement le décide. Vide : la connexion "
        "secrète est refusée à tous.",
    )
    minor_secret_code = forms.CharField(
        label="Code de la connexion secrète dans le VIHF",
        max_length=60,
        help_text="INVISIBLE_REPRESENTANTS_LEGAUX est déduit de la nomenclature JDV_J58 : à confirmer auprès du DMP.",
    )
    web_ps_url = forms.CharField(
        label="Adresse du Web-PS DMP (TD0.10)",
        max_length=300,
        required=False,
        help_text="Par exemple « https://…/AccesDirect/DossierPatient/{ins} », où {ins} devient le matricule. Vide : aucun lien.",
    )

    def __init__(self, data: Any = None, *, entity: LegalEntity, row: DmpConnection | None) -> None:
        super().__init__(data, initial=_initial(row))
        self.row = row
        self.sites = list(entity.geographic_entities.select_related("air_contract").order_by("name"))
        types = sorted(value_set(ValueSetName.TYPE_CODE), key=lambda coded: coded.label.casefold())
        self.fields["preferred_types"].choices = [(coded.code, coded.label) for coded in types]  # type: ignore[attr-defined]  # a ChoiceField
        for site in self.sites:
            self._add_contract(site)

    def _add_contract(self, site: GeographicEntity) -> None:
        contract = getattr(site, "air_contract", None)
        for name, label in (("signed_at", "Début"), ("expires_at", "Fin")):
            self.fields[f"{name}-{site.pk}"] = forms.DateField(
                label=f"{label} du contrat AIR – {site.name}",
                required=False,
                widget=_day(),
                initial=getattr(contract, name, None),
            )

    @property
    def contracts(self) -> dict[int, tuple[Any, Any]]:
        """Site → first and last day of its contract, as declared."""
        return {
            site.pk: (self.cleaned_data[f"signed_at-{site.pk}"], self.cleaned_data[f"expires_at-{site.pk}"])
            for site in self.sites
        }

    @property
    def values(self) -> dict[str, Any]:
        """Fields of `DmpConnection`; a homologation number left empty does not change."""
        kept = {name: value for name, value in self.cleaned_data.items() if "-" not in name}
        if not kept["software_homologation"]:
            del kept["software_homologation"]
        return kept

    def clean_base_url(self) -> str:
        given: str = self.cleaned_data["base_url"]
        if not given.startswith("https://") or not given.endswith("/"):
            raise forms.ValidationError("Attendu : une adresse https://… terminée par « / ».")
        return given

    def clean_web_ps_url(self) -> str:
        given: str = self.cleaned_data["web_ps_url"]
        if given and (not given.startswith("https://") or "{" in given.replace(INS_PLACEHOLDER, "")):
            raise forms.ValidationError("Attendu : une adresse https://…, où seul {ins} est remplacé.")
        return given

    def clean_authentication(self) -> str:
        return _reference(self.cleaned_data["authentication"], ("file:/",))

    def clean_signature(self) -> str:
        return _reference(self.cleaned_data["signature"], ("file:/", "pkcs11:"))

    def clean_software_homologation(self) -> str:
        given: str = self.cleaned_data["software_homologation"]
        if not given and self.row is None:
            raise forms.ValidationError("Ce champ est obligatoire à la première saisie.")
        return given

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("revocation") == "require" and not values.get("crl_path"):
            self.add_error("crl_path", "La révocation est exigée : indiquez le fichier des listes.")
        for site in self.sites:
            first, last = values.get(f"signed_at-{site.pk}"), values.get(f"expires_at-{site.pk}")
            if first and last and last < first:
                self.add_error(f"expires_at-{site.pk}", "Attendu : une date après le début du contrat.")
        return values


def _initial(row: DmpConnection | None) -> dict[str, Any]:
    names = [name for name in ConnectionForm.base_fields if name != "software_homologation"]
    return {name: getattr(row, name) for name in names} if row else INITIAL


def _reference(given: str, allowed: tuple[str, ...]) -> str:
    """A place, not a key: what is pasted by mistake is refused and never kept."""
    if "BEGIN" in given or not given.startswith(allowed):
        raise forms.ValidationError(
            f"Attendu : l’emplacement de la clé ({' ou '.join(allowed)}…), jamais la clé elle-même."
        )
    if any(name in given for name in PIN_IN_URI):
        raise forms.ValidationError("Le code de la carte ne s’écrit pas ici : nommez une variable d’environnement.")
    return given
