"""A hostile zip is told for what it is: nothing is extracted, little is inflated, nothing raises."""

from __future__ import annotations

import random
import struct
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from tramontane.cli import tramontane_command
from tramontane.cli.inspect import Kind, recognise
from tramontane.dmp.xds.names import RIM

METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
EMPTY = f'<r:RegistryObjectList xmlns:r="{RIM}"/>'.encode()
SECONDS = 3.0  # of a busy machine; what these archives would cost if they were obeyed is minutes


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; the same name may come twice."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        for name, content in files:
            made.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def told(data: bytes) -> str:
    return "\n".join(recognise(data).summary_lines).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "IHE_XDM/SUBSET01/../../../x", "..\\..\\x.exe", "C:\\x", "C:x"]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_leaves_the_directory_is_told_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    source = tmp_path / "in" / "deep" / "hostile.zip"
    source.parent.mkdir(parents=True)
    source.write_bytes(archive((METADATA, EMPTY), (name, b"x")))
    before = sorted(tmp_path.rglob("*"))
    shown = CliRunner().invoke(tramontane_command, ["inspect", str(source)])
    assert shown.exit_code == 0
    assert "Nom qui sort de l'archive" in shown.stdout
    assert sorted(tmp_path.rglob("*")) == before


def test_names_that_stay_inside_are_not_accused() -> None:
    assert "sort de l'archive" not in told(archive((METADATA, EMPTY), ("IHE_XDM/SUBSET01/a..b.xml", b""), ("...", b"")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_given_twice_is_told_since_two_readers_may_take_different_files() -> None:
    assert f"Nom répété : {METADATA}" in told(archive((METADATA, EMPTY), (METADATA, EMPTY)))


def test_names_cannot_drive_the_terminal_nor_forge_lines(tmp_path: Path) -> None:
    source = tmp_path / "a.zip"
    source.write_bytes(archive((METADATA, EMPTY), ("../\x1b[2J\nLots\xa0: 99\r", b"")))
    shown = CliRunner().invoke(tramontane_command, ["inspect", str(source)], color=True)
    assert "\x1b" not in shown.stdout
    assert not any(line.startswith("Lots\xa0: 99") for line in shown.stdout.split("\n"))


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = archive((METADATA, EMPTY))
    assert recognise(archive(("a.zip", inner))).kind is Kind.UNKNOWN
    assert "Lots : 1" in told(archive((METADATA, EMPTY), ("IHE_XDM/SUBSET01/DOC.ZIP", inner)))


def test_metadata_that_are_an_archive_are_not_xml() -> None:
    assert "bien formé" in recognise(archive((METADATA, archive((METADATA, EMPTY))))).title


def test_many_bombs_share_one_limit() -> None:
    blank = b" " * 5_000_000
    bomb = archive(*((f"IHE_XDM/S{rank}/METADATA.XML", EMPTY + blank) for rank in range(5)))
    assert "dépassent 20 Mo" in recognise(bomb).title


def overlapping(entries: int) -> bytes:
    """One compressed kernel named by every entry of the directory: what a « better zip bomb » is made of."""
    single = archive((METADATA, b" " * 19_000_000))
    at = single.index(b"PK\x01\x02")
    (length,) = struct.unpack_from("<H", single, at + 28)
    entry = single[at : at + 46 + length]
    directory = entry * entries
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *(min(entries, 65_535),) * 2, len(directory), at, 0)
    return single[:at] + directory + end


def test_a_kernel_named_four_thousand_times_is_inflated_twice_at_most() -> None:
    begun = time.perf_counter()
    found = recognise(overlapping(4_000))
    assert found.kind is Kind.UNKNOWN
    assert time.perf_counter() - begun < SECONDS


def test_four_hundred_thousand_entries_are_counted_and_not_read() -> None:
    begun = time.perf_counter()
    assert "trop pour être une archive XDM" in recognise(overlapping(400_000)).title
    assert time.perf_counter() - begun < SECONDS


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_may_claim_gigabytes_is_not_tried(method: int) -> None:
    assert "format inconnu" in recognise(archive((METADATA, EMPTY), method=method)).title


def test_a_wrong_checksum_is_said() -> None:
    data = bytearray(archive((METADATA, EMPTY), method=zipfile.ZIP_STORED))
    data[data.index(EMPTY) + 3] ^= 1
    assert "abîmée" in recognise(bytes(data)).title


def test_an_encrypted_archive_is_said() -> None:
    data = bytearray(archive((METADATA, EMPTY)))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    assert "chiffrée" in recognise(bytes(data)).title


def test_a_name_that_is_not_utf_8_is_said() -> None:
    data = bytearray(archive((METADATA, EMPTY), ("é", b"")))
    position = data.rindex("é".encode())
    data[position : position + 2] = b"\xff\xff"
    assert recognise(bytes(data)).kind is Kind.UNKNOWN


def test_no_damaged_archive_raises() -> None:
    """1,500 archives, one to four bytes changed, cut or doubled: each ends in a sentence."""
    good, chance = archive((METADATA, EMPTY), ("IHE_XDM/SUBSET01/DOC00001.XML", b"a" * 50)), random.Random(2026)
    for _ in range(1_500):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(4, len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        if chance.random() < 0.2:
            del data[chance.randrange(4, len(data)) :]
        assert recognise(bytes(data)).title
