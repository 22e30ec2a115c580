"""The national matrix, profession × document type, as data.

The annex of the arrêté of 26 October 2023 (JORF 29/10/2023): 19 professions, 87 document types. Only a part of it could
be obtained, hence a third answer besides allowed and denied: unknown. The SI-DMP is the judge; the hospital uses this to
say beforehand what will be missing, and to restrict further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, Self

from tramontane.dmp.errors import LocalError
from tramontane.dmp.nomenclatures import ResourceName, resource


class Ruling(StrEnum):
    """What the matrix says of one cell."""

    ALLOWED = "autorisé"
    DENIED = "refusé"
    UNKNOWN = "inconnu"


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer for one profession and one document type, with where it comes from."""

    ruling: Ruling
    source: str

    @property
    def allowed(self) -> bool:
        """Only an explicit permission allows."""
        return self.ruling is Ruling.ALLOWED


class Habilitations(Protocol):
    """Anything that answers for a profession and a document type."""

    def allows(self, profession: str, type_code: str) -> Permission:
        """The permission of a profession (G15 code) on a document type (J66 code)."""
        ...


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One statement of a source about one profession.

    Attributes:
        profession: code of TRE_G15.
        ruling: what it says of `types`.
        types: document type codes.
        otherwise: what it says of every other type; UNKNOWN when the source lists examples only.
        source: the source and its certainty, in words.
    """

    profession: str
    ruling: Ruling
    types: frozenset[str]
    otherwise: Ruling
    source: str


# The three forms of statement of the data file: (said of the types listed, said of all the others).
_RULES: dict[str, tuple[Ruling, Ruling]] = {
    "all types except": (Ruling.DENIED, Ruling.ALLOWED),
    "denied includes": (Ruling.DENIED, Ruling.UNKNOWN),
    "allowed includes": (Ruling.ALLOWED, Ruling.UNKNOWN),
}


@dataclass(frozen=True)
class Matrix:
    """A profession × document type matrix.

    Attributes:
        rows: what the sources say.
        source: the matrix itself, in words.
        complete: whether a cell nobody mentions is denied (whole official table) or unknown (partial one).

    Raises:
        LocalError: two rows contradict each other about a cell.
    """

    rows: tuple[MatrixRow, ...]
    source: str
    complete: bool = False

    def __post_init__(self) -> None:
        for row in self.rows:
            for type_code in row.types:
                said = {ruling for ruling, _ in self._stated(row.profession, type_code)}
                if len(said) > 1:
                    raise _contradiction(row.profession, type_code)

    @classmethod
    def load(cls, content: Mapping[str, Any], *, complete: bool = False) -> Self:
        """A matrix from its data file: `status`, and `rows` of profession, rule, types, source, certainty.

        Raises:
            LocalError: an unknown form of rule, or rows that contradict each other.
        """
        return cls(tuple(_row(row) for row in content["rows"]), content["status"], complete)

    def allows(self, profession: str, type_code: str) -> Permission:
        """What the matrix says; a cell nobody mentions is UNKNOWN, or DENIED in a complete matrix."""
        stated = self._stated(profession, type_code) or self._otherwise(profession)
        default = (Ruling.DENIED if self.complete else Ruling.UNKNOWN, self.source)
        return Permission(*next(iter(stated), default))

    @property
    def professions(self) -> frozenset[str]:
        """The professions some row mentions."""
        return frozenset(row.profession for row in self.rows)

    def _stated(self, profession: str, type_code: str) -> list[tuple[Ruling, str]]:
        return [
            (row.ruling, row.source) for row in self.rows if row.profession == profession and type_code in row.types
        ]

    def _otherwise(self, profession: str) -> list[tuple[Ruling, str]]:
        rows = [row for row in self.rows if row.profession == profession and row.otherwise is not Ruling.UNKNOWN]
        return [(row.otherwise, row.source) for row in rows]


def _row(row: Mapping[str, Any]) -> MatrixRow:
    try:
        ruling, otherwise = _RULES[row["rule"]]
    except KeyError:
        raise LocalError(
            "La matrice d'habilitation contient une règle d'une forme inconnue.",
            code="matrice-regle-inconnue",
            expected=", ".join(_RULES),
            received=str(row["rule"]),
            reference="matrice d'habilitation, arrêté du 26 octobre 2023",
            next_step="corrigez le fichier de la matrice",
        ) from None
    source = f"{row['source']} ({row['certainty']})"
    return MatrixRow(row["profession"], ruling, frozenset(row["types"]), otherwise, source)


def _contradiction(profession: str, type_code: str) -> LocalError:
    return LocalError(
        "La matrice d'habilitation se contredit.",
        code="matrice-contradictoire",
        expected="une seule réponse par profession et par type de document",
        received=f"profession {profession}, type {type_code}\u00a0: autorisé et refusé",
        reference="matrice d'habilitation, arrêté du 26 octobre 2023",
        next_step="corrigez le fichier de la matrice",
    )


@cache
def national_matrix() -> Matrix:
    """The part of the national matrix shipped with the library."""
    return Matrix.load(resource(ResourceName.HABILITATION_DOCUMENT_TYPES))
