"""A process of its own, run by path: one PDF on standard input, its outline (JSON) or one page (PNG) on standard output.

PDFium is C++ that reads hostile bytes, and is not thread safe: it gets a process that lives one page, with little memory,
little time, no file to write, and nothing of the application in it. Scripts and forms of the PDF are not run: the library
is built without a script engine and forms are never initialised.

    worker.py outline MOST_PAGES
    worker.py page NUMBER WIDTH
"""

from __future__ import annotations

import ctypes
import json
import resource
import struct
import sys
import time
import zlib
from typing import Any

ENCRYPTED, UNREADABLE, NO_PAGE = 3, 4, 5
MEMORY = 1 << 30  # bytes of address space, on top of the PDF
PROCESSOR_SECONDS = 10
TEXT_SECONDS = 4.0
MOST_LINES, MOST_CHARACTERS = 2_000, 30_000  # of one page
MOST_PIXELS, MOST_HEIGHT = 6_000_000, 8_000
PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
TENTHS = 10


def limit(size: int) -> None:
    """Before the first byte is parsed."""
    if sys.platform != "darwin":  # macOS refuses any limit of the address space below what it maps for every process
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY + 3 * size, MEMORY + 3 * size))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def outline(pdf: Any, most_pages: int) -> bytes:
    """Sizes in points and lines of text [left, top, width, height, text] of the first pages."""
    until = time.monotonic() + TEXT_SECONDS
    pages = []
    for number in range(min(len(pdf), most_pages)):
        page = pdf[number]
        width, height = page.get_size()
        late = time.monotonic() > until
        pages.append({"width": width, "height": height, "lines": [] if late else lines(page), "unread": late})
        page.close()
    return json.dumps({"total": len(pdf), "pages": pages}).encode()


def lines(page: Any) -> list[tuple[float, float, float, float, str]]:
    """The text where it is drawn, rotation included, in the order of the document."""
    text = page.get_textpage()
    found, characters = [], 0
    for number in range(min(text.count_rects(), MOST_LINES)):
        box = text.get_rect(number)
        said = " ".join(text.get_text_bounded(*box).split())
        characters += len(said)
        if characters > MOST_CHARACTERS:
            break
        if said:
            found.append((*placed(page, box), said))
    return found


def placed(page: Any, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Left, top, width and height in points from the top left corner of the page as shown."""
    left, bottom, right, top = box
    (x1, y1), (x2, y2) = on_page(page, left, top), on_page(page, right, bottom)
    return min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)


def on_page(page: Any, x: float, y: float) -> tuple[float, float]:
    """One point, through the page's rotation and crop box."""
    from pypdfium2 import raw

    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    size = int(width * TENTHS), int(height * TENTHS)
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value / TENTHS, down.value / TENTHS


def drawn(page: Any, width: int) -> bytes:
    """The page as a PNG, `width` pixels wide unless that makes too big a picture."""
    wide, high = page.get_size()
    scale = min(width / wide, MOST_HEIGHT / high, (MOST_PIXELS / (wide * high)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    rows, row = memoryview(bitmap.buffer).cast("B"), bitmap.width * bitmap.n_channels
    body = b"".join(b"\0" + rows[at : at + row] for at in range(0, bitmap.stride * bitmap.height, bitmap.stride))
    kind = {1: 0, 3: 2}[bitmap.n_channels]  # PNG colour type: grey, or red green blue
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body, 4)) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def main() -> int:
    content = sys.stdin.buffer.read()
    limit(len(content))
    import pypdfium2

    act, *numbers = sys.argv[1], *(int(number) for number in sys.argv[2:])
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        return ENCRYPTED if getattr(error, "err_code", None) == PASSWORD_ERROR else UNREADABLE
    if act == "page" and not 1 <= numbers[0] <= len(pdf):
        return NO_PAGE
    try:
        answer = outline(pdf, numbers[0]) if act == "outline" else drawn(pdf[numbers[0] - 1], numbers[1])
    except pypdfium2.PdfiumError:
        return UNREADABLE
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
