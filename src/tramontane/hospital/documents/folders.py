"""Where a document is filed: the establishment's rule, else the default table by type, then by class. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, unquote

from tramontane.dmp.nomenclatures import class_code_of


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A folder and a subfolder, empty when the document lies directly in the folder."""

    folder: str
    subfolder: str = ""

    @property
    def key(self) -> str:
        """How a form names it: each part quoted, so that no name can be mistaken for two."""
        return f"{quote(self.folder, safe='')}/{quote(self.subfolder, safe='')}"

    @classmethod
    def of_key(cls, key: str) -> Place:
        """Back from a form; names are cut to what the record holds."""
        folder, _, subfolder = key.partition("/")
        return cls(unquote(folder)[:80], unquote(subfolder)[:80])

    def __str__(self) -> str:
        return f"{self.folder} / {self.subfolder}" if self.subfolder else self.folder


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files(__package__).joinpath("data/folders.json").read_text("utf-8"))
    return table


def default_place(type_code: str, class_code: str = "") -> Place:
    """The default table: the type, else its class (JDV_J57), else the folder of what nobody knows."""
    table = _table()
    known = class_code_of(type_code)
    found = table["types"].get(type_code) or table["classes"].get(known.code if known else class_code)
    return Place(**(found or table["default"]))


def place_of(type_code: str, class_code: str, rules: Mapping[str, Place]) -> Place:
    """Where to file a document; `rules` are those of the establishment, by type."""
    return rules.get(type_code) or default_place(type_code, class_code)


def default_places() -> tuple[Place, ...]:
    """Every folder of the default table, in order."""
    table = _table()
    rows = [*table["classes"].values(), *table["types"].values(), table["default"]]
    return tuple(sorted({Place(**row) for row in rows}))
