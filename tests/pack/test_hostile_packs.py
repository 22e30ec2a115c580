"""An archive that nobody vouches for is refused before it costs anything, with a code and a sentence."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any

import pytest

from support.packs import pack, part, rewritten
from tramontane.pack import InvalidPack, Limits, verify
from tramontane.pack.manifest import MANIFEST

GOOD = pack(part("preuves/liste.txt"))


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(InvalidPack) as refused:
        verify(io.BytesIO(data), limits=Limits(**limits))
    assert refused.value.sentence.endswith((".", "!"))
    return refused.value.code


def archive(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


def manifest(**changes: Any) -> bytes:
    content = json.loads(zipfile.ZipFile(io.BytesIO(GOOD)).read(MANIFEST))
    return rewritten(GOOD, **{MANIFEST: json.dumps(content | changes).encode()})


def entry(**changes: Any) -> bytes:
    row = json.loads(zipfile.ZipFile(io.BytesIO(GOOD)).read(MANIFEST))["entries"][0]
    return manifest(entries=[row | changes])


def flagged(name: str, flag: int) -> bytes:
    """The archive, with a flag of one file raised in the list of files: patched data, strong encryption."""
    data = bytearray(GOOD)
    at = data.rfind(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 8] |= flag
    return bytes(data)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", GOOD[:200], b"PK\x05\x06", GOOD[-60:]])
def test_what_is_no_archive_is_said_so(data: bytes) -> None:
    assert refusal(data) == "archive-illisible"


def test_an_archive_without_manifest_is_no_pack() -> None:
    assert refusal(archive(**{"a.txt": b"a"})) == "manifeste-absent"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:/x", "a/./b", "a\\b", "con", "x\u202etxt.exe"])
def test_a_name_that_leaves_the_archive_or_lies_is_refused(name: str) -> None:
    assert refusal(rewritten(GOOD, **{name: b"x"})) == "nom-refuse"


def test_a_link_and_a_name_given_twice_are_refused() -> None:
    link = zipfile.ZipInfo("lien")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as made:
        made.writestr(link, "/etc/passwd")
    assert refusal(target.getvalue()) == "nom-refuse"
    twice = io.BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "a") as made:
        made.writestr(MANIFEST, "{}")
    assert refusal(twice.getvalue()) == "nom-refuse"


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    assert refusal(rewritten(GOOD, bombe=bytes(60_000_000))) == "archive-demesuree"


def test_too_many_files_are_refused_from_the_end_of_the_archive_alone() -> None:
    assert refusal(GOOD, entries=2) == "trop-de-fichiers"
    lying = GOOD[:-22] + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 60_000, 4_000_000_000, 0, 0)
    assert refusal(lying) == "trop-de-fichiers"
    assert refusal(lying[:-12] + b"\xff" * 10 + lying[-2:]) == "archive-illisible"


def test_files_that_overlap_are_refused() -> None:
    data = bytearray(archive(a=b"x" * 500, b=b"y" * 500))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    assert refusal(bytes(data)) == "fichiers-superposes"


def test_an_encrypted_file_or_an_unknown_method_is_refused() -> None:
    for offset, value in ((8, 1), (10, 99)):
        data = bytearray(archive(a=b"x"))
        struct.pack_into("<H", data, data.rindex(b"PK\x01\x02") + offset, value)
        assert refusal(bytes(data)) == "nom-refuse"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (rewritten(GOOD, **{MANIFEST: b"{"}), "manifeste-illisible"),
        (rewritten(GOOD, **{MANIFEST: b"[" * 100_000}), "manifeste-illisible"),
        (rewritten(GOOD, **{MANIFEST: b'{"format":"tramontane-pack","format":"x"}'}), "manifeste-illisible"),
        (rewritten(GOOD, **{MANIFEST: b"[]"}), "format-inconnu"),
        (manifest(title="\ud800"), "manifeste-illisible"),
        (flagged(MANIFEST, 0x20), "manifeste-illisible"),
        (manifest(version=2), "version-inconnue"),
        (manifest(facts=[["un"]]), "manifeste-invalide"),
        (manifest(title=None), "manifeste-invalide"),
        (manifest(entries={}), "manifeste-invalide"),
        (entry(sha256=""), "manifeste-invalide"),
        (entry(size=-1), "manifeste-invalide"),
        (entry(size=True), "manifeste-invalide"),
        (entry(state="presque"), "manifeste-invalide"),
        (entry(autre=1), "manifeste-invalide"),
        (entry(exigences="dmp"), "manifeste-invalide"),
        (entry(path="../x"), "nom-refuse"),
        (entry(path=MANIFEST), "manifeste-invalide"),
    ],
)
def test_a_manifest_that_is_not_understood_whole_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code
