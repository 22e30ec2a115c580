"""National identifiers as values that cannot be invalid once built: patients, professionals, structures."""

from tramontane.dmp.identity.ins import Environment, Ins, InsAuthority
from tramontane.dmp.identity.professional import PsIdKind, PsIdNat, Rpps
from tramontane.dmp.identity.structure import (
    FinessGeographique,
    FinessJuridique,
    Siren,
    Siret,
    StructIdKind,
    StructIdNat,
)

__all__ = [
    "Environment",
    "FinessGeographique",
    "FinessJuridique",
    "Ins",
    "InsAuthority",
    "PsIdKind",
    "PsIdNat",
    "Rpps",
    "Siren",
    "Siret",
    "StructIdKind",
    "StructIdNat",
]
