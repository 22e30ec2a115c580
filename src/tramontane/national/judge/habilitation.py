"""The habilitation matrix: document type × profession, denied by default (arrêté du 26 octobre 2023, annexe).

The official table was not obtained whole. Known cells come first; a second, loadable table completes them for the
demonstration, and every decision names the table that made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tramontane.dmp.nomenclatures import resource

REFERENCE = "arrêté du 26 octobre 2023, annexe (matrice d'habilitation)"
# A named denial beats a named permission, which beats « all except »: the more precise cell speaks.
_RULES = ("denied includes", "allowed includes", "all types except")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What one source says of one profession (TRE_G15)."""

    profession: str
    rule: str
    types: tuple[str, ...]
    source: str
    certainty: str
    profession_label: str = ""

    def __post_init__(self) -> None:
        if self.rule not in _RULES:
            raise ValueError(f"règle inconnue : {self.rule} ; attendu {', '.join(_RULES)}")

    def decides(self, type_code: str) -> bool | None:
        """Allowed, denied, or silent about this type."""
        named = type_code in self.types
        if self.rule == "all types except":
            return not named
        return (self.rule == "allowed includes") if named else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the matrix says of one type for one profession, and on whose word."""

    allowed: bool
    source: str


@dataclass(frozen=True, slots=True)
class HabilitationMatrix:
    """Tables in order of authority: the first that speaks decides; none speaks, denied."""

    tables: tuple[tuple[Row, ...], ...]

    def decide(self, profession: str, type_code: str) -> Decision:
        """`profession` in TRE_G15, `type_code` in JDV_J66."""
        for table in self.tables:
            for rule in _RULES:
                for row in table:
                    if row.profession == profession and row.rule == rule:
                        allowed = row.decides(type_code)
                        if allowed is not None:
                            return Decision(allowed, row.source)
        return Decision(allowed=False, source="aucune cellule connue : refus par défaut")


def read_table(document: Mapping[str, Any]) -> tuple[Row, ...]:
    """Read the rows of a table `{"rows": [{"profession", "rule", "types", "source", "certainty"}…]}`.

    Raises:
        msgspec.ValidationError: a row is not what the table says.
    """
    return msgspec.convert(document["rows"], tuple[Row, ...])


@cache
def default_matrix() -> HabilitationMatrix:
    """The known official cells, then the demonstration's own table."""
    return matrix_with(files("tramontane.national").joinpath("data", "habilitation_demo.json").read_bytes())


def matrix_with(completion: bytes) -> HabilitationMatrix:
    """The known official cells, completed by a table given as JSON."""
    official = msgspec.json.decode(_plain(resource("habilitation_document_types")))
    return HabilitationMatrix((read_table(official), read_table(msgspec.json.decode(completion))))


def _plain(value: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"rows": [dict(row) for row in value["rows"]]})


def professions(rows: Iterable[Row]) -> frozenset[str]:
    """The professions that a table speaks of."""
    return frozenset(row.profession for row in rows)
