"""The page of the documentation shows the tables of the code.

To draw it again: TRAMONTANE_DRAW=1 pytest tests/rules/homologation/test_tables.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tramontane.rules.homologation.tables import drawn, filled
from tramontane.rules.referentiels import shipped

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "homologation.md"


def test_the_page_shows_the_tables_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    expected = filled(page, shipped("dmp"))
    if os.environ.get("TRAMONTANE_DRAW"):
        PAGE.write_text(expected, encoding="utf-8")
    assert page == expected


def test_every_table_has_its_place_in_the_page() -> None:
    marks = re.findall(r"<!-- table: (\w+) -->", PAGE.read_text(encoding="utf-8"))
    assert sorted(marks) == sorted(drawn(shipped("dmp")))
