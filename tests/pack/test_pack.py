"""A pack is written as a stream and says of each file what it is; verified, it says what changed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.packs import AT, HEAD, noted, pack, part, rewritten, sha256
from support.pki import pki
from tramontane.hospital.objectives import sealing
from tramontane.pack import Part, Report, State, stream, verify
from tramontane.pack.manifest import MANIFEST

FILES = (part("pv/pv.pdf", b"%PDF", role="pv", exigences=()), part("preuves/exi-23/liste.txt", b"dix comptes" * 900))


def verified(data: bytes, manifest_sha256: str = "") -> Report:
    return verify(io.BytesIO(data), manifest_sha256=manifest_sha256)


def codes(data: bytes, manifest_sha256: str = "") -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in verified(data, manifest_sha256).findings]


def gone() -> io.BytesIO:
    raise FileNotFoundError


def test_a_pack_just_written_is_whole_and_says_how_many_files_it_holds() -> None:
    report = verified(pack(*FILES))
    assert report.whole
    assert report.files == 3
    assert not report.anchored
    assert [(one.path, one.role, one.exigences) for one in report.manifest.entries[:2]] == [
        ("pv/pv.pdf", "pv", ()),
        ("preuves/exi-23/liste.txt", "preuve", ("dmp:exi-23",)),
    ]


def test_the_same_parts_give_the_same_bytes() -> None:
    assert pack(*FILES) == pack(*FILES)


def test_a_file_opens_with_any_unzip_and_the_manifest_tells_its_digest() -> None:
    archive = zipfile.ZipFile(io.BytesIO(pack(*FILES)))
    assert archive.testzip() is None
    rows = {row["path"]: row for row in json.loads(archive.read(MANIFEST))["entries"]}
    assert rows["pv/pv.pdf"]["sha256"] == sha256(b"%PDF")
    assert rows["index.html"]["sha256"] == sha256(archive.read("index.html"))


def test_the_writer_yields_as_it_reads_and_keeps_nothing() -> None:
    big = part("preuves/grand.pdf", bytes(5_000_000))
    pieces = [len(piece) for piece in stream(HEAD, [big], at=AT)]
    assert len(pieces) > 15
    assert max(pieces) < 600_000


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"pv/pv.pdf": b"%PDF modifi\xc3\xa9"}, ("modifie", "pv/pv.pdf")),
        ({"pv/pv.pdf": None}, ("retire", "pv/pv.pdf")),
        ({"preuves/exi-23/autre.txt": b"ajout"}, ("ajoute", "preuves/exi-23/autre.txt")),
        ({"index.html": b"<p>tout va bien</p>"}, ("modifie", "index.html")),
    ],
)
def test_whatever_is_changed_is_found(changes: dict[str, bytes | None], found: tuple[str, str]) -> None:
    assert codes(rewritten(pack(*FILES), **changes)) == [found]


def test_a_flipped_bit_inside_the_archive_is_found() -> None:
    data = bytearray(pack(part("preuves/liste.pdf", b"dix comptes" * 50)))
    data[data.index(b"dix comptes") + 3] ^= 1
    assert codes(bytes(data)) == [("illisible", "preuves/liste.pdf")]


def test_a_pack_made_again_with_its_manifest_is_found_only_with_the_digest_noted_when_it_was_made() -> None:
    _, digest = noted(*FILES)
    other = pack(part("pv/pv.pdf", b"%PDF autre", role="pv", exigences=()), FILES[1])
    assert verified(other).whole
    assert codes(other, manifest_sha256=digest) == [("manifeste-remplace", MANIFEST)]
    assert verified(pack(*FILES), manifest_sha256=digest.upper()).whole


def test_a_proof_that_is_no_longer_the_one_frozen_is_said_on_the_page_in_the_manifest_and_by_the_verification() -> None:
    data = pack(part("preuves/liste.txt", b"apr\xc3\xa8s", frozen_sha256=sha256(b"avant")))
    assert codes(data) == [("modifie-avant", "preuves/liste.txt")]
    page = zipfile.ZipFile(io.BytesIO(data)).read("index.html").decode()
    assert "Modifié depuis la signature" in page
    assert "ce pack n’est pas complet" in page


def test_a_proof_that_cannot_be_read_does_not_stop_the_pack() -> None:
    lost = Part("preuves/perdue.txt", "preuve", "Perdue", gone, frozen_sha256=sha256(b"x"))
    data = pack(lost, FILES[0])
    report = verified(data)
    assert report.manifest.entries[0].state is State.ABSENT
    assert [(one.code, one.path) for one in report.findings] == [("absent", "preuves/perdue.txt")]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "C:/x", "a\\b", "nul.txt", "é.txt", "index.html", "pv."])
def test_a_path_that_some_system_would_misread_is_never_written(path: str) -> None:
    with pytest.raises(ValueError, match="«"):
        pack(part(path))


def test_two_files_never_take_the_same_name_whatever_the_case() -> None:
    with pytest.raises(ValueError, match="déjà pris"):
        pack(part("preuves/A.txt"), part("preuves/a.txt"))


def test_what_people_typed_is_text_on_the_page() -> None:
    data = pack(part("preuves/x.txt", title="<script>alert(1)</script>{{ 7*7 }}"))
    page = zipfile.ZipFile(io.BytesIO(data)).read("index.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "CH &lt;des&gt; Essais" in page
    assert 'href="preuves/x.txt"' in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_signed_manifest_is_verified_here_and_by_openssl(tmp_path: Path) -> None:
    signed = b"".join(stream(HEAD, [part("a.txt")], at=AT, sign=lambda data: sealing.detached(data, pki().sign)))
    report = verify(io.BytesIO(signed))
    assert report.whole
    der = pki().sign.certificate.public_bytes(Encoding.DER)
    assert report.signed_by.endswith(f"SHA-256 {hashlib.sha256(der).hexdigest()}")
    archive = zipfile.ZipFile(io.BytesIO(signed))
    for name in ("manifest.json", "manifest.json.p7s"):
        (tmp_path / name).write_bytes(archive.read(name))
    command = ["openssl", "cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-out", os.devnull]
    files = ["-in", str(tmp_path / "manifest.json.p7s"), "-content", str(tmp_path / "manifest.json")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    assert verify(io.BytesIO(pack(part("a.txt")))).signed_by == ""


@pytest.mark.parametrize("signature", [b"", b"0\x80", b"autre", None])
def test_the_signature_of_another_manifest_or_a_broken_one_is_said(signature: bytes | None) -> None:
    other = sealing.detached(b"autre manifeste", pki().sign) if signature is None else signature
    report = verify(io.BytesIO(rewritten(pack(part("a.txt")), **{"manifest.json.p7s": other})))
    assert [one.code for one in report.findings] == ["signature-invalide"]
    assert report.signed_by == ""
