"""What a connection refers to, files and variables: each that cannot serve is refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.pki import pki
from tramontane.client import ServerTrust, files
from tramontane.dmp.errors import CertificateMisuse, LocalError

PKI = pki()
AUTHORITIES = b"".join(one.public_bytes(Encoding.PEM) for one in (*PKI.anchors, *PKI.intermediates))
LISTS = b"".join(one.public_bytes(Encoding.PEM) for one in PKI.crls)


def test_a_missing_variable_is_named_with_what_to_do() -> None:
    with pytest.raises(LocalError) as refused:
        files.environment_secret("MOT_DE_PASSE_DMP", {"AUTRE": "secret"})
    assert "MOT_DE_PASSE_DMP" in refused.value.explain()
    assert "secret" not in refused.value.explain()


def test_a_variable_that_is_there_or_not_named_is_no_fault() -> None:
    assert files.environment_secret("MOT", {"MOT": ""}) == ""
    assert files.environment_secret("", {}) is None


def test_a_secret_that_is_not_utf_8_is_refused_and_not_shown() -> None:
    with pytest.raises(LocalError) as refused:
        files.environment_secret("MOT", {"MOT": "caf\udce9"})
    assert refused.value.code == "variable-illisible"
    assert "caf" not in refused.value.explain()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "trust.pem").write_bytes(AUTHORITIES)
    (tmp_path / "crl.pem").write_bytes(LISTS)
    return tmp_path


def trust(place: Path, revocation: str = "require") -> ServerTrust:
    return files.server_trust(str(place / "trust.pem"), str(place / "crl.pem"), revocation)


def test_whole_files_give_the_anchors_and_every_list(place: Path) -> None:
    read = trust(place)
    assert (read.anchors, read.intermediates, read.crls) == (PKI.anchors, PKI.intermediates, PKI.crls)


@pytest.mark.parametrize("revocation", ["require", "unsafe-skip"])
@pytest.mark.parametrize("name", ["trust.pem", "crl.pem"])
@pytest.mark.parametrize("content", [b"", b"rien", PKI.crls[0].public_bytes(Encoding.DER), "cut"])
def test_a_file_that_is_not_whole_pem_is_refused_with_what_to_do(
    place: Path, name: str, content: bytes | str, revocation: str
) -> None:
    path = place / name
    path.write_bytes(path.read_bytes().rstrip()[:-12] if isinstance(content, str) else content)
    with pytest.raises(CertificateMisuse) as refused:
        trust(place, revocation)
    assert refused.value.code == "certificat-illisible"
    assert "PEM" in refused.value.explain()
    assert str(place) not in refused.value.explain()


@pytest.mark.parametrize("path", ["", ".", "/dev/zero", "/nowhere/at/all"])
def test_only_an_ordinary_file_is_read(path: str) -> None:
    with pytest.raises(CertificateMisuse) as refused:
        files.read(path)
    assert refused.value.code == "certificat-fichier"
