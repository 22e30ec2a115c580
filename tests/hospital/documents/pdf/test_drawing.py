"""PDFs drawn by a process of their own: what shows, and what a hostile file gets instead."""

from __future__ import annotations

import io
import struct
import threading
import zlib

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tramontane.hospital.documents import pdf
from tramontane.hospital.documents.pdf import drawing


def written(*texts: str, size: tuple[float, float] = (595, 842), **options: object) -> bytes:
    """A PDF with one text a page, 100 points from the left and 200 from the top."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, **options)
    for text in texts:
        canvas.drawString(100, size[1] - 200, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def made_of(*objects: bytes) -> bytes:
    """A PDF of these objects, without cross-reference: PDFium mends it."""
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def one_page(page: bytes, *others: bytes, catalog: bytes = b"") -> bytes:
    pages = (b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    return made_of(*pages, b"<</Type/Page/Parent 2 0 R" + page + b">>", *others)


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def drawn_or_refused(content: bytes, width: int) -> tuple[int, int] | str:
    try:
        return size_of(pdf.draw(content, 1, width=width))
    except pdf.PdfRefusedError as refusal:
        return str(refusal)


def test_the_outline_gives_sizes_and_words_where_they_are_drawn() -> None:
    found = pdf.outline(written("Compte rendu opératoire", "Suite"))
    assert (found.total, [round(page.width) for page in found.pages]) == (2, [595, 595])
    ((left, top, width, height, words),) = found.pages[0].lines
    assert words == "Compte rendu opératoire"
    assert 95 < left < 105
    assert 185 < top < 200
    assert width > 80
    assert height > 5


def test_the_words_of_a_turned_page_turn_with_it() -> None:
    font = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    turned = one_page(
        b"/MediaBox[0 0 595 842]/Rotate 90/Contents 4 0 R" + font,
        b"<</Length 47>>stream\nBT /F1 12 Tf 0 1 -1 0 200 100 Tm (Droite) Tj ET  \nendstream",
    )
    (page,) = pdf.outline(turned).pages
    assert (round(page.width), round(page.height)) == (842, 595)
    left, top, width, height, words = page.lines[0]
    assert (words, width > height) == ("Droite", True)
    assert left == pytest.approx(100, abs=5)
    assert top == pytest.approx(190, abs=5)


def test_a_page_is_a_png_of_the_width_asked() -> None:
    assert size_of(pdf.draw(written("Bonjour"), 1, width=1000)) == (1000, 1416)


def test_what_is_written_is_drawn() -> None:
    blank, said = (pdf.draw(written(text), 1, width=400) for text in ("", "Bonjour"))
    assert blank != said


@pytest.mark.parametrize(
    "box", [b"[0 0 14400 14400]", b"[0 0 1 14400]", b"[0 0 14400 1]", b"[0 0 9e9 9e9]", b"[0 0 0 0]", b"[5 5 5]"]
)
def test_a_page_of_absurd_size_makes_a_bounded_picture(box: bytes) -> None:
    width, height = size_of(pdf.draw(one_page(b"/MediaBox" + box), 1, width=2000))
    assert width * height <= 6_010_000
    assert height <= 8_001


def test_a_user_unit_does_not_unbound_it() -> None:
    width, height = size_of(pdf.draw(one_page(b"/MediaBox[0 0 14400 14400]/UserUnit 75000"), 1, width=2000))
    assert width * height <= 6_010_000


def test_thousands_of_pages_are_counted_and_the_first_ones_shown() -> None:
    kids = b" ".join(b"3 0 R" for _ in range(5_000))
    many = made_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[" + kids + b"]/Count 5000>>",
                   b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")  # fmt: skip
    found = pdf.outline(many)
    assert (found.total, len(found.pages)) == (5_000, drawing.MOST_PAGES)
    assert "Seules les 200 premières pages s’affichent" in pdf.web_page(found, zoom=100, title="x")


def test_a_picture_of_terabytes_is_refused_or_left_blank_within_the_limits() -> None:
    """A few kilobytes that announce 60,000 × 60,000 pixels of three bytes."""
    zeros = zlib.compress(bytes(4_000_000), 9)
    image = (b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode"
             b"/Length %d>>stream\n%s\nendstream" % (len(zeros), zeros))  # fmt: skip
    content = b"<</Length 27>>stream\nq 200 0 0 200 0 0 cm /I Do Q\nendstream"
    bomb = one_page(b"/MediaBox[0 0 200 200]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R", content, image)
    assert drawn_or_refused(bomb, 1000) in ((1000, 1000), drawing.TOO_HEAVY)


def test_a_page_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that draws a form twice, thirty deep: a milliard of drawings."""
    monkeypatch.setattr(drawing, "SECONDS", 2.0)
    forms = []
    for depth in range(30):
        content = b"q /F Do Q q /F Do Q" if depth < 29 else b"0 0 100 100 re f 10 10 50 50 re f"
        forms.append(b"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F %d 0 R>>>>/Length %d>>stream\n%s\nendstream"
                     % (depth + 6, len(content), content))  # fmt: skip
    start = b"<</Length 5>>stream\n/F Do\nendstream"
    endless = one_page(b"/MediaBox[0 0 200 200]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R", start, *forms)
    assert drawn_or_refused(endless, 100) in ((100, 100), drawing.TOO_HEAVY)


def test_a_worker_that_is_late_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SECONDS", 0.001)
    with pytest.raises(pdf.PdfRefusedError, match="plus de mémoire ou de temps"):
        pdf.draw(written("Bonjour"), 1, width=1000)


def test_a_password_is_said() -> None:
    closed = written("Secret", encrypt=StandardEncryption("mot-de-passe", strength=128))
    for asked in (lambda: pdf.outline(closed), lambda: pdf.draw(closed, 1, width=500)):
        with pytest.raises(pdf.PdfRefusedError, match="protégé par un mot de passe"):
            asked()


def test_what_opens_without_password_though_encrypted_shows() -> None:
    restricted = written("Lisible", encrypt=StandardEncryption("", ownerPassword="maître", canPrint=0, strength=128))
    assert pdf.outline(restricted).pages[0].lines[0][-1] == "Lisible"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(5_000), b"%PDF-" + b"\xff" * 400])
def test_damaged_bytes_are_said(content: bytes) -> None:
    with pytest.raises(pdf.PdfRefusedError, match="tronqué ou abîmé"):
        pdf.outline(content)


def test_a_truncated_file_shows_what_is_left_or_says_so() -> None:
    whole = written(*(f"Page {number}" for number in range(30)))
    for kept in (0.1, 0.5, 0.9):
        first = drawn_or_refused(whole[: int(len(whole) * kept)], 595)
        assert first == (595, 842) or "abîmé" in str(first)


def test_its_scripts_do_not_run_and_do_not_prevent_reading() -> None:
    active = one_page(
        b"/MediaBox[0 0 200 200]", catalog=b"/OpenAction<</S/JavaScript/JS(while(true){app.alert\\(1\\)})>>"
    )
    assert size_of(pdf.draw(active, 1, width=300)) == (300, 300)


def test_a_page_that_does_not_exist_is_refused() -> None:
    for number in (0, 2, 10**9):
        with pytest.raises(pdf.PdfRefusedError, match="n’a pas cette page"):
            pdf.draw(written("Une seule"), number, width=500)


def test_several_threads_draw_at_the_same_time() -> None:
    content, drawn = written("Ensemble"), []
    threads = [threading.Thread(target=lambda: drawn.append(pdf.draw(content, 1, width=300))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 1
    assert len(drawn) == 4


def test_too_many_at_once_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(drawing, "WAIT_FOR_A_TURN", 0.01)
    with drawing._turns, pytest.raises(pdf.PdfRefusedError, match="réessayez dans un instant"):
        pdf.outline(written("Attente"))


def test_the_page_holds_the_words_escaped_and_no_script() -> None:
    html = pdf.web_page(pdf.outline(written('<script>alert(1)</script> & "fin"')), zoom=150, title="<b>")
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<title>&lt;b&gt;</title>" in html
    assert 'src="pages/1/?zoom=150"' in html


def test_a_scanned_document_says_that_it_has_no_text() -> None:
    assert "sans texte à sélectionner" in pdf.web_page(pdf.outline(written("")), zoom=100, title="x")
