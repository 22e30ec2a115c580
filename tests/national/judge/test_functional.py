"""The functional-rights matrix, cell by cell against the fiche as printed."""

import pytest

from support.national import INFIRMIER, MEDECIN, indirect, vihf
from tramontane.dmp.identity import PsIdNat
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf import AccessMode, AuthenticationMode, Vihf
from tramontane.national.judge import right
from tramontane.national.judge.functional import column

# PDT-INF-606 v1.3 as printed: non-physician N R B, physician N R B, attending physician N B.
PRINTED = {
    "TD0.2": "ooo ooo oo",
    "TD1.3a": "ooo ooo oo",
    "TD0.3.declarer": "onn onn on",
    "TD0.3.supprimer": "onn onn on",
    "TD0.4": "ooo ooo oo",
    "TD0.5": "non non nn",
    "TD1.6": "onn onn on",
    "TD2.1": "nnn nnn nn",
    "TD3.1.metadonnees": "ooo ooo oo",
    "TD3.2.non_masque": "ooo ooo oo",
    "TD3.2.masque": "677 677 o7",
    "TD3.3a.masquer": "onn onn on",
    "TD3.3a.demasquer": "8nn 8nn on",
    "TD3.3b": "onn onn on",
    "TD3.3d.archiver": "8nn ooo oo",
    "TD3.3c": "888 888 88",
}
N, R, B = AccessMode.NORMAL, AccessMode.CENTRE_15, AccessMode.BRIS_DE_GLACE
COLUMNS = [
    (INFIRMIER, False, (N, R, B)),
    (MEDECIN, False, (N, R, B)),
    (MEDECIN, True, (N, B)),
]


def cell(content: Vihf, row: str, *, is_medecin_traitant: bool) -> str:
    """o, n, or the note."""
    found = right(content, row, is_medecin_traitant=is_medecin_traitant)
    return found.note or ("o" if found.allowed else "n")


@pytest.mark.parametrize("row", PRINTED)
def test_air_rights_are_those_of_the_fiche(row: str) -> None:
    read = " ".join(
        "".join(cell(vihf(who, access_mode=mode), row, is_medecin_traitant=mt) for mode in modes)
        for who, mt, modes in COLUMNS
    )
    assert read == PRINTED[row]


@pytest.mark.parametrize(
    ("row", "printed"),
    [("TD2.1", "4"), ("TD3.1.reference", "5"), ("TD3.1.metadonnees", "n"), ("TD3.2.non_masque", "n"), ("TD3.3c", "9")],
)
def test_a_structure_in_plain_indirecte_feeds_and_does_not_read(row: str, printed: str) -> None:
    assert cell(indirect(), row, is_medecin_traitant=False) == printed


def test_bris_de_glace_does_not_exist_in_plain_indirecte() -> None:
    content = indirect(access_mode=B)
    assert not right(content, "TD0.2", is_medecin_traitant=False).allowed


def test_an_unknown_row_is_denied() -> None:
    assert not right(vihf(), "TD9.9", is_medecin_traitant=True).allowed


def test_an_attending_physician_is_a_physician_like_another_in_regulation() -> None:
    assert column(vihf(access_mode=R), is_medecin_traitant=True) == "medecin.regulation"


def test_direct_authentication_has_its_own_columns() -> None:
    content = vihf(mode=AuthenticationMode.DIRECTE, primary_authentication=None, subject=PsIdNat("899900063480"))
    assert column(content, is_medecin_traitant=False) == "direct.cps.medecin.normal"


def test_someone_who_is_no_health_professional_reads_nothing() -> None:
    secretary = vihf(roles=(Coded("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),))
    assert column(secretary, is_medecin_traitant=False) == "pe_non_ps.normal"
    assert not right(secretary, "TD3.1.metadonnees", is_medecin_traitant=False).allowed
