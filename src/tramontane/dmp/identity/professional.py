"""Identifiers of professionals: RPPS, and PS_IdNat as written on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tramontane.dmp.identity.checks import luhn_ok, matches, refuse
from tramontane.dmp.identity.structure import FINESS_FORM, SIREN_FORM, SIRET_FORM

_RPPS_FORM = re.compile(r"[0-9]{11}", re.ASCII)
_FROM_DIRECTORY = "recopiez le numéro depuis l'annuaire santé"


@dataclass(frozen=True, slots=True)
class Rpps:
    """RPPS number: 11 digits, Luhn over the 11 (the prefix 8 of the PS_IdNat excluded).

    Raises:
        InvalidIdentifier: another form (`rpps-forme`), or the Luhn check fails (`rpps-cle`).
    """

    value: str

    def __post_init__(self) -> None:
        if not matches(_RPPS_FORM, self.value):
            raise refuse(
                "Un numéro RPPS s'écrit avec 11 chiffres.",
                code="rpps-forme",
                expected="11 chiffres, sans le préfixe 8 du PS_IdNat",
                received=self.value,
                reference="répertoire RPPS, format du numéro",
                next_step=_FROM_DIRECTORY,
            )
        if not luhn_ok(self.value):
            raise refuse(
                "Le chiffre de contrôle de ce numéro RPPS est faux.",
                code="rpps-cle",
                expected="11 chiffres qui vérifient la formule de Luhn",
                received=self.value,
                reference="répertoire RPPS, format du numéro",
                next_step=_FROM_DIRECTORY,
            )

    @property
    def ps_idnat(self) -> PsIdNat:
        """The same professional as a PS_IdNat: prefix 8."""
        return PsIdNat("8" + self.value)

    def __str__(self) -> str:
        return self.value


class PsIdKind(StrEnum):
    """What a PS_IdNat holds, valued by its prefix. Beware: 3 is FINESS here, SIRET in a Struct_IdNat."""

    ADELI = "0"
    CABINET_ADELI = "1"
    FINESS = "3"
    SIREN = "4"
    SIRET = "5"
    CABINET_RPPS = "6"
    RPPS = "8"


# The internal identifier after "/": anything that cannot break an HL7 string.
_INTERNAL = r"(?:/[^\s^&~|\\/]+)?"
# PDSm, PSIdNat.fsh. Only the RPPS is checked further, by Rpps itself.
_FORMS: dict[str, re.Pattern[str]] = {
    PsIdKind.ADELI: re.compile(r"0[0-9A-Z]{9}", re.ASCII),
    PsIdKind.CABINET_ADELI: re.compile(r"1[0-9A-Z]+" + _INTERNAL, re.ASCII),
    PsIdKind.FINESS: re.compile("3" + FINESS_FORM.pattern + _INTERNAL, re.ASCII),
    PsIdKind.SIREN: re.compile("4" + SIREN_FORM.pattern + _INTERNAL, re.ASCII),
    PsIdKind.SIRET: re.compile("5" + SIRET_FORM.pattern + _INTERNAL, re.ASCII),
    PsIdKind.CABINET_RPPS: re.compile(r"6[0-9]+" + _INTERNAL, re.ASCII),
    PsIdKind.RPPS: re.compile("8" + _RPPS_FORM.pattern, re.ASCII),
}


@dataclass(frozen=True, slots=True)
class PsIdNat:
    """National identifier of a professional as written on the wire (OID 1.2.250.1.71.4.2.1).

    Raises:
        InvalidIdentifier: no kind of professional identifier has this form, or its RPPS is wrong.
    """

    value: str

    OID = "1.2.250.1.71.4.2.1"

    def __post_init__(self) -> None:
        form = _FORMS.get(self.value[:1])
        if form is None or not matches(form, self.value):
            raise refuse(
                "Cet identifiant national de professionnel n'a pas la forme que son préfixe annonce.",
                code="ps-idnat-forme",
                expected="0+ADELI, 8+RPPS, ou 1/3/4/5/6 + structure + « / » + identifiant interne",
                received=self.value,
                reference="PDSm, PSIdNat",
                next_step="vérifiez le préfixe et le numéro",
            )
        _ = self.rpps  # raises when the number after prefix 8 is not a RPPS

    @property
    def kind(self) -> PsIdKind:
        """What it holds, told by its prefix."""
        return PsIdKind(self.value[0])

    @property
    def rpps(self) -> Rpps | None:
        """The RPPS inside, or None for every other kind."""
        return Rpps(self.value[1:]) if self.kind is PsIdKind.RPPS else None

    def __str__(self) -> str:
        return self.value
