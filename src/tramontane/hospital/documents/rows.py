"""One document of the DMP as its row and its preview show it: words and badges. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tramontane.dmp.xds import AvailabilityStatus, DocumentEntry
from tramontane.hospital.consultations.describing import (
    FROM_PATIENT,
    INVISIBLE_TO_PATIENT,
    INVISIBLE_TO_REPRESENTATIVES,
    MASKED,
    Described,
)
from tramontane.hospital.consultations.selectors import ShownLine

# The words are those of the integration guide (EX_3.2-1025): not ours to improve.
WARN_PATIENT = "Attention, ce document n'est pas visible du patient"
WARN_REPRESENTATIVES = "Attention, ce document n'est pas visible des représentants légaux pour préserver le secret du mineur titulaire du DMP"
IMAGING = "31"


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words, with its sign and its tone; `detail` is the whole sentence when the word is short for it."""

    tone: str
    icon: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A document of the list.

    Attributes:
        new: found by the last opening.
        newer: unique_id of its newer version, empty when there is none known.
        held_id: the document of the local record, when it is already there.
        read: its content was fetched in this session.
    """

    words: Described
    new: bool = False
    newer: str = ""
    held_id: int | None = None
    read: bool = False

    @property
    def unique_id(self) -> str:
        return self.words.unique_id

    @property
    def type_code(self) -> str:
        return self.words.type_code

    @property
    def class_code(self) -> str:
        return self.words.class_code

    @property
    def label(self) -> str:
        return self.words.label

    @property
    def title(self) -> str:
        return self.words.title or self.words.label

    @property
    def author(self) -> str:
        return self.words.author

    @property
    def institution(self) -> str:
        return self.words.institution

    @property
    def on(self) -> datetime | None:
        return self.words.on

    @property
    def archived(self) -> bool:
        return self.words.status == AvailabilityStatus.ARCHIVED.value

    @property
    def old(self) -> bool:
        return self.words.status == AvailabilityStatus.DEPRECATED.value

    @property
    def imaging(self) -> bool:
        return self.words.class_code == IMAGING

    @property
    def from_patient(self) -> bool:
        return FROM_PATIENT in self.words.marks

    @property
    def masked(self) -> bool:
        return MASKED in self.words.marks

    @property
    def invisible_to_patient(self) -> bool:
        return INVISIBLE_TO_PATIENT in self.words.marks

    @property
    def invisible_to_representatives(self) -> bool:
        return INVISIBLE_TO_REPRESENTATIVES in self.words.marks

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Every badge that applies, in the order of the table."""
        return tuple(badge for applies, badge in BADGES if applies(self))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of EX_3.2-1025, to be read before the document."""
        return tuple(badge.detail for badge in self.badges if badge.detail.startswith("Attention"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Line):
    """A line and the whole entry, for the interfaces of record systems."""

    entry: DocumentEntry

    @classmethod
    def of(cls, line: Line, entry: DocumentEntry) -> Row:
        """Both."""
        return cls(words=line.words, new=line.new, newer=line.newer, held_id=line.held_id, read=line.read, entry=entry)


BADGES: tuple[tuple[Callable[[Line], bool], Badge], ...] = (
    (lambda row: row.new, Badge("info", "●", "Nouveau")),
    (lambda row: bool(row.newer), Badge("warn", "◐", "Version plus récente", "Une version plus récente existe dans le DMP")),
    (lambda row: row.invisible_to_patient, Badge("warn", "⊘", "Non visible du patient", WARN_PATIENT)),
    (
        lambda row: row.invisible_to_representatives,
        Badge("warn", "⊘", "Non visible des représentants légaux", WARN_REPRESENTATIVES),
    ),
    (lambda row: row.masked, Badge("warn", "◌", "Masqué", "Masqué aux professionnels de santé")),
    (lambda row: row.archived, Badge("", "▣", "Archivé")),
    (lambda row: row.old, Badge("", "↺", "Ancienne version")),
    (lambda row: row.imaging, Badge("", "▦", "Imagerie")),
    (lambda row: row.from_patient, Badge("", "☺", "Déposé par le patient")),
    (lambda row: row.held_id is not None, Badge("ok", "✓", "Dans le dossier")),
    (lambda row: row.read, Badge("", "◉", "Lu")),
)  # fmt: skip


def line_of(shown: ShownLine, *, new: frozenset[str], held: dict[str, int], read: frozenset[str]) -> Line:
    """The line of a document; `new` and `read` are unique_ids, `held` says which local document is the same."""
    uid = shown.words.unique_id
    return Line(words=shown.words, newer=shown.replaced_by, new=uid in new, held_id=held.get(uid), read=uid in read)
