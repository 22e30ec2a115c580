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


@pytest.mark.parametrize("data", [b"", b"  \n", b";;\n", b"a;a\n1;2\n"])
def test_what_is_not_a_table_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"vide|même nom"):
        spreadsheet.read(data)
