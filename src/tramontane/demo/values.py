"""What the synthetic hospital is made of: frozen values, independent of any database. Every person is fictitious."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Ins, Rpps
from tramontane.dmp.nomenclatures import Coded


@dataclass(frozen=True, slots=True)
class Service:
    """A care unit of a site."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    """A geographic establishment (ET), of the hospital or of a correspondent.

    Attributes:
        sector: code of JDV_J61, e.g. ``SA01``.
        contracted: the AIR contract is signed for this site, so it is on the white list.
    """

    finess: FinessGeographique
    name: str
    city: str
    sector: str
    services: tuple[Service, ...] = ()
    contracted: bool = False


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """A legal entity (EJ) and its sites."""

    finess: FinessJuridique
    name: str
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """Someone who works at the hospital, or a correspondent outside it.

    Attributes:
        key: stable short name, e.g. ``rousseau``.
        rpps: None for staff outside the national directory (admissions, secretariat).
        roles: VIHF roles: G15 profession first, then R01 savoir-faire (physicians) or G05 section (pharmacists).
        specialty: authorSpecialty of what they write (JDV_J01).
        service: code of the service; empty for correspondents.
        second_factor: the second authentication factor owned, in French; empty = password only.
        notice_read: the professional has read the information notice on DMP consultation.
    """

    key: str
    family_name: str
    given_name: str
    title: str
    rpps: Rpps | None
    roles: tuple[Coded, ...]
    specialty: Coded
    site: FinessGeographique
    service: str = ""
    second_factor: str = ""
    notice_read: bool = True

    @property
    def display(self) -> str:
        """``Dr Alice ROUSSEAU``."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name.upper()) if part)

    @property
    def profession(self) -> str:
        """Code of the profession (G15), or of the role of those who have none."""
        return self.roles[0].code


class IdentityStatus(StrEnum):
    """State of the identity in the hospital's record (référentiel national d'identitovigilance)."""

    PROVISOIRE = "provisoire"
    VALIDEE = "validée"
    RECUPEREE = "récupérée"
    QUALIFIEE = "qualifiée"


class DmpState(StrEnum):
    """State of the DMP on the national side."""

    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"


class GrantState(StrEnum):
    """What the patient decided for one professional; expired is VALIDE with an end in the past."""

    VALIDE = "VALIDE"
    INTERDIT = "INTERDIT"


@dataclass(frozen=True, slots=True)
class Grant:
    """One professional's authorisation on the patient's DMP. Instants are aware."""

    holder: Rpps
    state: GrantState
    granted_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dmp:
    """The patient's DMP as the national side knows it."""

    state: DmpState
    closed_on: date | None = None
    opposes_bris_de_glace: bool = False
    opposes_emergency_access: bool = False
    allows_masked_in_emergency: bool = False
    medecin_traitant: Rpps | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalFile:
    """What the hospital itself recorded about the patient.

    Attributes:
        consent: None when nobody asked yet; False when the patient refused.
    """

    identity: IdentityStatus
    informed_on: date | None
    consent: bool | None
    service: str
    admitted_on: date


@dataclass(frozen=True, slots=True)
class Patient:
    """A fictitious patient. `stories` are the identifiers of clinical stories."""

    key: str
    ipp: str
    ins: Ins
    birth_name: str
    usage_name: str
    given_names: tuple[str, ...]
    sex: str
    birth_date: date
    birth_place: str
    city: str
    stories: tuple[str, ...]
    dmp: Dmp
    local: LocalFile

    @property
    def display(self) -> str:
        """``Jeanne MARTIN``."""
        return f"{self.given_names[0]} {(self.usage_name or self.birth_name).upper()}"

    def age_on(self, day: date) -> int:
        """Completed years on that day."""
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday
