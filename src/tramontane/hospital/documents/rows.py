"""One document of the DMP as its row and its preview show it: words and badges. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.xds import AuthorInstitution, AuthorPerson, AvailabilityStatus, DocumentEntry
from tramontane.hospital.consultations.selectors import ShownDocument

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


@dataclass(frozen=True, slots=True)
class Row:
    """A document of the list.

    Attributes:
        on: date of the act, else of the document; aware, UTC, shown in local time (EX_3.1-1070).
        new: found by the last opening.
        held_id: the document of the local record, when it is already there.
        read: its content was fetched in this session.
    """

    entry: DocumentEntry
    label: str
    author: str
    institution: str
    on: datetime | None
    new: bool = False
    newer: str = ""
    held_id: int | None = None
    read: bool = False

    @property
    def unique_id(self) -> str:
        return self.entry.unique_id

    @property
    def type_code(self) -> str:
        return self.entry.type_code.code if self.entry.type_code else ""

    @property
    def title(self) -> str:
        return self.entry.title or self.label

    @property
    def archived(self) -> bool:
        return self.entry.availability_status is AvailabilityStatus.ARCHIVED

    @property
    def old(self) -> bool:
        return self.entry.availability_status is AvailabilityStatus.DEPRECATED

    @property
    def imaging(self) -> bool:
        return self.entry.class_code is not None and self.entry.class_code.code == IMAGING

    @property
    def from_patient(self) -> bool:
        return self.entry.from_patient

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Every badge that applies, in the order of the table."""
        return tuple(badge for applies, badge in BADGES if applies(self))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of EX_3.2-1025, to be read before the document."""
        return tuple(badge.detail for badge in self.badges if badge.detail.startswith("Attention"))


BADGES: tuple[tuple[Callable[[Row], bool], Badge], ...] = (
    (lambda row: row.new, Badge("info", "●", "Nouveau")),
    (lambda row: bool(row.newer), Badge("warn", "◐", "Version plus récente", "Une version plus récente existe dans le DMP")),
    (lambda row: row.entry.invisible_to_patient, Badge("warn", "⊘", "Non visible du patient", WARN_PATIENT)),
    (
        lambda row: row.entry.invisible_to_legal_representatives,
        Badge("warn", "⊘", "Non visible des représentants légaux", WARN_REPRESENTATIVES),
    ),
    (lambda row: row.entry.masked_to_professionals, Badge("warn", "◌", "Masqué", "Masqué aux professionnels de santé")),
    (lambda row: row.archived, Badge("", "▣", "Archivé")),
    (lambda row: row.old, Badge("", "↺", "Ancienne version")),
    (lambda row: row.imaging, Badge("", "▦", "Imagerie")),
    (lambda row: row.from_patient, Badge("", "☺", "Déposé par le patient")),
    (lambda row: row.held_id is not None, Badge("ok", "✓", "Dans le dossier")),
    (lambda row: row.read, Badge("", "◉", "Lu")),
)  # fmt: skip


def row_of(shown: ShownDocument, *, new: frozenset[str], held: dict[str, int], read: frozenset[str]) -> Row:
    """The row of a document; `new` and `read` are unique_ids, `held` says which local document is the same."""
    entry = shown.entry
    return Row(
        entry=entry,
        label=label_of(entry.type_code),
        author=author_of(entry),
        institution=institution_of(entry),
        on=entry.service_start_time or entry.creation_time,
        new=entry.unique_id in new,
        newer=shown.replaced_by,
        held_id=held.get(entry.unique_id),
        read=entry.unique_id in read,
    )


def label_of(coded: Coded | None) -> str:
    """The type in French; an unknown one as the DMP wrote it (EX_3.1-1050)."""
    if coded is None:
        return "Type non précisé"
    return value_set(ValueSetName.TYPE_CODE).display(coded.code, coded.code_system, coded.label)


def author_of(entry: DocumentEntry) -> str:
    """The first author. A patient is never named: identity traits of the DMP are not shown (RG_0320)."""
    if entry.from_patient:
        return "Le patient"
    person = AuthorPerson.parse(entry.authors[0].person) if entry.authors else None
    if person is None or person.identifier_type == "NH":
        return "Le patient" if person else ""
    return " ".join(part for part in (person.given, person.family) if part)


def institution_of(entry: DocumentEntry) -> str:
    """The structure of the first author."""
    institutions = entry.authors[0].institutions if entry.authors else ()
    return AuthorInstitution.parse(institutions[0]).name if institutions else ""
