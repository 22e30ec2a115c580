"""The official text by Excel: a workbook to fill in, and what was filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tramontane.rules.referentiels import (
    Completion,
    Exigence,
    InvalidReferentiel,
    Referentiel,
    TexteStatut,
    load_completion,
)
from tramontane.ui.workbook import Column, Sheet, write
from tramontane.ui.workbook_reading import WorkbookError, read

SOURCE, DIMENSIONS, EXIGENCES = "Source", "Dimensions", "Exigences"
# Field of the file → what it is called in the workbook.
FIELDS = {
    "version": "Version du référentiel",
    "document": "Titre du document officiel",
    "reference": "Texte qui l’approuve",
    "url": "Adresse",
    "releve_par": "Relevé par",
    "releve_le": "Relevé le",
}
COLUMNS = {"id": "Identifiant", "titre": "Titre", "dimension": "Dimension", "texte": "Texte officiel"}
# The last one is emptied by who read the dimension in the official text.
DIMENSION_COLUMNS = {"cle": "Clef", "libelle": "Libellé", "portee": "Portée", "certitude": "Doute sur la source"}
# Every Office Open XML file is a ZIP archive.
SIGNATURE = b"PK"


def template(referentiel: Referentiel, at: datetime) -> bytes:
    """The workbook of a référentiel, with what is already official and blanks for the rest."""
    official = referentiel.source
    known = {"version": referentiel.version or "", "document": "", "reference": official.reference, "url": official.url}
    dimensions = tuple(one.cle for one in referentiel.dimensions)
    chapters = [tuple(getattr(one, name) for name in DIMENSION_COLUMNS) for one in referentiel.dimensions]
    rows = [
        # A dimension we deduced stays blank: left as it is, the workbook must not make it official.
        (one.id, one.titre, "" if one.dimension_deduite else one.dimension or "", _text(one))
        for one in referentiel.exigences
    ]
    sheets = (
        Sheet(SOURCE, _source_columns(), [(label, known.get(name, "")) for name, label in FIELDS.items()]),
        Sheet(
            DIMENSIONS, _dimension_columns(), chapters, "Vider « Doute sur la source » quand le texte officiel le dit."
        ),
        Sheet(EXIGENCES, _exigence_columns(dimensions), rows, "Recopier le texte officiel, sans le reformuler."),
    )
    return write(sheets, at=at, title=f"Texte officiel : {referentiel.sigle}")


def completion(data: bytes, referentiel: str) -> Completion:
    """What a person filled in: texts, titles, dimensions. A blank cell leaves what it was.

    Raises:
        InvalidReferentiel: with the sheet and the line at fault.
    """
    layout = (
        Sheet(SOURCE, _source_columns()),
        Sheet(DIMENSIONS, _dimension_columns()),
        Sheet(EXIGENCES, _exigence_columns(())),
    )
    try:
        lines = read(data, layout)
    except WorkbookError as error:
        raise InvalidReferentiel(error.problems) from None
    source = {line.cells["Champ"]: line.cells["Valeur"].strip() for line in lines[SOURCE]}
    given = {name: source.get(label, "") for name, label in FIELDS.items()}
    rows = [_row(line.cells, COLUMNS) for line in lines[EXIGENCES]]
    content = {
        "schema": 1,
        "referentiel": referentiel,
        "version": given.pop("version"),
        "source": given,
        "dimensions": [_row(line.cells, DIMENSION_COLUMNS) for line in lines[DIMENSIONS]],
        "exigences": [row for row in rows if set(row) != {"id"}],
    }
    return load_completion(content)


def _row(cells: dict[str, str], columns: dict[str, str]) -> dict[str, Any]:
    """A row as the file of completion says it: what is blank is not said."""
    values = {name: cells[label].strip() for name, label in columns.items()}
    return {name: value for name, value in values.items() if value}


def _text(exigence: Exigence) -> str:
    return exigence.texte or "" if exigence.texte_statut is TexteStatut.OFFICIEL else ""


def _source_columns() -> tuple[Column, ...]:
    return (Column("Champ", 30), Column("Valeur", 80))


def _dimension_columns() -> tuple[Column, ...]:
    widths = {"cle": 26, "libelle": 44, "portee": 60, "certitude": 44}
    return tuple(Column(label, widths[name]) for name, label in DIMENSION_COLUMNS.items())


def _exigence_columns(dimensions: tuple[str, ...]) -> tuple[Column, ...]:
    choices = {"dimension": dimensions}
    widths = {"id": 14, "titre": 40, "dimension": 26, "texte": 100}
    return tuple(Column(label, widths[name], choices.get(name, ())) for name, label in COLUMNS.items())
