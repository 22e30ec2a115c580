"""INS: the national health identity number of a patient, with the authority that assigned it.

Form and key: INSi teleservice schema (NIR `\\d{6}[A-Za-z0-9]\\d{6}`, key `[0-9]{2}`); key check before any
call: EX_GEN-1270. A patient's number is a trait: neither `repr`, `str` nor any error shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity.checks import ins_key, matches, refuse

# First digit: 1/2, or 3/4 and 7/8 while the registration is provisional. The letter only exists after a 2 (Corsica).
_FORM = re.compile(r"[123478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}", re.ASCII)
# XDS patientId; a date may follow (CX.8), seen in official samples.
_CX = re.compile(r"(?P<value>[^^&]*)\^\^\^&(?P<oid>[0-9.]+)&ISO\^NH(?:\^\^(?:[0-9]{8})?)?", re.ASCII)
_KEY_REFERENCE = "EX_GEN-1270"
_ASK_AGAIN = "rappelez le téléservice INSi pour ce patient, sans recopier le numéro à la main"


class Environment(StrEnum):
    """Where an identity domain may be used."""

    PRODUCTION = "production"
    TEST = "test"
    DEMO = "demo"


class InsAuthority(StrEnum):
    """Assigning authorities of the INS, valued by their OID (FR Core, fr-core-patient-ins).

    INS-C (1.2.250.1.213.1.4.2) is obsolete and never an INS here; TD0.2 answers that still carry one keep it as text.
    """

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    NIR_TEST = "1.2.250.1.213.1.4.10"
    NIR_DEMO = "1.2.250.1.213.1.4.11"

    @property
    def environment(self) -> Environment:
        """The only environment where numbers of this authority belong."""
        return _ENVIRONMENTS[self]

    @classmethod
    def from_oid(cls, oid: str) -> Self:
        """The authority of an OID.

        Raises:
            InvalidIdentifier: the OID is not one of an INS authority.
        """
        try:
            return cls(oid)
        except ValueError:
            raise refuse(
                "L'autorité d'affectation n'est pas celle d'un INS.",
                code="ins-autorite",
                expected=" ou ".join(cls),
                received=oid,
                reference="FR Core, profil fr-core-patient-ins",
                next_step="vérifiez le domaine d'identification réglé pour cet environnement",
            ) from None

    @classmethod
    def of(cls, environment: str) -> tuple[Self, ...]:
        """The authorities a system of this environment accepts, NIR first."""
        return tuple(authority for authority in cls if authority.environment == environment)


_ENVIRONMENTS = {
    InsAuthority.NIR: Environment.PRODUCTION,
    InsAuthority.NIA: Environment.PRODUCTION,
    InsAuthority.NIR_TEST: Environment.TEST,
    InsAuthority.NIR_DEMO: Environment.DEMO,
}


@dataclass(frozen=True, slots=True, repr=False)
class Ins:
    """A well-formed INS: 13 characters and their key, upper-case, with its authority.

    Raises:
        InvalidIdentifier: wrong form (`ins-forme`) or wrong key (`ins-cle`); the number is never quoted.
    """

    value: str
    authority: InsAuthority

    def __post_init__(self) -> None:
        if not matches(_FORM, self.value):
            raise refuse(
                "Cet INS n'a pas la forme d'un matricule suivi de sa clé.",
                code="ins-forme",
                expected="13 caractères (chiffres, ou 2A/2B pour la Corse) et 2 chiffres de clé, sans espace",
                received=f"{len(self.value)} caractères",
                reference="schéma du téléservice INSi (NIR, clé)",
                next_step=_ASK_AGAIN,
            )
        if (key := ins_key(self.value[:13])) != self.value[13:]:
            raise refuse(
                "La clé de cet INS ne correspond pas à son matricule.",
                code="ins-cle",
                expected=f"clé {key}",
                received=f"clé {self.value[13:]}",
                reference=_KEY_REFERENCE,
                next_step=_ASK_AGAIN,
            )

    @property
    def oid(self) -> str:
        """OID of the assigning authority."""
        return self.authority.value

    @property
    def cx(self) -> str:
        """The HL7 CX of XDS metadata and of the VIHF: ``<15>^^^&<oid>&ISO^NH``."""
        return f"{self.value}^^^&{self.oid}&ISO^NH"

    @classmethod
    def from_cx(cls, text: str) -> Self:
        """Read a CX; a trailing ``^^yyyymmdd`` (CX.8) is accepted and dropped.

        Raises:
            InvalidIdentifier: not the CX of an INS, unknown authority, wrong form or key.
        """
        found = _CX.fullmatch(text)
        if found is None:
            raise InvalidIdentifier(
                "Cet identifiant de patient n'est pas un INS au format CX.",
                code="ins-cx",
                expected="<INS>^^^&<OID>&ISO^NH",
                received=f"{len(text)} caractères d'une autre forme",
                reference="métadonnées XDS du DMP, patientId",
                next_step="vérifiez l'identifiant transmis par l'émetteur",
            )
        return cls(found["value"], InsAuthority.from_oid(found["oid"]))

    @property
    def masked(self) -> str:
        """For logs: the key alone. The other characters tell sex, birth date and birth place."""
        return "*" * 13 + self.value[13:]

    def __repr__(self) -> str:
        return f"Ins({self.masked}, {self.authority.name})"

    __str__ = __repr__
