"""The national matrix: what the sources say, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tramontane.dmp.errors import LocalError
from tramontane.rules.habilitation import Matrix, Ruling, national_matrix

MEDECIN, DENTISTE, INFIRMIER, PHARMACIEN = "10", "40", "60", "21"
CR, RESIDENCE, PRESCRIPTION_TYPES = "11502-2", "ATTEST-RESID", "75496-0"


def rows(*statements: tuple[str, str, list[str]]) -> dict[str, Any]:
    told = [{"profession": p, "rule": r, "types": t, "source": "fiche", "certainty": "lue"} for p, r, t in statements]
    return {"status": "matrice d'essai", "rows": told}


@pytest.mark.parametrize(
    ("profession", "type_code", "ruling"),
    [
        (MEDECIN, RESIDENCE, Ruling.DENIED),
        (MEDECIN, CR, Ruling.ALLOWED),
        (MEDECIN, "un type à venir", Ruling.ALLOWED),
        (DENTISTE, PRESCRIPTION_TYPES, Ruling.DENIED),
        (DENTISTE, CR, Ruling.UNKNOWN),
        (INFIRMIER, CR, Ruling.ALLOWED),
        (INFIRMIER, "89601-9", Ruling.DENIED),
        (INFIRMIER, RESIDENCE, Ruling.UNKNOWN),
        (PHARMACIEN, CR, Ruling.UNKNOWN),
    ],
)
def test_the_known_cells_of_the_national_matrix(profession: str, type_code: str, ruling: Ruling) -> None:
    permission = national_matrix().allows(profession, type_code)
    assert permission.ruling is ruling
    assert permission.allowed is (ruling is Ruling.ALLOWED)
    assert permission.source


def test_each_answer_says_which_source_and_how_sure() -> None:
    assert national_matrix().allows(MEDECIN, CR).source == "information-dentaire.fr article on the arrêté (reported)"
    assert national_matrix().allows(INFIRMIER, CR).source.startswith("infirmiers.com (reported")
    assert "PARTIAL" in national_matrix().allows(PHARMACIEN, CR).source


def test_the_national_matrix_names_its_professions() -> None:
    assert national_matrix().professions == {MEDECIN, DENTISTE, INFIRMIER}
    assert national_matrix() is national_matrix()


def test_a_cell_that_a_complete_matrix_does_not_mention_is_denied() -> None:
    content = rows((INFIRMIER, "allowed includes", [CR]))
    complete = Matrix.load(content, complete=True)
    assert complete.allows(INFIRMIER, CR).ruling is Ruling.ALLOWED
    assert complete.allows(INFIRMIER, RESIDENCE).ruling is Ruling.DENIED
    assert complete.allows(PHARMACIEN, CR).ruling is Ruling.DENIED
    assert Matrix.load(content).allows(PHARMACIEN, CR).ruling is Ruling.UNKNOWN


def test_a_matrix_that_contradicts_itself_is_refused_with_the_cell() -> None:
    with pytest.raises(LocalError) as error:
        Matrix.load(rows((INFIRMIER, "allowed includes", [CR]), (INFIRMIER, "denied includes", [CR])))
    assert error.value.code == "matrice-contradictoire"
    assert f"profession {INFIRMIER}, type {CR}" in error.value.received


def test_two_professions_may_be_told_the_opposite() -> None:
    matrix = Matrix.load(rows((INFIRMIER, "allowed includes", [CR]), (DENTISTE, "denied includes", [CR])))
    assert matrix.allows(DENTISTE, CR).ruling is Ruling.DENIED


def test_a_form_of_rule_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LocalError) as error:
        Matrix.load(rows((INFIRMIER, "sometimes", [CR])))
    assert (error.value.code, error.value.received) == ("matrice-regle-inconnue", "sometimes")
