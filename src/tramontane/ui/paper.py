"""Documents that are signed and kept: a Typst template and its data in, tagged PDF/A-2a and PDF/UA-1 bytes out.

Data travels as JSON and is never read as markup: `#pagebreak()` in a name is printed, not obeyed. System fonts are left
out and the instant is an argument, so that the same template and data give the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timezone
from importlib.resources import as_file, files
from typing import Any

import typst


class PaperError(ValueError):
    """A template that does not compile with this data: where, why, and what Typst advises."""


def write(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Compile one template.

    Args:
        template: path inside the package, e.g. ``national/pages/paper/contract.typ``; it begins with
            ``#import "/ui/paper/page.typ": *`` and reads `data`.
        data: what JSON can say, plus dates (ISO text) and bytes (pictures; see `picture` in page.typ).
        at: the document's date, aware. Nothing else in the file depends on the clock.

    Raises:
        PaperError: the template does not compile; the message names file, line and Typst's hints.
        TypeError: a value that JSON cannot say.
    """
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("La date d’un document porte son fuseau horaire.")
    inputs = {"data": json.dumps(data, ensure_ascii=False, default=_plain)}
    with as_file(files("tramontane")) as root:
        try:
            written = typst.compile(
                root / template,
                root=root,
                ignore_system_fonts=True,
                sys_inputs=inputs,
                # ISO 19005-2 level A, ISO 14289-1: a title or a text alternative that is missing does not compile.
                pdf_standards=["a-2a", "ua-1"],
                timestamp=at.replace(microsecond=0, tzinfo=timezone(offset)),
                format="pdf",
            )
        except typst.TypstError as error:
            raise PaperError(_explain(template, error)) from error
    assert isinstance(written, bytes), "one file was asked for"
    # A signature is appended: without this line end, its first object would break ISO 19005-2 § 6.1.9 (veraPDF).
    return written + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return list(value)
    raise TypeError(
        f"{type(value).__name__} ne s’écrit pas en JSON : donnez un texte, un nombre, une date ou des octets."
    )


def _explain(template: str, error: typst.TypstError) -> str:
    where = "".join(f"\n{line}" for line in (error.diagnostic or "").splitlines())
    hints = "".join(f"\nConseil : {hint}" for hint in error.hints)
    return f"{template} ne se compile pas : {error.message}{where}{hints}"
