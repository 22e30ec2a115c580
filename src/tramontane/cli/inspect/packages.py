"""An XDM archive (IHE ITI TF-2 §3.32): a zip with IHE_XDM/<lot>/METADATA.XML. Opened within limits, nothing extracted."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import PurePosixPath

from tramontane.cli.inspect.inspection import Inspection, Kind, Row, rows, unknown
from tramontane.cli.inspect.metadata import MAX_LISTED, document_rows, entries_of, metadata, objects_of
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.xds import DocumentEntry
from tramontane.dmp.xml import parse

MAX_FILES = 5_000
MAX_METADATA = 20_000_000
"""Bytes that all the METADATA.XML together may inflate to. Nothing else of the archive is inflated."""
_METADATA = re.compile(r"(?:.*/)?IHE_XDM/[^/]+/METADATA\.XML", re.IGNORECASE)
_ENTRY = b"PK\x01\x02"
# What every zip reader knows; LZMA and its like may claim gigabytes of memory to inflate one byte.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def describe_archive(data: bytes, traits: Traits) -> Inspection:
    """The summary of a zip: an XDM archive, or why it is not one.

    Raises:
        MalformedMessage: metadata that are not XML.
    """
    if (count := data.count(_ENTRY)) > MAX_FILES:  # before the directory is read: each entry costs memory
        return unknown(f"Archive zip de {count} fichiers : trop pour être une archive XDM.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            described = [member for member in members if _METADATA.fullmatch(member.filename)]
            contents = _inflated(archive, described)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        # RuntimeError: an encrypted archive; NotImplementedError: a method Python does not know; ValueError: an offset
        # before the beginning, a name that is not UTF-8.
        return unknown("Archive zip abîmée, chiffrée ou d'un format inconnu.")
    if not described:
        return unknown("Archive zip sans IHE_XDM/…/METADATA.XML : ce n'est pas une archive XDM.")
    if contents is None:
        return unknown("Archive XDM dont les métadonnées, une fois décompressées, dépassent 20 Mo.")
    lots = [(member.filename.rpartition("/")[0], content) for member, content in zip(described, contents, strict=True)]
    return _describe([member.filename for member in members if not member.is_dir()], lots, traits)


def _describe(files: Sequence[str], metadata_of: Sequence[tuple[str, bytes]], traits: Traits) -> Inspection:
    lots = [(lot, entries_of(objects_of(parse(content)))) for lot, content in metadata_of]
    entries = tuple(entry for _, told in lots for entry in told)
    return Inspection(
        Kind.XDM,
        "Archive XDM",
        rows=(
            *rows(("Lots", len(lots)), ("Fichiers", len(files)), ("Documents décrits", len(entries))),
            *document_rows(entries),
            *_told("Fichier absent", _missing(lots, files)),
            *_told("Nom répété", (name for name, count in Counter(files).items() if count > 1)),
            *_told("Nom qui sort de l'archive", filter(_escapes, files)),
        ),
        documents=tuple(metadata(entry, traits) for entry in entries),
        details={"files": list(files)},
    )


def _inflated(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]) -> list[bytes] | None:
    """The contents, or None when they are too large together: thousands of members may share the same bomb.

    Raises:
        NotImplementedError: another compression than those of every zip.
    """
    contents, left = [], MAX_METADATA
    for member in members:
        if member.compress_type not in _COMPRESSIONS:
            raise NotImplementedError(member.compress_type)
        with archive.open(member) as stream:
            contents.append(stream.read(left + 1))
        left -= len(contents[-1])
        if left < 0:
            return None
    return contents


def _missing(lots: Sequence[tuple[str, Sequence[DocumentEntry]]], files: Sequence[str]) -> list[str]:
    """The URIs, relative to their lot, where the archive has no file."""
    present = set(files)
    return [entry.uri for lot, told in lots for entry in told if entry.uri and f"{lot}/{entry.uri}" not in present]


def _escapes(name: str) -> bool:
    """Whether a careless extraction would write outside of its directory."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or bool(re.match(r"[A-Za-z]:", name))


def _told(label: str, names: Iterable[str]) -> tuple[Row, ...]:
    found = list(names)
    more = [f"et {len(found) - MAX_LISTED} autres"] if len(found) > MAX_LISTED else []
    return tuple(Row(label, name) for name in [*found[:MAX_LISTED], *more])
