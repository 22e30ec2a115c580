"""The clinical stories and the catalogue of documents, read once from the package's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tramontane.demo.package_data import read


@dataclass(frozen=True, slots=True)
class Story:
    """One clinical story: who may live it, and the texts it gives to documents (`stories.toml`)."""

    id: str
    label: str
    cim10: str
    ages: tuple[int, int]
    sexes: str
    weight: int
    service: str
    once: bool
    antecedents: tuple[str, ...]
    treatments: tuple[tuple[str, str, str], ...]
    biology: tuple[tuple[str, float, float, int, str, str], ...]
    texts: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]

    def suits(self, sex: str, age: int) -> bool:
        """Whether someone of this sex and age may live it."""
        return sex in self.sexes and self.ages[0] <= age <= self.ages[1]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document (`catalogue.toml`, where each field is explained)."""

    id: str
    type: str
    title: str
    author: str
    sections: tuple[Mapping[str, str], ...]
    offset: int
    weight: int
    body: str = "pdf"
    format: str = "urn:ihe:iti:xds-sd:pdf:2008"
    setting: str = "ETABLISSEMENT"
    activity: str = "03"
    part: str = ""
    ages: tuple[int, int] = (0, 130)

    def suits(self, story: Story, age: int) -> bool:
        """Whether this story gives what the document needs, to a patient of this age."""
        has_part = not self.part or self.part in story.parts or self.part in story.texts
        return has_part and self.ages[0] <= age <= self.ages[1]


_TEXTS = ("motif", "histoire", "examen", "evolution", "conclusion", "sortie", "nursing", "physio")


@cache
def stories() -> Mapping[str, Story]:
    """Every story, by id."""
    return {row["id"]: _story(row) for row in read("stories.toml")["story"]}


@cache
def catalogue() -> Mapping[str, Kind]:
    """Every kind of document, by id."""
    rows = read("catalogue.toml")["kind"]
    return {row["id"]: _kind(row) for row in rows}


def _kind(row: dict[str, Any]) -> Kind:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Kind(**fields)


def _story(row: dict[str, Any]) -> Story:
    return Story(
        id=row["id"],
        label=row["label"],
        cim10=row["cim10"],
        ages=tuple(row["ages"]),
        sexes=row["sexes"],
        weight=row["weight"],
        service=row["service"],
        once=row.get("once", False),
        antecedents=tuple(row["antecedents"]),
        treatments=tuple(map(tuple, row["treatments"])),
        biology=tuple(map(tuple, row["biology"])),
        texts={key: row[key] for key in _TEXTS if key in row},
        parts={key: value for key, value in row.items() if isinstance(value, dict)},
    )
