"""The functional-rights matrix: transaction × (authentication, profession, access mode) → yes, no, or yes with a note.

AIR: PDT-INF-606 v1.3. Direct and indirect: PDT-INF-526 v1.8. The server enforces them; the notes are numbered as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tramontane.dmp.nomenclatures import resource
from tramontane.dmp.vihf import AccessMode, AuthenticationMode, Vihf

PROFESSION_G15 = "1.2.250.1.71.1.2.7"
TRAINING_G16 = "1.2.250.1.71.1.2.8"
MEDECIN = "10"
_MODES = {AccessMode.NORMAL: "normal", AccessMode.BRIS_DE_GLACE: "bris_de_glace", AccessMode.CENTRE_15: "regulation"}


@dataclass(frozen=True, slots=True)
class Right:
    """A cell of the matrix."""

    allowed: bool
    note: str = ""


DENIED = Right(allowed=False)


def column(vihf: Vihf, *, is_medecin_traitant: bool) -> str:
    """The column of the matrix for this caller; a column that does not exist denies everything."""
    mode = _MODES[vihf.access_mode]
    if vihf.mode is AuthenticationMode.INDIRECTE:
        return f"indirect.certificat_es.{mode}"
    prefix = "direct.cps." if vihf.mode is AuthenticationMode.DIRECTE else ""
    return f"{prefix}{_actor(vihf, mode, is_medecin_traitant=is_medecin_traitant)}.{mode}"


def right(vihf: Vihf, row: str, *, is_medecin_traitant: bool) -> Right:
    """The cell that applies. Unknown rows and columns are denied."""
    cell = _rows(vihf.mode).get(row, {}).get(column(vihf, is_medecin_traitant=is_medecin_traitant), False)
    return Right(cell) if isinstance(cell, bool) else Right(cell["allowed"], cell["note"])


def _actor(vihf: Vihf, mode: str, *, is_medecin_traitant: bool) -> str:
    role = vihf.roles[0]
    if role.code_system not in (PROFESSION_G15, TRAINING_G16):
        return "pe_non_ps"
    if (role.code_system, role.code) != (PROFESSION_G15, MEDECIN):
        return "ps_non_medecin"
    # The matrices have no column for an attending physician in « régulation »: there, a physician like another.
    return "medecin_traitant" if is_medecin_traitant and mode != "regulation" else "medecin"


@cache
def _rows(mode: AuthenticationMode) -> Mapping[str, Mapping[str, Any]]:
    air = mode is AuthenticationMode.INDIRECTE_RENFORCEE
    table = resource("functional_rights_air" if air else "functional_rights_direct_indirect")
    return {row["code"]: row["rights"] for row in table["rows"]}
