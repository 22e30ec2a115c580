"""TD3.2 and TD2.1 of 50 MB, against a plain search of the boundary in the same bytes; and their memory."""

from __future__ import annotations

import hashlib
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tramontane.dmp import soap
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import td2_1, td3_2
from tramontane.dmp.transactions.exchange import Call, HttpResponse, Software
from tramontane.dmp.transactions.retrieval import DocumentEnds, Retrieval

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from answers import EXAMPLE, slices  # noqa: E402  # beside this file
from harness import Measure, at_most  # noqa: E402  # one folder up

SIZE = 50_000_000
CONTENT = (b"<p>\r\n" + bytes(range(256)) * 16 + b"-->\r\n-") * (SIZE // 4_110) + b"x" * 1_000
CALL = Call(
    "https://x.invalid/", b"<a/>", "urn:uuid:1", datetime(2026, 3, 2, tzinfo=UTC), Software("1.2", "x", "1", "h")
)


def cases() -> Iterator[Measure]:
    retrieved = td3_2.RetrievedDocuments((td3_2.RetrievedDocument("1.2", "1.3", "text/xml", CONTENT),))
    content_type, body = td3_2.respond(retrieved, message_id="urn:uuid:2", relates_to="urn:uuid:1")
    delimiter = b"\r\n--" + mtom.MediaType.parse(content_type).parameters["boundary"].encode() + b"--"
    response = HttpResponse(200, content_type, body)
    chunks = list(slices(body))

    def scan() -> int:
        return body.find(delimiter)

    def scan_and_hash() -> object:
        digest = hashlib.sha1(usedforsecurity=False)
        for chunk in chunks:
            chunk.find(delimiter)
            digest.update(chunk)
        return digest.hexdigest()

    def stream() -> None:
        reader = mtom.MultipartReader(content_type)
        for chunk in chunks:
            reader.feed(chunk)
        reader.close()

    sending = _submission()

    def send() -> int:
        return sum(map(len, td2_1.request(CALL, sending).body))  # type: ignore[arg-type]  # streamed

    _check(stream_sha1(content_type, chunks))
    limits = {"limit": 2.0, "rounds": 9}
    yield at_most(
        "TD3.2 of 50 MB, whole in memory", lambda: td3_2.read(response), scan, peer_name="boundary scan", **limits
    )
    yield at_most("TD3.2 of 50 MB, parts streamed", stream, scan, peer_name="boundary scan", **limits)
    yield at_most("TD2.1 of 50 MB, sent", send, scan, peer_name="boundary scan", **limits)
    yield at_most(
        "TD3.2 of 50 MB, streamed and hashed",
        lambda: stream_sha1(content_type, chunks),
        scan_and_hash,
        peer_name="boundary scan + SHA-1",
        **limits,
    )
    yield _memory("TD3.2 of 50 MB, memory added, whole", lambda: td3_2.read(response))
    yield _memory("TD3.2 of 50 MB, memory added, streamed", lambda: stream_sha1(content_type, chunks))
    yield _memory("TD2.1 of 50 MB, memory added", send)


def stream_sha1(content_type: str, chunks: list[bytes]) -> str:
    """What a consumer of the stream sees at the end."""
    reader, found = Retrieval(content_type), ""
    for chunk in chunks:
        for event in reader.feed(chunk):
            if isinstance(event, DocumentEnds):
                found = event.sha1
    reader.close()
    return found


def _check(sha1: str) -> None:
    if sha1 != hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest():
        raise AssertionError("the content read is not the content sent")


def _submission() -> td2_1.Submission:
    """The example's metadata around the large content."""
    head, _, body = (EXAMPLE.parent / "td21_request.mime").read_bytes().partition(b"\r\n\r\n")
    received = mtom.read(head.decode().partition(":")[2], body)
    example = td2_1.parse(soap.read_envelope(received.root), received)
    document = td2_1.SubmittedDocument(example.documents[0].entry, CONTENT)
    return td2_1.Submission(example.submission_set, (document,))


def _memory(name: str, work: Callable[[], object]) -> Measure:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Measure(name, peak / 1e6, "MB", "the message itself: not counted", None, "≤ 64 MB", peak <= 64e6)
