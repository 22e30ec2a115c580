"""A workbook comes back as it left; what Excel would compute stays text; what nobody should open is refused."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tramontane.ui import workbook
from tramontane.ui.workbook import Column, Sheet, Value
from tramontane.ui.workbook_reading import Line, WorkbookError, read

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
LEVELS = ("Conforme", "Partiellement conforme")
LAYOUT = Sheet(
    "Exigences", (Column("Identifiant", fixed=True), Column("Niveau", choices=LEVELS), Column("Note", required=False))
)
HOSTILE = (
    "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "#pagebreak()", "<script>alert(1)</script>", "{{ 7*7 }}",
    "]]>&amp;", "_x0041_", "'apostrophe", "é" * 10_000, "deux\nlignes",
)  # fmt: skip


def made(*rows: tuple[Value, ...], **more: Any) -> bytes:
    return workbook.write([Sheet(LAYOUT.title, LAYOUT.columns, rows, **more)], at=AT, title="Essai")


def lines(data: bytes) -> list[Line]:
    return read(data, [LAYOUT])["Exigences"]


def problems(data: bytes) -> str:
    with pytest.raises(WorkbookError) as refused:
        read(data, [LAYOUT])
    return "\n".join(refused.value.problems)


def other(fill: Any, title: str = "Exigences") -> bytes:
    """A workbook somebody else made."""
    book, target = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.title = title
    fill(book.active)
    book.save(target)
    return target.getvalue()


def repacked(data: bytes, **changes: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({info.filename: source.read(info) for info in source.infolist()} | changes).items():
            archive.writestr(name, content)
    return target.getvalue()


def test_what_is_written_is_read_back_with_its_line_numbers() -> None:
    data = made(("exi-01", "Conforme", date(2027, 3, 1)), ("exi-02", None, 12), notice="Un avis au-dessus")
    assert lines(data) == [
        Line(3, {"Identifiant": "exi-01", "Niveau": "Conforme", "Note": "2027-03-01"}),
        Line(4, {"Identifiant": "exi-02", "Niveau": "", "Note": "12"}),
    ]


def test_the_same_sheets_give_the_same_bytes_whatever_the_time() -> None:
    first = made(("exi-01", "Conforme", "x"))
    assert first == made(("exi-01", "Conforme", "x"))
    assert b"2026-11-23T14:30:00Z" in zipfile.ZipFile(io.BytesIO(first)).read("docProps/core.xml")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_no_text_becomes_a_formula_and_every_text_comes_back(text: str) -> None:
    data = made(("exi-01", "Conforme", text))
    cell = load_workbook(io.BytesIO(data))["Exigences"]["C2"]
    assert cell.data_type == "s"
    assert bool(cell.quotePrefix) is text.startswith(("=", "+", "-", "@"))
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert lines(data)[0].cells["Note"] == text


def test_control_characters_and_changes_of_direction_are_left_out() -> None:
    data = made(("exi-01", "Conforme", "a\x00b\x1b[31mc\u202egpj.exe\ud800"))
    assert lines(data)[0].cells["Note"] == "ab[31mcgpj.exe"


def test_levels_are_picked_from_a_list_longer_than_a_rule_may_hold() -> None:
    book = load_workbook(io.BytesIO(made(("exi-01", "Conforme", ""))))
    rule = book["Exigences"].data_validations.dataValidation[0]
    assert rule.formula1 == "=Listes!$A$1:$A$2"
    assert [cell.value for cell in book["Listes"]["A"]] == list(LEVELS)
    assert book["Listes"].sheet_state == "hidden"


def test_a_picked_label_is_found_whatever_its_case_and_spaces() -> None:
    labels = {"conforme": "Conforme", "partielle": "Partiellement\u00a0conforme"}
    assert workbook.choice(" partiellement  CONFORME ", labels) == "partielle"
    assert workbook.choice("presque", labels) is None


def test_columns_may_be_moved_added_and_named_with_either_apostrophe() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Niveau", "À moi", "IDENTIFIANT"])
        sheet.append(["Conforme", "x", "exi-04"])
        sheet.append([None, None, None])

    assert lines(other(fill)) == [Line(2, {"Identifiant": "exi-04", "Niveau": "Conforme", "Note": ""})]


def test_a_sheet_or_a_heading_that_is_missing_is_named() -> None:
    assert "«\u00a0Exigences\u00a0»\u00a0: absente" in problems(other(lambda sheet: sheet.append(["a"]), title="Autre"))
    assert "absentes\u00a0: «\u00a0Niveau\u00a0»" in problems(other(lambda sheet: sheet.append(["Identifiant", "x"])))


def test_a_formula_or_an_error_is_refused_at_its_cell() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Identifiant", "Niveau"])
        sheet.append(["exi-01", "=A1"])
        sheet.append(["exi-02", "#REF!"])

    said = problems(other(fill))
    assert "ligne 2, «\u00a0Niveau\u00a0»\u00a0: formule" in said
    assert "ligne 3, «\u00a0Niveau\u00a0»\u00a0: valeur d’erreur #REF!" in said


def test_merged_cells_are_refused_where_they_would_blank_an_answer() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Un titre", None])
        sheet.append(["Identifiant", "Niveau"])
        for name in ("exi-01", "exi-02"):
            sheet.append([name, "Conforme"])
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("B3:B4")

    assert problems(other(fill)) == (
        "Feuille «\u00a0Exigences\u00a0», B3:B4\u00a0: cellules fusionnées\u00a0; séparez-les et répétez la valeur."
    )


def test_too_many_lines_are_refused_wherever_the_file_says_they_are() -> None:
    assert "plus de 2000 lignes" in problems(made(*(("exi", "", "") for _ in range(2001))))
    far = re.sub(
        rb'r="(A|B|C)?2"', rb'r="\g<1>999999999"', zipfile.ZipFile(io.BytesIO(made(("x", "", "")))).read(SHEET)
    )
    assert lines(repacked(made(("x", "", "")), **{SHEET: far})) == []


SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def moved(content: bytes) -> bytes:
    """The same workbook, whose sheet is a part of another name, as relations allow."""
    data = made(("x", "", ""))
    relations = zipfile.ZipFile(io.BytesIO(data)).read(RELATIONS)
    return repacked(
        data, **{RELATIONS: relations.replace(b"sheet1.xml", b"sheet1.dat"), "xl/worksheets/sheet1.dat": content}
    )


NUMBER = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="s"><v>99999</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "n’est pas un classeur"),
        (b"\xd0\xcf\x11\xe0ancien .xls", "n’est pas un classeur"),
        (made(("x", "", ""))[:-30], "n’est pas un classeur"),
        (b"x" * 5_300_000, "octets"),
        (repacked(made(("x", "", "")), **{"xl/media/bombe.xml": bytes(40_000_000)}), "gonflerait"),
        (repacked(made(("x", "", "")), **{f"f{n}": b"" for n in range(600)}), "600|6.. fichiers"),
        (repacked(made(("x", "", "")), **{SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'}), "entités"),
        (repacked(made(("x", "", "")), **{SHEET: "<?xml?>".encode("utf-16")}), "entités"),
        (repacked(made(("x", "", "")), **{SHEET: " \n<!ENTITY a 'b'>".encode("utf-16-le")}), "entités"),
        (moved(b'<!DOCTYPE x [<!ENTITY a "b">]>'), "entités"),
        (moved('<!DOCTYPE x [<!ENTITY a "b">]>'.encode("utf-16")), "entités"),
        (
            repacked(made(("x", "", "")), **{SHEET: b'<worksheet><sheetData><row r="1"><c r="A1"><v>x</v></c>'}),
            "illisible",
        ),
        (repacked(made(("x", "", "")), **{SHEET: NUMBER}), "illisible"),
        (repacked(made(("x", "", "")), **{"xl/vbaProject.bin": b"x"}), "macros"),
        (repacked(made(("x", "", "")), **{"xl/workbook.xml": b"<workbook/>"}), "illisible|absente"),
        (repacked(made(("x", "", "")), **{"[Content_Types].xml": b"<x"}), "illisible"),
    ],
)
def test_what_nobody_should_open_is_refused_before_it_is_opened(data: bytes, said: str) -> None:
    assert re.search(said, problems(data))
