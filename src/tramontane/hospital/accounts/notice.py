"""The notice on the use of the RPPS number (SC.DMP/CONF.11), as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Notice:
    """The texts as quoted by the source, the label of the button, and the version that identifies them."""

    texts: tuple[str, ...]
    button: str
    requirement: str

    @property
    def version(self) -> str:
        """SHA-256 of the texts: one changed word asks for a new reading."""
        return hashlib.sha256("\n".join(self.texts).encode()).hexdigest()


@cache
def notice() -> Notice:
    """The notice of this version of the product."""
    text = (resources.files("tramontane.hospital.accounts") / "data" / "notice.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return Notice(tuple(data["texts"]), data["button"], data["requirement"])
