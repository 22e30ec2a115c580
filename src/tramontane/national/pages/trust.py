"""The authorities whose cards may log in: those of the machine face, read again when their files change."""

from __future__ import annotations

from functools import cache

from tramontane.dmp.signature.certificates import TrustStore
from tramontane.national.policy import TrustFiles


def trust() -> TrustStore:
    """The current trust store."""
    return _files()()


@cache
def _files() -> TrustFiles:
    return TrustFiles.from_environment()
