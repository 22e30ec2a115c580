"""What `tramontane inspect` says of some bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

HIDDEN = "(masqué)"


class Kind(StrEnum):
    """The families of what is recognised."""

    REQUEST = "soap-request"
    RESPONSE = "soap-response"
    FAULT = "soap-fault"
    BODY = "soap-body"
    VIHF = "vihf"
    CDA = "cda"
    XDM = "xdm"
    HL7V2 = "hl7v2"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary, in French."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """The summary of one message or document.

    Attributes:
        kind: its family.
        title: what it is, in one French sentence.
        transaction: e.g. ``TD3.1``; empty outside the DMP's transactions.
        rows: what a reader wants to know first, in order.
        documents: metadata of each document described, when the message describes some.
        details: other values for programs, all of them JSON.
    """

    kind: Kind
    title: str
    transaction: str = ""
    rows: tuple[Row, ...] = ()
    documents: tuple[Mapping[str, Any], ...] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recognised(self) -> bool:
        return self.kind is not Kind.UNKNOWN

    @property
    def summary_lines(self) -> tuple[str, ...]:
        """The title, then each row, ready to print."""
        return (self.title, *(f"{row.label} : {row.value}" for row in self.rows))

    def as_json(self) -> dict[str, Any]:
        """The same, for programs: only what JSON knows."""
        documents = {} if self.documents is None else {"documents": [dict(document) for document in self.documents]}
        return {
            "kind": self.kind.value,
            "title": self.title,
            "transaction": self.transaction,
            "rows": [{"label": row.label, "value": row.value} for row in self.rows],
            **documents,
            **self.details,
        }

    def with_rows(self, *rows: Row) -> Inspection:
        """The same, these rows added at the end."""
        return replace(self, rows=(*self.rows, *rows))


def rows(*pairs: tuple[str, object]) -> tuple[Row, ...]:
    """A row for each pair whose value says something."""
    return tuple(Row(label, str(value)) for label, value in pairs if value not in (None, "", ()))


def unknown(sentence: str, *extra: Row) -> Inspection:
    """What could not be recognised, and why."""
    return Inspection(Kind.UNKNOWN, sentence, rows=extra)


def listed(values: Iterable[str]) -> str:
    return " ; ".join(value for value in values if value)
