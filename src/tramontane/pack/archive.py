"""Opening an archive nobody vouches for: every limit is checked before a byte is inflated."""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import IO

from tramontane.pack.manifest import InvalidPack
from tramontane.pack.names import unsafe

_EOCD, _EOCD64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_TAIL = 22 + 65_535 + 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold at most.

    Attributes:
        entries: files.
        directory: bytes of the list of files, which is read in memory.
        total: bytes once inflated.
        ratio: inflated ÷ size of the archive.
    """

    entries: int = 20_000
    directory: int = 16 * 1024 * 1024
    total: int = 100 * 1024**3
    ratio: int = 200


def opened(file: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    """The archive, once its list of files is within the limits and holds no trap.

    Raises:
        InvalidPack: not a ZIP, too large, ambiguous, encrypted, overlapping files, names that leave it.
    """
    size = file.seek(0, 2)
    count, directory = _directory(file, size)
    if count > limits.entries or directory > limits.directory:
        raise InvalidPack(
            "trop-de-fichiers",
            "L’archive liste trop de fichiers.",
            expected=f"{limits.entries} au plus",
            received=str(count),
        )
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError) as error:
        raise InvalidPack("archive-illisible", f"L’archive ZIP est illisible : {error}.") from None
    infos = archive.infolist()
    _check_names(infos)
    _check_sizes(infos, size, limits)
    return archive


def _directory(file: IO[bytes], size: int) -> tuple[int, int]:
    """(files, bytes) of the list, as the end of the archive announces them."""
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) < at + 22:
        raise InvalidPack("archive-illisible", "Ce fichier n’est pas une archive ZIP, ou il est tronqué.")
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if count < 0xFFFF and directory < 0xFFFFFFFF:
        return count, directory
    if at < 20 or tail[at - 20 : at - 16] != _LOCATOR64:
        raise InvalidPack("archive-illisible", "La fin de l’archive ZIP se contredit.")
    (offset,) = struct.unpack_from("<Q", tail, at - 12)
    file.seek(min(offset, size))
    record = file.read(56)
    if len(record) < 56 or record[:4] != _EOCD64:
        raise InvalidPack("archive-illisible", "La fin de l’archive ZIP se contredit.")
    count, directory = struct.unpack_from("<QQ", record, 32)
    return count, directory


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in infos:
        mode = info.external_attr >> 16
        reason = unsafe(info.orig_filename) or unsafe(info.filename)
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            reason = "ce n’est pas un simple fichier"
        if info.flag_bits & 0x1:
            reason = "le fichier est chiffré"
        if info.compress_type not in _METHODS:
            reason = "la méthode de compression n’est pas admise"
        if info.filename.casefold() in seen:
            reason = "le nom est donné deux fois"
        seen.add(info.filename.casefold())
        if reason:
            raise InvalidPack("nom-refuse", f"Un fichier de l’archive est refusé : {reason}.", received=_shown(info))


def _check_sizes(infos: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    total = sum(info.file_size for info in infos)
    if total > limits.total or total > limits.ratio * size + 10_000_000:
        raise InvalidPack(
            "archive-demesuree",
            "L’archive gonflerait démesurément.",
            expected=f"au plus {limits.ratio} fois sa taille",
            received=f"{total} octets pour {size}",
        )
    free = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < free:
            raise InvalidPack(
                "fichiers-superposes", "Deux fichiers de l’archive se superposent.", received=_shown(info)
            )
        free = info.header_offset + 30 + info.compress_size
    if free > size:
        raise InvalidPack("archive-illisible", "L’archive ZIP est tronquée.")


def _shown(info: zipfile.ZipInfo) -> str:
    return ascii(info.orig_filename[:120])
