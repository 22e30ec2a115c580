"""The effect of a change, before it is made."""

from __future__ import annotations

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import (
    LocalRule,
    LocalRules,
    Matrix,
    Ruling,
    ServiceHabilitations,
    diff,
    national_matrix,
)

MEDECIN, INFIRMIER = "10", "60"
CR, VACCINATION = "11502-2", "11369-6"


def matrix(*types: str) -> Matrix:
    row = {"profession": INFIRMIER, "rule": "allowed includes", "types": types, "source": "fiche", "certainty": "lue"}
    return Matrix.load({"status": "matrice d'essai", "rows": [row]}, complete=True)


def test_a_new_matrix_tells_who_gains_and_who_loses_what() -> None:
    changes = diff(matrix(CR), matrix(VACCINATION))
    assert [(c.profession, c.type_code) for c in changes if c.gain] == [(INFIRMIER, VACCINATION)]
    assert [(c.profession, c.type_code) for c in changes if c.loss] == [(INFIRMIER, CR)]
    assert len(changes) == 2


def test_the_same_matrix_changes_nothing() -> None:
    assert diff(national_matrix(), national_matrix()) == ()


def test_a_cell_that_becomes_unknown_is_a_loss_and_one_that_becomes_denied_from_unknown_is_neither() -> None:
    partial = Matrix.load({"status": "matrice d'essai", "rows": []})
    lost = diff(matrix(CR), partial, professions=[INFIRMIER], types=[CR])
    assert [(c.loss, c.gain, c.after.ruling) for c in lost] == [(True, False, Ruling.UNKNOWN)]
    settled = diff(partial, matrix(CR), professions=[INFIRMIER], types=[VACCINATION])
    assert [(c.loss, c.gain, c.after.ruling) for c in settled] == [(False, False, Ruling.DENIED)]


def test_withdrawing_consultation_from_a_service_shows_every_type_it_loses() -> None:
    consult = LocalRules((LocalRule(MEDECIN, "", LocalRights(consult=True)),))
    before = ServiceHabilitations(national_matrix(), consult, "cardiologie")
    after = ServiceHabilitations(national_matrix(), LocalRules(()), "cardiologie")
    changes = diff(before, after)
    assert all(change.loss and change.profession == MEDECIN for change in changes)
    # Every type of the DMP but the one the matrix already denies.
    assert len(changes) == len(value_set(ValueSetName.TYPE_CODE)) - 1
