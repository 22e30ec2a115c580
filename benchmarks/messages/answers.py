"""TD3.1 answers of any size, made from the example of tests/vectors; and the same bytes cut for streaming."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "messages" / "td31_response.xml"
CLOSING = b"</rim:ExtrinsicObject>\n"


def answer(count: int) -> bytes:
    """An answer of `count` entries of 6.3 KB, each with its own identifiers."""
    data = EXAMPLE.read_bytes()
    start, end = data.index(b"      <rim:ExtrinsicObject"), data.index(CLOSING) + len(CLOSING)
    head = data[:start].replace(b'totalResultCount="1"', b'totalResultCount="%d"' % count)
    entries = (
        data[start:end].replace(b"9c2a7d10", b"%08x" % rank).replace(b"1772440000001", b"17724%08d" % rank)
        for rank in range(count)
    )
    return head + b"".join(entries) + data[end:]


def slices(data: bytes, size: int = 64 * 1024) -> Iterator[bytes]:
    """The same bytes, as a network would bring them."""
    return (data[start : start + size] for start in range(0, len(data), size))
