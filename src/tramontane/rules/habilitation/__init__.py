"""Who may read which document type: the national matrix, the hospital's own narrower rules, the effect of a change."""

from tramontane.rules.habilitation.effect import Change, diff
from tramontane.rules.habilitation.local import LocalRule, LocalRules, ServiceHabilitations
from tramontane.rules.habilitation.matrix import Habilitations, Matrix, MatrixRow, Permission, Ruling, national_matrix

__all__ = [
    "Change",
    "Habilitations",
    "LocalRule",
    "LocalRules",
    "Matrix",
    "MatrixRow",
    "Permission",
    "Ruling",
    "ServiceHabilitations",
    "diff",
    "national_matrix",
]
