"""A request body as it arrives: limits, attachments in files, nothing left behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

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


def multipart(parts: int, header: str = "Content-Type: text/xml") -> bytes:
    """The root and as many attachments, `{}` in their header replaced by their number."""
    attachments = [f"--b\r\n{header.format(number)}\r\n\r\nx\r\n" for number in range(parts)]
    return ("--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n" + "".join(attachments) + "--b--\r\n").encode()


def test_attachments_without_a_name_leave_nothing_either(tmp_path: Path) -> None:
    receive("multipart/related; boundary=b", tmp_path, [multipart(5)])
    assert files(tmp_path) == 0


def test_a_thousand_attachments_hold_no_thousand_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[bytes]] = []
    temporary = ContentStore.temporary
    monkeypatch.setattr(ContentStore, "temporary", lambda store: opened.append(temporary(store)) or opened[-1])  # type: ignore[func-returns-value]  # as append does
    with Reception("multipart/related; boundary=b", ContentStore(tmp_path)) as received:
        received.feed(multipart(900, "Content-ID: <part-{}>"))
        received.close()
        assert len(opened) == files(tmp_path) == 900
        assert all(one.closed for one in opened)


class FullDisk:
    """A file whose bytes wait in a buffer, and whose disk is full when they are written."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        path.touch()

    def write(self, chunk: bytes) -> int:
        return len(chunk)

    def close(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_every_attachment_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(range(10))
    monkeypatch.setattr(ContentStore, "temporary", lambda _store: FullDisk(tmp_path / str(next(names))))
    with pytest.raises(OSError, match="No space"):
        receive("multipart/related; boundary=b", tmp_path, [multipart(3)])
    assert files(tmp_path) == 0


def test_an_attachment_that_two_documents_share_is_kept_once(tmp_path: Path) -> None:
    incoming = ContentStore(tmp_path).receive()
    incoming.write(b"content")
    assert incoming.keep() == incoming.keep()
    incoming.forget()
    assert files(tmp_path) == 1


def test_what_a_killed_process_was_receiving_is_removed_later_and_nothing_else(tmp_path: Path) -> None:
    contents = ContentStore(tmp_path)
    kept = contents.save((b"kept",))
    old, recent = (Path(contents.temporary().name) for _ in range(2))
    os.utime(old, (1_000, 1_000))
    contents.forget_interrupted(datetime.fromtimestamp(2_000, UTC))
    assert (old.exists(), recent.exists(), b"".join(contents.chunks(kept.digest))) == (False, True, b"kept")
