"""The cases, read from data: numbered, with their reference and how an exchange concerns them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which exchanges a case concerns; empty concerns all."""

    transaction: str = ""
    access_mode: str = ""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The refusal that a case is about: the check that refuses, and the codes that may then be on the wire."""

    check: str
    codes: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case; the head of data/cases.yaml says what each kind means."""

    number: int
    code: str
    title: str
    kind: Literal["checks", "granted", "preceded", "yields", "well_formed", "recovers"]
    reference: str
    expected: str
    about: About = About()
    steps: tuple[int, ...] = ()
    by: str = ""
    refusal: Refusal | None = None
    at_most: int = 0

    def __post_init__(self) -> None:
        """Refuse a case that could only ever be NOT RUN, or pass."""
        needed = {"checks": self.steps, "preceded": self.by, "yields": self.refusal}
        if not needed.get(self.kind, True):
            raise ValueError(f"cas {self.number} : il manque ce que « {self.kind} » regarde")


class CaseBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of this version."""

    version: str
    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        """Numbers follow each other from 1: a report is read by number."""
        if [case.number for case in self.cases] != list(range(1, len(self.cases) + 1)):
            raise ValueError("les cas se numérotent de 1 en 1")


@cache
def case_book() -> CaseBook:
    """The cases of this version of the stand-in."""
    data = files("tramontane.national.conformance").joinpath("data", "cases.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=CaseBook)
