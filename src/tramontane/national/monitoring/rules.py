"""The rules, read from data: each with its figure, its threshold, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

VARIABLE = "TRAMONTANE_NATIONAL_MONITORING_RULES"


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which traces are counted; what is empty or false narrows nothing. See `monitoring.conditions`."""

    transactions: tuple[str, ...] = ()
    results: tuple[Literal["granted", "refused", "unusable", "scripted"], ...] = ()
    access_mode: Literal["", "normal", "bris_de_glace", "centre_15"] = ""
    night_or_weekend: bool = False
    new_to_structure: bool = False
    without_episode: bool = False
    watched: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule; the head of data/rules.yaml says what each field means."""

    code: str
    title: str
    subject: Literal["rpps", "structure", "ins"]
    count: Literal["ins", "rpps", "structure", "repeats"]
    per: Literal["hour", "window"]
    days: int
    threshold: int
    unit: str
    where: Conditions
    why: str
    next_step: str
    share: float = 0.0
    of: Conditions | None = None

    def __post_init__(self) -> None:
        """Refuse what would never, or always, open an alert."""
        if self.threshold < 1 or not 1 <= self.days <= 366 or not 0 <= self.share <= 1:
            raise ValueError(f"{self.code} : seuil ≥ 1, 1 à 366 jours, part entre 0 et 1")
        if bool(self.share) != (self.of is not None):
            raise ValueError(f"{self.code} : « share » et « of » vont ensemble")
        if self.unit.count(",") != 1:
            raise ValueError(f"{self.code} : « unit » donne le singulier et le pluriel, séparés par une virgule")


class RuleBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of an installation."""

    version: str
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        """Codes name alerts: each is there once."""
        if len(self.by_code) != len(self.rules):
            raise ValueError("deux règles portent le même code")

    @property
    def by_code(self) -> Mapping[str, Rule]:
        """Each rule under its code."""
        return {rule.code: rule for rule in self.rules}


def read(data: bytes) -> RuleBook:
    """A rule book from YAML.

    Raises:
        msgspec.ValidationError: a field is missing, unknown or out of range; the message says which.
    """
    return msgspec.yaml.decode(data, type=RuleBook)


@cache
def rule_book() -> RuleBook:
    """The rules of the file that TRAMONTANE_NATIONAL_MONITORING_RULES names; those of this version without it.

    Raises:
        OSError: the file cannot be read.
        msgspec.ValidationError: it is no rule book.
    """
    path = os.environ.get(VARIABLE)
    if path:
        return read(Path(path).read_bytes())
    return read(files("tramontane.national.monitoring").joinpath("data", "rules.yaml").read_bytes())
