"""What the judge looks at. Values only: `tramontane.national.selectors` reads them, nothing here reads anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tramontane.dmp.identity import StructIdNat
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import Vihf

FRANCE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, by whom.

    Attributes:
        transaction: e.g. ``TD3.1``.
        right: row of the functional-rights matrix, e.g. ``TD3.1.metadonnees``.
        vihf: the verified content of the token.
        certificate_structure: Struct_IdNat in the OU of the TLS certificate.
        at: instant of reception, aware.
    """

    transaction: str
    right: str
    vihf: Vihf
    certificate_structure: StructIdNat | None
    at: datetime

    @property
    def day(self) -> date:
        """The French calendar day: contracts begin and end at midnight in Paris."""
        return self.at.astimezone(FRANCE).date()


@dataclass(frozen=True, slots=True)
class StructureFacts:
    """The structure of the VIHF as the FINESS directory knows it; `legal_entity` is its EJ."""

    finess: str
    active: bool
    legal_entity: str


@dataclass(frozen=True, slots=True)
class WhiteListFacts:
    """The contract of the structure. `status` is one of active, expired, suspended, removed; days inclusive."""

    status: str
    valid_from: date
    valid_until: date
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ProfessionalFacts:
    """The professional as the RASS knows it. `linked` is None when the directory records no establishment at all."""

    profession: str
    authorised: bool
    cause: str = ""
    linked: bool | None = None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """The DMP and what its holder decided. `state` is one of none, open, closed."""

    state: str
    opposes_bris_de_glace: bool = False
    opposes_emergency_access: bool = False
    allows_masked_in_emergency: bool = False
    is_medecin_traitant: bool = False
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one request. None: the national side knows no such thing."""

    first_presentation: bool
    structure: StructureFacts | None
    white_list: WhiteListFacts | None
    professional: ProfessionalFacts | None
    patient: PatientFacts | None
    authorisation: Authorisation


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document, as its visibility depends on it.

    Attributes:
        status: URN of its availability status.
        authors: PS_IdNat of the professionals who wrote it.
        structures: Struct_IdNat of the institutions that produced it.
    """

    type_code: str
    status: str
    masked: bool
    invisible_to_patient: bool
    from_patient: bool
    authors: frozenset[str]
    structures: frozenset[str]
