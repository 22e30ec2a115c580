"""One document as values gives a PDF and a Word file: tagged, reproducible, deaf to what people type."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import UTC, datetime

import docx
import pypdfium2
import pytest

from tramontane.ui import word
from tramontane.ui.document import (
    Bullets,
    Document,
    Facts,
    Heading,
    Letterhead,
    Paragraph,
    Signature,
    Table,
    drawn,
    pdf,
)
from tramontane.ui.paper import PaperError

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
HOSTILE = (
    "=cmd|'/C calc'!A0", "#pagebreak()", "#import \"/x\"", "<script>alert(1)</script>", "{{ 7*7 }}", "${7*7}",
    "*gras* _italique_ @renvoi <etiquette> $x^2$ \\ // /* ~ --", "]]>&amp;<w:p/>",
)  # fmt: skip


def document(*texts: str, logo: bytes = b"") -> Document:
    rows = tuple((f"EXI {number:02}", text) for number, text in enumerate(texts, start=1))
    blocks = (
        Heading(texts[0]),
        Paragraph(texts[0], strong=True),
        Bullets(texts),
        Facts((("Nom", texts[0]),)),
        Table((0, 1), ("Exigence", "Texte"), rows),
        Signature("Date et signature", texts[0]),
    )
    return Document(f"Essai {texts[0]}", Letterhead(texts[0], "FINESS 010000001", logo), blocks, texts[0], texts[0])


def pages(data: bytes) -> list[str]:
    """The text of each page, without the places where a long run may break."""
    opened = pypdfium2.PdfDocument(io.BytesIO(data))
    return [page.get_textpage().get_text_bounded().replace("\u200b", "").replace("\ufffe", "") for page in opened]


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_type_is_printed_never_obeyed(text: str) -> None:
    shown = pages(pdf(document(text), at=AT))
    assert len(shown) == 1
    assert plain(shown[0]).count(plain(text)) >= 8


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_type_is_text_in_word(text: str) -> None:
    data = word.write(document(text), at=AT)
    opened = docx.Document(io.BytesIO(data))
    assert text in [paragraph.text for paragraph in opened.paragraphs]
    assert opened.tables[0].cell(1, 1).text == text
    assert len(opened.tables) == 1
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    assert b"fldChar" not in xml
    assert b"<script" not in xml


def test_control_characters_and_hidden_changes_of_direction_vanish_everywhere() -> None:
    text = "a\x00b\x1b[31m\u202ecfdp.exe\u2066\ud800"
    assert "ab[31mcfdp.exe" in pages(pdf(document(text), at=AT))[0]
    assert docx.Document(io.BytesIO(word.write(document(text), at=AT))).tables[0].cell(1, 1).text == "ab[31mcfdp.exe"


def test_ten_thousand_characters_without_a_space_stay_within_the_page() -> None:
    data = pdf(Document("Long", Letterhead("CH", "1"), (Table((1, 1), ("A", "B"), (("é" * 10_000, "court"),)),)), at=AT)
    opened = pypdfium2.PdfDocument(io.BytesIO(data))
    assert sum(page.count("é") for page in pages(data)) == 10_000
    for page in opened:
        width = page.get_width()
        boxes = [thing.get_bounds() for thing in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
        assert max(right for _, _, right, _ in boxes) < width - 40


def test_a_character_that_no_font_draws_is_a_square_and_stays_itself_in_word() -> None:
    text = "中文 😀 e\u0301 שלום"
    assert drawn(text) == "□□ □ é שלום"
    assert "□□ □ é" in pages(pdf(document(text), at=AT))[0]
    assert docx.Document(io.BytesIO(word.write(document(text), at=AT))).tables[0].cell(1, 1).text == text


def test_no_text_makes_a_document_fail() -> None:
    chance = random.Random(20261123)
    reach = [(0x20, 0x3000), (0, 0x10FFFF), (0x5D0, 0x700), (0x300, 0x370), (0x2000, 0x2070)]
    texts = ["".join(chr(chance.randrange(*chance.choice(reach))) for _ in range(300)) for _ in range(25)]
    assert len(pages(pdf(document(*texts), at=AT))) >= 1


def test_the_same_document_gives_the_same_bytes() -> None:
    one = document("Centre hospitalier d’essai")
    assert pdf(one, at=AT) == pdf(one, at=AT)
    assert word.write(one, at=AT) == word.write(one, at=AT)
    assert b"2026-11-23T14:30:00Z" in zipfile.ZipFile(io.BytesIO(word.write(one, at=AT))).read("docProps/core.xml")


def test_the_pdf_claims_both_standards_and_carries_its_tags() -> None:
    data = pdf(document("Essai"), at=AT)
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"/MarkInfo" in data


def test_a_table_repeats_its_header_on_each_page() -> None:
    shown = pages(pdf(document(*(f"texte {n} " * 60 for n in range(29))), at=AT))
    assert len(shown) > 3
    assert all("Exigence" in page for page in shown[3:])


LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#1d5a80"/></svg>'


def test_a_logo_is_drawn_with_its_words_and_one_that_is_no_picture_is_refused() -> None:
    assert pdf(document("CH", logo=LOGO), at=AT) != pdf(document("CH"), at=AT)
    assert word.write(document("CH", logo=LOGO), at=AT)
    with pytest.raises(PaperError):
        pdf(document("CH", logo=b"ceci n'est pas une image"), at=AT)
