"""What a référentiel file is refused with."""

from __future__ import annotations

from collections.abc import Iterable

from tramontane.dmp.errors import LocalError


class InvalidReferentiel(LocalError):
    """A référentiel, or the text of one, that cannot be read. `problems` says where, one sentence each."""

    code = "referentiel-invalide"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "Le fichier du référentiel n’est pas utilisable.",
            received=" ; ".join(self.problems),
            next_step="corrigez le fichier aux endroits indiqués, puis relancez la lecture",
        )
