"""What someone copies from a log: each form a message takes there, read as the body that was sent."""

from __future__ import annotations

import gzip

import pytest

from tramontane.dmp.errors import MalformedMessage
from tramontane.national.pasted import MAX_UNPACKED, read

ENVELOPE = b'<?xml version="1.0"?>\n<soap:Envelope xmlns:soap="urn:x">\n<soap:Body/>\n</soap:Envelope>'
PARTS = b"--b1\r\nContent-Type: application/xop+xml\r\n\r\n<a/>\r\n--b1--\r\n"
HEAD = b"POST /si-dmp-server/v2/services/registry?x=1 HTTP/1.1\r\nHost: dmp\r\n"


@pytest.mark.parametrize(
    "pasted", [ENVELOPE, b"\xef\xbb\xbf" + ENVELOPE, b"\r\n\n " + ENVELOPE, HEAD + b"\r\n" + ENVELOPE]
)
def test_an_envelope_is_read_alone_after_blanks_or_after_the_headers_of_a_request(pasted: bytes) -> None:
    found = read(pasted)
    assert (found.content_type, found.body) == ("", ENVELOPE)


def test_the_request_line_tells_the_service() -> None:
    assert read(HEAD + b"\r\n" + ENVELOPE).service == "registry"
    assert read(ENVELOPE).service == ""
    assert read(b"HTTP/1.1 500 Server Error\nContent-Type: text/xml\n\n" + ENVELOPE).body == ENVELOPE


def test_headers_without_a_request_line_and_with_line_feeds_alone_are_headers() -> None:
    found = read(b"Content-Type: multipart/related;\n boundary=b1\nHost: dmp\n\n" + PARTS.replace(b"\r\n", b"\n"))
    assert (found.content_type, found.body) == ("multipart/related; boundary=b1", PARTS)


def test_a_multipart_without_headers_says_its_own_boundary() -> None:
    found = read(PARTS)
    assert (found.content_type, found.body) == ('multipart/related; boundary="b1"', PARTS)


def test_chunks_are_put_together_and_a_log_that_did_it_already_is_left_alone() -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    cut = b"10\r\n" + ENVELOPE[:16] + b"\r\n" + b"%x;e=1\r\n" % len(ENVELOPE[16:]) + ENVELOPE[16:] + b"\r\n0\r\n\r\n"
    assert read(head + cut).body == read(head + ENVELOPE).body == ENVELOPE


def test_a_compressed_body_is_unpacked_within_a_limit() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\n\r\n"
    assert read(head + gzip.compress(ENVELOPE)).body == read(head + ENVELOPE).body == ENVELOPE
    with pytest.raises(MalformedMessage, match="lisible"):
        read(head + gzip.compress(b" " * (MAX_UNPACKED + 1)))
    with pytest.raises(MalformedMessage):
        read(head + b"\x1f\x8b broken")


def test_an_envelope_is_found_within_a_line_of_log() -> None:
    assert read(b"2026-11-23 INFO Payload: " + ENVELOPE + b" (12 ms)").body == ENVELOPE.partition(b"\n")[2]
    assert read(b"nothing to see").body == b"nothing to see"
