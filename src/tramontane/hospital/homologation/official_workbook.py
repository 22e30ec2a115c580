"""The official text by Excel: a workbook to fill in, and what was filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tramontane.rules.referentiels import Completion, InvalidReferentiel, Referentiel, load_completion
from tramontane.ui.workbook import Column, Sheet, write
from tramontane.ui.workbook_reading import WorkbookError, read

SOURCE, EXIGENCES = "Source", "Exigences"
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
# Every Office Open XML file is a ZIP archive.
SIGNATURE = b"PK"


def template(referentiel: Referentiel, at: datetime) -> bytes:
    """The workbook of a référentiel, with what is already official and blanks for the rest."""
    official = referentiel.source
    known = {"version": referentiel.version or "", "document": "", "reference": official.reference, "url": official.url}
    dimensions = tuple(one.cle for one in referentiel.dimensions)
    rows = [
        (one.id, one.titre, one.dimension or "", one.texte or "" if one.texte_statut == "officiel" else "")
        for one in referentiel.exigences
    ]
    sheets = (
        Sheet(SOURCE, _source_columns(), [(label, known.get(name, "")) for name, label in FIELDS.items()]),
        Sheet(EXIGENCES, _exigence_columns(dimensions), rows, "Recopier le texte officiel, sans le reformuler."),
    )
    return write(sheets, at=at, title=f"Texte officiel : {referentiel.sigle}")


def completion(data: bytes, referentiel: str) -> Completion:
    """What a person filled in; a row without a text says nothing.

    Raises:
        InvalidReferentiel: with the sheet and the line at fault.
    """
    layout = (Sheet(SOURCE, _source_columns()), Sheet(EXIGENCES, _exigence_columns(())))
    try:
        lines = read(data, layout)
    except WorkbookError as error:
        raise InvalidReferentiel(error.problems) from None
    source = {line.cells["Champ"]: line.cells["Valeur"].strip() for line in lines[SOURCE]}
    given = {name: source.get(label, "") for name, label in FIELDS.items()}
    rows = [_row(line.cells) for line in lines[EXIGENCES] if line.cells[COLUMNS["texte"]].strip()]
    version = given.pop("version")
    content = {"schema": 1, "referentiel": referentiel, "version": version, "source": given, "exigences": rows}
    return load_completion(content)


def _row(cells: dict[str, str]) -> dict[str, Any]:
    """A row as the file of completion says it; a blank title or dimension leaves it as it was."""
    values = {name: cells[label].strip() for name, label in COLUMNS.items()}
    return {name: value for name, value in values.items() if value}


def _source_columns() -> tuple[Column, ...]:
    return (Column("Champ", 30), Column("Valeur", 80))


def _exigence_columns(dimensions: tuple[str, ...]) -> tuple[Column, ...]:
    choices = {"dimension": dimensions}
    widths = {"id": 14, "titre": 40, "dimension": 26, "texte": 100}
    return tuple(Column(label, widths[name], choices.get(name, ())) for name, label in COLUMNS.items())
