"""Identifiers of structures: FINESS (legal entity ≠ geographic site), SIREN, SIRET, and Struct_IdNat on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tramontane.dmp.identity.checks import luhn_ok, matches, refuse

FINESS_FORM = re.compile(r"[0-9][0-9A-Z][0-9]{7}", re.ASCII)
SIREN_FORM = re.compile(r"[0-9]{9}", re.ASCII)
SIRET_FORM = re.compile(r"[0-9]{14}", re.ASCII)
_FINESS_REFERENCE = "ANS, schéma FINESS ce14001"


@dataclass(frozen=True, slots=True)
class _Finess:
    value: str

    def __post_init__(self) -> None:
        if not matches(FINESS_FORM, self.value):
            raise refuse(
                "Ce numéro FINESS n'a pas la forme attendue.",
                code="finess-forme",
                expected="9 caractères : un chiffre, un chiffre ou une majuscule, sept chiffres",
                received=self.value,
                reference=_FINESS_REFERENCE,
                next_step="recopiez le numéro depuis le répertoire FINESS",
            )

    @property
    def struct_idnat(self) -> StructIdNat:
        """The same entity as a Struct_IdNat: prefix 1, for legal and geographic entities alike."""
        return StructIdNat("1" + self.value)

    @property
    def luhn_ok(self) -> bool:
        """Whether the Luhn check passes. A warning only: letters (Corsica, test sites) and test numbers fail it."""
        return self.value.isdigit() and luhn_ok(self.value)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class FinessJuridique(_Finess):
    """FINESS number of a legal entity (EJ): the one of the certificates.

    Raises:
        InvalidIdentifier: not 9 characters of the FINESS form.
    """


@dataclass(frozen=True, slots=True)
class FinessGeographique(_Finess):
    """FINESS number of a geographic entity (ET): the one of the VIHF in AIR simplifié and of the white list.

    Raises:
        InvalidIdentifier: not 9 characters of the FINESS form.
    """


def _check_company(value: str, form: re.Pattern[str], name: str, length: int) -> None:
    if not (matches(form, value) and luhn_ok(value)):
        raise refuse(
            f"Ce numéro {name} ne peut pas exister.",
            code=f"{name.lower()}-invalide",
            expected=f"{length} chiffres qui vérifient la formule de Luhn",
            received=value,
            reference="répertoire Sirene, numéros SIREN et SIRET",
            next_step="recopiez le numéro depuis le répertoire Sirene",
        )


@dataclass(frozen=True, slots=True)
class Siren:
    """SIREN: 9 digits, Luhn.

    Raises:
        InvalidIdentifier: another form, or the Luhn check fails.
    """

    value: str

    def __post_init__(self) -> None:
        _check_company(self.value, SIREN_FORM, "SIREN", 9)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Siret:
    """SIRET: 14 digits, Luhn.

    Raises:
        InvalidIdentifier: another form, or the Luhn check fails.
    """

    value: str

    def __post_init__(self) -> None:
        _check_company(self.value, SIRET_FORM, "SIRET", 14)

    @property
    def siren(self) -> str:
        """Its first nine digits."""
        return self.value[:9]

    def __str__(self) -> str:
        return self.value


class StructIdKind(StrEnum):
    """What a Struct_IdNat holds, valued by its prefix. Beware: 3 is SIRET here, FINESS in a PS_IdNat."""

    CABINET_ADELI = "0"
    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    RPPS_RANG = "4"
    TECHNIQUE = ""


# PDSm StructIdNat.fsh; MOS EntiteGeographique.idNatStruct. SIREN and SIRET: form only, official samples are invented.
_FORMS: dict[StructIdKind, re.Pattern[str]] = {
    StructIdKind.CABINET_ADELI: re.compile(r"0[0-9A-Z]+", re.ASCII),
    StructIdKind.FINESS: re.compile("1" + FINESS_FORM.pattern, re.ASCII),
    StructIdKind.SIREN: re.compile("2" + SIREN_FORM.pattern, re.ASCII),
    StructIdKind.SIRET: re.compile("3" + SIRET_FORM.pattern, re.ASCII),
    StructIdKind.RPPS_RANG: re.compile(r"4[0-9]{14}", re.ASCII),
    StructIdKind.TECHNIQUE: re.compile(r"[5-9A-Z][0-9A-Z]*", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class StructIdNat:
    """National identifier of a structure as written on the wire (OID 1.2.250.1.71.4.2.2).

    Raises:
        InvalidIdentifier: no kind of structure identifier has this form.
    """

    value: str

    OID = "1.2.250.1.71.4.2.2"

    def __post_init__(self) -> None:
        if not any(matches(form, self.value) for form in _FORMS.values()):
            raise refuse(
                "Cet identifiant national de structure n'a pas la forme que son préfixe annonce.",
                code="struct-idnat-forme",
                expected="0+cabinet ADELI, 1+FINESS, 2+SIREN, 3+SIRET, 4+RPPS-rang ou un numéro technique",
                received=self.value,
                reference="PDSm, StructIdNat ; MOS, EntiteGeographique.idNatStruct",
                next_step="vérifiez le préfixe et le numéro",
            )

    @property
    def kind(self) -> StructIdKind:
        """What it holds, told by its prefix; no prefix for a technical number."""
        prefix = self.value[0]
        return StructIdKind(prefix) if prefix in "01234" else StructIdKind.TECHNIQUE

    @property
    def finess(self) -> str | None:
        """The FINESS number inside, legal or geographic (the prefix does not tell), or None."""
        return self._inside(StructIdKind.FINESS)

    @property
    def siret(self) -> str | None:
        """The SIRET inside, or None."""
        return self._inside(StructIdKind.SIRET)

    def _inside(self, kind: StructIdKind) -> str | None:
        return self.value[1:] if self.kind is kind else None

    def __str__(self) -> str:
        return self.value
