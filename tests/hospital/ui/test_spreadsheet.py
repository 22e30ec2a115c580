"""CSV for French spreadsheets: what is written reads back, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.ui import spreadsheet

CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff")).map(str.strip)


@given(st.lists(st.tuples(CELL.filter(bool), CELL), max_size=8))
def test_what_is_written_reads_back(rows: list[tuple[str, str]]) -> None:
    text = "".join(spreadsheet.lines(["nom", "motif"], rows))
    expected = [{"nom": first, "motif": second} for first, second in rows]
    assert [{name: value.strip() for name, value in row.items()} for row in spreadsheet.read(text.encode())] == expected


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(cell: str) -> None:
    assert not spreadsheet.safe(cell).startswith(spreadsheet.FORMULA_STARTS)


def test_a_spreadsheet_s_own_encoding_is_tolerated() -> None:
    assert spreadsheet.read("nom;ville\nZoé;Orléans\n".encode("cp1252")) == [{"nom": "Zoé", "ville": "Orléans"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_way_a_spreadsheet_saves_a_table_reads_the_same(encoding: str, end: str, separator: str) -> None:
    text = end.join(("nom;ville", "Zoé;Orléans", "", "Ana;Gy", "")).replace(";", separator)
    rows = spreadsheet.numbered(text.encode(encoding))
    assert rows == [(2, {"nom": "Zoé", "ville": "Orléans"}), (4, {"nom": "Ana", "ville": "Gy"})]


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04\x00\x00", b"nom;ville\nZo\x00;x\n", b"nom\n" + b"x" * 200_000], ids=["xlsx", "nul", "huge"]
)
def test_a_file_of_another_kind_says_how_to_save_it(data: bytes) -> None:
    with pytest.raises(ValueError, match="format CSV"):
        spreadsheet.read(data)


def test_a_cell_cut_by_a_separator_is_refused_by_its_line() -> None:
    with pytest.raises(ValueError, match="ligne 4 : mettez entre guillemets"):
        spreadsheet.read("nom;ville\nZoé;Gy;;\n\nAna;Bourg;lès;Gy\n".encode())


@pytest.mark.parametrize("data", [b"", b"  \n", b";;\n", b"a;a\n1;2\n"])
def test_what_is_not_a_table_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"vide|même nom"):
        spreadsheet.read(data)
