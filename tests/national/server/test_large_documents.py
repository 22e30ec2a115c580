"""A large document goes through the server without ever being in its memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.national import ET, call, entry, indirect, submission_set, vihf
from support.national_server import NationalServer
from tramontane.dmp.transactions import td2_1, td3_2

MEGABYTE = 1024 * 1024
SIZE = 50 * MEGABYTE


class Chunks:
    """Fifty megabytes, one at a time."""

    def __iter__(self) -> Iterator[bytes]:
        return (bytes([rank]) * MEGABYTE for rank in range(50))


def peak(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of the server is read from /proc")
def test_fifty_megabytes_come_and_go_in_sixteen(tmp_path: Path) -> None:
    server = NationalServer(tmp_path)
    server.run("from support.national import populate; populate()")
    server.start()
    assert server.process is not None
    try:
        before = peak(server.process.pid)
        document = entry(1, entry_uuid="", availability_status=None)
        submission = td2_1.Submission(submission_set(1), (td2_1.SubmittedDocument(document, Chunks(), length=SIZE),))
        caller = call(indirect(structure=ET.struct_idnat))
        td2_1.read(server.send(td2_1.request(caller, submission)))
        wanted = [("1.2.250.1.213.4.1.1.1.2", document.unique_id)]
        (read,) = td3_2.read(server.send(td3_2.request(call(vihf()), wanted)))
        assert read.size == SIZE
        assert peak(server.process.pid) - before < 16 * MEGABYTE
    finally:
        server.stop()
