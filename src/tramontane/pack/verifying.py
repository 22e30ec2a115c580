"""Verifying a pack offline: what it holds is what its manifest says, byte for byte."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from tramontane.pack.archive import Limits, opened
from tramontane.pack.manifest import MANIFEST, MAX_MANIFEST_BYTES, SIGNATURE, Entry, InvalidPack, Manifest, State, read
from tramontane.pack.names import unsafe
from tramontane.pack.signature import signer_of

__all__ = ["Finding", "Limits", "Report", "verify"]
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `code` is stable."""

    code: str
    path: str
    sentence: str
    expected: str = ""
    received: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Attributes:
        files, size: files whose digest was recomputed, and their bytes.
        manifest_sha256: to compare with the digest noted when the pack was made.
        anchored: that comparison was made; a pack whose manifest was rewritten passes every other check.
        signed_by: names and SHA-256 of the certificate whose key signed the manifest; empty: nobody did, or not as it is.
            Whose key it is, the pack cannot say: compare the digest of the certificate with one known otherwise.
    """

    manifest: Manifest
    manifest_sha256: str
    files: int
    size: int
    anchored: bool
    findings: tuple[Finding, ...]
    signed_by: str = ""

    @property
    def whole(self) -> bool:
        """Nothing is missing, added or changed."""
        return not self.findings


def verify(file: IO[bytes], *, manifest_sha256: str = "", limits: Limits | None = None) -> Report:
    """Recompute every digest of a pack. Memory does not grow with its files.

    Args:
        file: the archive, seekable.
        manifest_sha256: digest of the manifest noted when the pack was made; empty: not compared.

    Raises:
        InvalidPack: not a pack, or an archive nobody should open.
    """
    with opened(file, limits or Limits()) as archive:
        data = _manifest_bytes(archive)
        manifest, digest = read(data), hashlib.sha256(data).hexdigest()
        _check_paths(manifest)
        findings = _anchor(digest, manifest_sha256.casefold())
        signer, wrong = _signed(archive, data)
        findings += wrong
        infos = {info.filename: info for info in archive.infolist() if info.filename not in (MANIFEST, SIGNATURE)}
        present = [entry for entry in manifest.entries if entry.path in infos]
        for entry in manifest.entries:
            findings += _compared(archive, entry) if entry.path in infos else [_missing(entry)]
        listed = {entry.path for entry in manifest.entries}
        findings += [
            Finding("ajoute", path, "Ce fichier n’est pas au manifeste.") for path in infos if path not in listed
        ]
    size = sum(entry.size for entry in present)
    return Report(manifest, digest, len(present), size, bool(manifest_sha256), tuple(findings), signer)


def _signed(archive: zipfile.ZipFile, manifest: bytes) -> tuple[str, list[Finding]]:
    """Who signed the manifest, and what is wrong in the signature."""
    if SIGNATURE not in archive.namelist():
        return "", []
    signer = signer_of(manifest, _bytes(archive, SIGNATURE))
    if signer:
        return signer, []
    return "", [Finding("signature-invalide", SIGNATURE, "La signature n’est pas celle de ce manifeste.")]


def _manifest_bytes(archive: zipfile.ZipFile) -> bytes:
    if MANIFEST not in archive.namelist():
        raise InvalidPack("manifeste-absent", f"L’archive ne contient pas {MANIFEST} : ce n’est pas un pack.")
    return _bytes(archive, MANIFEST)


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_MANIFEST_BYTES:
        raise InvalidPack("manifeste-demesure", f"{name} est démesuré.", expected=f"{MAX_MANIFEST_BYTES} octets")
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InvalidPack("manifeste-illisible", f"{name} est illisible : {error}.") from None


def _check_paths(manifest: Manifest) -> None:
    paths = [entry.path.casefold() for entry in manifest.entries]
    if len(set(paths)) != len(paths) or MANIFEST in paths:
        raise InvalidPack("manifeste-invalide", "Le manifeste nomme deux fois le même fichier.")
    for entry in manifest.entries:
        if reason := unsafe(entry.path):
            raise InvalidPack(
                "nom-refuse", f"Le manifeste nomme un fichier refusé : {reason}.", received=ascii(entry.path)
            )


def _anchor(digest: str, expected: str) -> list[Finding]:
    if expected in ("", digest):
        return []
    sentence = "Le manifeste n’est pas celui dont l’empreinte a été notée : le pack a été refait."
    return [Finding("manifeste-remplace", MANIFEST, sentence, expected, digest)]


def _missing(entry: Entry) -> Finding:
    if entry.state is State.ABSENT:
        return Finding("absent", entry.path, "Ce fichier manquait déjà quand le pack a été fait.")
    return Finding("retire", entry.path, "Ce fichier a été retiré du pack.", entry.sha256)


def _compared(archive: zipfile.ZipFile, entry: Entry) -> list[Finding]:
    try:
        found, size = _digest(archive, entry.path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        return [Finding("illisible", entry.path, f"Ce fichier ne se lit plus : {error}.", entry.sha256)]
    if found != entry.sha256 or size != entry.size:
        return [Finding("modifie", entry.path, "Ce fichier n’est plus celui du manifeste.", entry.sha256, found)]
    if entry.frozen_sha256 not in ("", found):
        sentence = "Ce fichier n’était plus celui de la signature quand le pack a été fait."
        return [Finding("modifie-avant", entry.path, sentence, entry.frozen_sha256, found)]
    return []


def _digest(archive: zipfile.ZipFile, path: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with archive.open(path) as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size
