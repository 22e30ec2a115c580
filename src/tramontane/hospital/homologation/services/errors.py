"""What a write is refused with."""

from __future__ import annotations

from collections.abc import Iterable

from tramontane.dmp.errors import LocalError
from tramontane.rules.homologation import Objection


class RefusedError(LocalError):
    """What was typed cannot be recorded; `objections` says, field by field, why."""

    code = "homologation-saisie-refusee"

    def __init__(self, objections: Iterable[Objection]) -> None:
        self.objections = tuple(objections)
        super().__init__("La saisie n’est pas enregistrable.", received=" ".join(o.sentence for o in self.objections))


class OutdatedError(Exception):
    """Somebody else wrote meanwhile: what was on the screen is no longer what is kept."""


def refuse(field: str, sentence: str) -> None:
    """Raise `RefusedError` when there is a sentence."""
    if sentence:
        raise RefusedError([Objection(field, sentence)])
