"""The filters of the DMP list: what a query string asks for, its chips, the rows that pass. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tramontane.hospital.documents.rows import Line

MONTHS_24 = "24m"
EVERYTHING = "tout"
ALSO = {"archives": "avec les archivés", "anciennes": "avec les anciennes versions"}
ONLY = {
    "nouveaux": "Nouveaux",
    "masques": "Masqués aux professionnels",
    "invisibles": "Non visibles du patient",
    "representants": "Non visibles des représentants légaux",
    "imagerie": "Imagerie",
    "patient": "Déposés par le patient",
}
_ONLY: Mapping[str, Callable[[Line], bool]] = {
    "nouveaux": lambda row: row.new,
    "masques": lambda row: row.masked,
    "invisibles": lambda row: row.invisible_to_patient,
    "representants": lambda row: row.invisible_to_representatives,
    "imagerie": lambda row: row.imaging,
    "patient": lambda row: row.from_patient,
}
ORDERS = {"date": "Date", "type": "Type", "auteur": "Auteur", "titre": "Titre"}
_SORTS: Mapping[str, Callable[[Line], Any]] = {
    "date": lambda _row: "",
    "type": lambda row: row.label.casefold(),
    "auteur": lambda row: (row.institution.casefold(), row.author.casefold()),
    "titre": lambda row: row.title.casefold(),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the query string without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list shows. The default is « 24 derniers mois », active documents, newest first.

    Attributes:
        period: `24m` or `tout`; ignored when dates are given.
        types, authors: codes of JDV_J66, names of structures or professionals; empty: all.
        also: states added to the active documents, keys of ALSO.
        only: kept states, keys of ONLY; several are alternatives.
        since, until: dates of the act, both included.
        text: words, each found in the title, the type, the author or the structure.
    """

    period: str = MONTHS_24
    types: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    text: str = ""
    order: str = "date"

    @classmethod
    def read(cls, query: Any) -> Filters:
        """From a QueryDict. What is not understood is left out."""
        return cls(
            period=EVERYTHING if query.get("periode") == EVERYTHING else MONTHS_24,
            types=_known(query.getlist("type")),
            authors=_known(query.getlist("auteur")),
            also=tuple(key for key in ALSO if key in query.getlist("aussi")),
            only=tuple(key for key in ONLY if key in query.getlist("seulement")),
            since=_day(query.get("du", "")),
            until=_day(query.get("au", "")),
            text=query.get("q", "").strip()[:200],
            order=query.get("tri") if query.get("tri") in ORDERS else "date",
        )

    @property
    def query(self) -> str:
        """The query string that asks for these filters; empty for the default."""
        plain = {
            "periode": "" if self.period == MONTHS_24 else self.period,
            "du": self.since.isoformat() if self.since else "",
            "au": self.until.isoformat() if self.until else "",
            "q": self.text,
            "tri": "" if self.order == "date" else self.order,
        }
        many = {"type": self.types, "auteur": self.authors, "aussi": self.also, "seulement": self.only}
        pairs = [(name, value) for name, value in plain.items() if value]
        return urlencode(pairs + [(name, value) for name, values in many.items() for value in values])

    @property
    def dated(self) -> bool:
        """Whether dates replace the preset period."""
        return self.since is not None or self.until is not None

    def chips(self, labels: Mapping[str, str]) -> tuple[Chip, ...]:
        """One removable chip a filter; `labels` names the types."""
        found = [("24 derniers mois", replace(self, period=EVERYTHING))] if self._preset else []
        found += [(ONLY[key], replace(self, only=_less(self.only, key))) for key in self.only]
        found += [(ALSO[key].capitalize(), replace(self, also=_less(self.also, key))) for key in self.also]
        found += [(labels.get(code, code), replace(self, types=_less(self.types, code))) for code in self.types]
        found += [(name, replace(self, authors=_less(self.authors, name))) for name in self.authors]
        found += [(f"À partir du {self.since:%d/%m/%Y}", replace(self, since=None))] if self.since else []
        found += [(f"Jusqu’au {self.until:%d/%m/%Y}", replace(self, until=None))] if self.until else []
        found += [(f"« {self.text} »", replace(self, text=""))] if self.text else []
        return tuple(Chip(text, without.query) for text, without in found)

    def apply(self, rows: Iterable[Line], *, now: datetime, zone: ZoneInfo) -> list[Line]:
        """The rows that pass, in order; documents of the patient after the others, whatever the order (EX_3.1-1040)."""
        start, end = self._bounds(now.astimezone(zone).date())
        words = self.text.casefold().split()
        kept = [row for row in rows if self._passes(row) and _within(row, start, end, zone) and _says(row, words)]
        kept.sort(key=lambda row: row.on.timestamp() if row.on else float("-inf"), reverse=True)
        return sorted(kept, key=lambda row: (row.from_patient, _SORTS[self.order](row)))

    @property
    def _preset(self) -> bool:
        return self.period == MONTHS_24 and not self.dated

    def _bounds(self, today: date) -> tuple[date | None, date | None]:
        return (_two_years_before(today), None) if self._preset else (self.since, self.until)

    def _passes(self, row: Line) -> bool:
        return (
            (not row.archived or "archives" in self.also)
            and (not row.old or "anciennes" in self.also)
            and (not self.only or any(_ONLY[key](row) for key in self.only))
            and (not self.types or row.type_code in self.types)
            and (not self.authors or bool({row.author, row.institution} & set(self.authors)))
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """A value one may filter on, and how many documents bear it."""

    value: str
    text: str
    count: int


def type_choices(rows: Iterable[Line]) -> list[Choice]:
    """The types present, most numerous first."""
    found = [(row.type_code, row.label) for row in rows]
    return [Choice(code, label, count) for (code, label), count in Counter(found).most_common()]


def author_choices(rows: Iterable[Line]) -> list[Choice]:
    """The structures present, else the authors, most numerous first."""
    found = Counter(row.institution or row.author for row in rows)
    return [Choice(name, name, count) for name, count in found.most_common() if name]


def _known(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:50]


def _less(values: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(value for value in values if value != gone)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _two_years_before(today: date) -> date:
    return today.replace(year=today.year - 2, day=28 if (today.month, today.day) == (2, 29) else today.day)


def _within(row: Line, start: date | None, end: date | None, zone: ZoneInfo) -> bool:
    """A document without any date is never hidden by one."""
    if row.on is None:
        return True
    on = row.on.astimezone(zone).date()
    return (start is None or on >= start) and (end is None or on <= end)


def _says(row: Line, words: list[str]) -> bool:
    text = f"{row.title} {row.label} {row.author} {row.institution}".casefold()
    return all(word in text for word in words)
