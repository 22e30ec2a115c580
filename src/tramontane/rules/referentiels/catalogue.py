"""The référentiels that come with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tramontane.rules.referentiels.model import Referentiel
from tramontane.rules.referentiels.reading import read

# One file an identifier, beside this module.
_SHIPPED = ("dmp", "rie", "hospiconnect")


def shipped_ids() -> tuple[str, ...]:
    """Identifiers of the référentiels shipped, in the order of the screens."""
    return _SHIPPED


@cache
def shipped(name: str) -> Referentiel:
    """A référentiel shipped with the package.

    Raises:
        KeyError: no such référentiel.
    """
    if name not in _SHIPPED:
        raise KeyError(name)
    return read(files(__package__).joinpath(f"{name}.yaml").read_bytes())
