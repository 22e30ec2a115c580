"""What goes into the headers of a document handed over."""

from __future__ import annotations

import pytest

from tramontane.national.pages.views import files


class Store:
    def chunks(self, _digest: str) -> list[bytes]:
        return [b"contenu"]


@pytest.mark.parametrize(
    ("announced", "written"),
    [
        ("application/pdf", "application/pdf"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("text/html\r\nSet-Cookie: vol=1", "application/octet-stream"),
        ("n'importe quoi", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_a_media_type_becomes_a_header(monkeypatch: pytest.MonkeyPatch, announced: str, written: str) -> None:
    monkeypatch.setattr(files, "store", Store)
    answer = files.stored("0" * 64, 7, name="document", content_type=announced, attachment=True)
    assert answer["Content-Type"] == written
