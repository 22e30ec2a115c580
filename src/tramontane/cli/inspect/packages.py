"""An XDM archive (IHE ITI TF-2 §3.32): a zip with IHE_XDM/<lot>/METADATA.XML. Opened within limits."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from tramontane.cli.inspect.inspection import Inspection, Kind, Row, rows, unknown
from tramontane.cli.inspect.metadata import document_rows, entries_of, metadata, objects_of
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.xds.model import RegistryObject
from tramontane.dmp.xml import parse

MAX_FILES = 5_000
MAX_METADATA = 20_000_000
"""Bytes a METADATA.XML may inflate to. Nothing else of the archive is inflated."""
_METADATA = re.compile(r"(?:.*/)?IHE_XDM/[^/]+/METADATA\.XML", re.IGNORECASE)


def describe_archive(data: bytes, traits: Traits) -> Inspection:
    """The summary of a zip: an XDM archive, or why it is not one.

    Raises:
        MalformedMessage: metadata that are not XML.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _describe(archive, traits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        # RuntimeError: an encrypted archive; NotImplementedError: a compression Python does not know.
        return unknown("Archive zip abîmée, chiffrée ou d'un format inconnu.")


def _describe(archive: zipfile.ZipFile, traits: Traits) -> Inspection:
    members = archive.infolist()
    described = [member for member in members if _METADATA.fullmatch(member.filename)]
    if len(members) > MAX_FILES:
        return unknown(f"Archive zip de {len(members)} fichiers : trop pour être une archive XDM.")
    if not described:
        return unknown("Archive zip sans IHE_XDM/…/METADATA.XML : ce n'est pas une archive XDM.")
    objects: list[RegistryObject] = []
    for member in described:
        with archive.open(member) as stream:
            content = stream.read(MAX_METADATA + 1)
        if len(content) > MAX_METADATA:
            return unknown("Archive XDM dont les métadonnées, une fois décompressées, dépassent 20 Mo.")
        objects += objects_of(parse(content))
    entries = entries_of(objects)
    files = [member.filename for member in members if not member.is_dir()]
    return Inspection(
        Kind.XDM,
        "Archive XDM",
        rows=(
            *rows(("Lots", len(described)), ("Fichiers", len(files)), ("Documents décrits", len(entries))),
            *document_rows(entries),
            *(Row("Fichier absent", entry.uri) for entry in entries if _is_missing(entry.uri, files)),
        ),
        documents=tuple(metadata(entry, traits) for entry in entries),
        details={"files": files},
    )


def _is_missing(uri: str, files: list[str]) -> bool:
    return bool(uri) and not any(name.endswith("/" + uri) for name in files)
