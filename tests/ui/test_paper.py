"""Documents that are signed and kept: tagged, reproducible, and deaf to markup in their data."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest

from tramontane.ui import paper

AT = datetime(2026, 11, 23, 14, 0, 7, 123456, tzinfo=UTC)
# 1 × 1 pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package's root holding the real page style, and the template of a test."""
    style = tmp_path / "ui" / "paper" / "page.typ"
    style.parent.mkdir(parents=True)
    style.write_bytes(files("tramontane").joinpath("ui", "paper", "page.typ").read_bytes())
    monkeypatch.setattr(paper, "files", lambda _package: tmp_path)

    def write(body: str) -> str:
        (tmp_path / "t.typ").write_text(f'#import "/ui/paper/page.typ": *\n{body}', "utf-8")
        return "t.typ"

    return write


def text_of(pdf: bytes) -> str:
    """Every page's text, line ends folded."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


WHOLE = """
#show: paper.with(title: "Procès-verbal", issuer: data.issuer, reference: "N° 1", notice: "Document d’essai")
== Faits
#facts(("Signé le", day(data.day)), ("À", moment(data.at)))
#rows((1fr, auto), ("Nom", "FINESS"), data.rows)
#picture(data.logo, "Logo", width: 4mm)
#signature("Le responsable", data.issuer)
"""
VALUES = {
    "issuer": "#pagebreak() *gras* <script>",
    "day": AT.date(),
    "at": AT,
    "rows": [[f"Site {number} & #strong[x]", "010000024"] for number in range(80)],
    "logo": PNG,
}


def test_values_are_printed_and_never_obeyed(template) -> None:
    said = text_of(paper.write(template(WHOLE), VALUES, at=AT))
    assert "#pagebreak() *gras* <script>" in said
    assert "Site 79 & #strong[x]" in said
    assert "23 novembre 2026" in said
    assert "Document d’essai" in said


def test_the_same_data_and_date_give_the_same_bytes_and_another_date_does_not(template) -> None:
    name = template(WHOLE)
    first, again = paper.write(name, VALUES, at=AT), paper.write(name, VALUES, at=AT)
    assert first == again
    assert paper.write(name, VALUES, at=AT.replace(year=2027)) != first


def test_the_file_says_that_it_is_tagged_pdf_a_2a_and_pdf_ua_1(template) -> None:
    pdf = paper.write(template(WHOLE), VALUES, at=AT)
    for claim in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"/StructTreeRoot", b"/Lang"):
        assert claim in pdf, claim


def test_a_picture_without_words_does_not_compile(template) -> None:
    with pytest.raises(paper.PaperError, match="alt"):
        paper.write(template(WHOLE.replace('data.logo, "Logo"', "data.logo, none")), VALUES, at=AT)


def test_an_error_names_the_file_the_line_and_the_field(template) -> None:
    with pytest.raises(paper.PaperError, match="absent") as raised:
        paper.write(template('#show: paper.with(title: "x")\n#data.absent'), {}, at=AT)
    assert "t.typ" in str(raised.value)
    assert ":3" in str(raised.value)


def test_a_value_that_json_cannot_say_is_refused(template) -> None:
    with pytest.raises(TypeError, match="object"):
        paper.write(template("x"), {"value": object()}, at=AT)


def test_a_date_without_a_zone_is_refused(template) -> None:
    with pytest.raises(ValueError, match="fuseau"):
        paper.write(template("x"), {}, at=AT.replace(tzinfo=None))
