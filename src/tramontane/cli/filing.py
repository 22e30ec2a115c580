"""Retrieved documents become files: checked against the registry, then rendered to inert pages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tramontane.cli.entries import PARIS
from tramontane.dmp import cda
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.transactions.td3_2 import RetrievedDocument
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.xds import DocumentEntry

_KINDS = {
    cda.Kind.PDF: "CDA niveau 1, corps PDF",
    cda.Kind.STRUCTURED: "CDA niveau 3, corps structuré",
    cda.Kind.TEXT: "CDA niveau 1, corps texte",
}


@dataclass(frozen=True, slots=True)
class Filed:
    """A document on disk: its files, each with what it is."""

    kind: str
    files: tuple[tuple[Path, str], ...]


def require_intact(entry: DocumentEntry, document: RetrievedDocument) -> str:
    """The SHA-1 of the document, equal to the registry's.

    Raises:
        MalformedMessage: another hash or size than the registry announced, or the registry announced none.
    """
    for verdict in document.check(entry):
        if verdict.outcome is not Outcome.PASSED:
            raise MalformedMessage(
                "Le document reçu n'est pas celui que le registre décrit.",
                code=verdict.code,
                expected=verdict.expected,
                received=verdict.received,
                reference=verdict.reference,
                next_step=verdict.next_step,
            )
    return document.sha1


def file_document(directory: Path, entry: DocumentEntry, content: bytes) -> Filed:
    """Write the document as received, its page, and the files it carries."""
    directory.mkdir(parents=True, exist_ok=True)
    rendered = cda.render(content, zone=PARIS)
    name = f"{entry.service_start_time:%Y-%m-%d}-{slug(entry.title)}" if entry.service_start_time else slug(entry.title)
    written = [
        (
            directory / f"{name}.html",
            rendered.html.encode(),
            "page autonome et sans script, à ouvrir dans un navigateur",
        ),
        (directory / f"{name}.xml", content, "document CDA tel que reçu"),
    ]
    written += [
        (directory / f"{name}{Path(download.name).suffix}", download.data, "fichier contenu dans le document")
        for download in rendered.downloads
    ]
    for path, data, _ in written:
        path.write_bytes(data)
    return Filed(_KINDS.get(rendered.kind, str(rendered.kind)), tuple((path, what) for path, _, what in written))


def slug(title: str) -> str:
    """A file name from a title: lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
