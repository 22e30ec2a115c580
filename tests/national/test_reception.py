"""A request body as it arrives: limits, attachments in files, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import mtom
from tramontane.national import reception
from tramontane.national.reception import Reception
from tramontane.national.storage import ContentStore


def files(directory: Path) -> int:
    """How many files there are."""
    return sum(path.is_file() for path in directory.rglob("*"))


def receive(content_type: str, directory: Path, chunks: Iterable[bytes]) -> None:
    """Receive a whole body, and forget it."""
    with Reception(content_type, ContentStore(directory)) as received:
        for chunk in chunks:
            received.feed(chunk)
        received.close()


def test_a_plain_envelope_is_the_message(tmp_path: Path) -> None:
    with Reception("application/soap+xml", ContentStore(tmp_path)) as received:
        received.feed(b"<a")
        received.feed(b"/>")
        received.close()
        assert (received.message, received.parts) == (b"<a/>", {})


@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_attachments_go_to_files_whatever_the_chunks(tmp_path: Path, step: int) -> None:
    message = mtom.write(b"<a/>", [mtom.Part("doc-1@x", "text/xml", b"content")], boundary="b")
    body = b"".join(map(bytes, message.chunks))
    with Reception(message.content_type, ContentStore(tmp_path)) as received:
        for start in range(0, len(body), step):
            received.feed(body[start : start + step])
        received.close()
        assert received.message == b"<a/>"
        assert received.parts["doc-1@x"].content.size == len(b"content")
        assert files(tmp_path) == 1
    assert files(tmp_path) == 0


def test_an_interrupted_multipart_is_malformed_and_leaves_nothing(tmp_path: Path) -> None:
    message = mtom.write(b"<a/>", [mtom.Part("doc-1@x", "text/xml", b"content")], boundary="b")
    body = b"".join(map(bytes, message.chunks))
    with pytest.raises(MalformedMessage):
        receive(message.content_type, tmp_path, [body[:-10]])
    assert files(tmp_path) == 0


def test_an_envelope_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedMessage) as refused:
        receive("application/soap+xml", tmp_path, [b"x" * 100_000] * 20)
    assert "MTOM" in refused.value.next_step


def test_attachments_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "MAX_PARTS_BYTES", 1_000_000)
    message = mtom.write(b"<a/>", [mtom.Part("doc-1@x", "text/xml", b"x" * 3_000_000)], boundary="b")
    with pytest.raises(MalformedMessage):
        receive(message.content_type, tmp_path, map(bytes, message.chunks))
    assert files(tmp_path) == 0
