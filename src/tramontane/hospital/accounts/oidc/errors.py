"""Why a delegated login was refused: a stable code for the trace, a sentence for the person."""

from __future__ import annotations


class OidcError(Exception):
    """A delegated login that stops here.

    Attributes:
        code: the failed check, kebab-case; what the trace and the log keep.
        sentence: what the person reads. Never a token, never a claim's value.
    """

    def __init__(self, code: str, sentence: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence or (
            "La réponse du fournisseur d’identité n’est pas acceptable : la connexion est refusée par prudence. "
            "Recommencez ; si cela se répète, prévenez le service informatique en donnant le code affiché."
        )
