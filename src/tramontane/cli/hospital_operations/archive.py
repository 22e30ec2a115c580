"""A backup as one file: the SQLite database, the documents, and a manifest of what each must be. No Django here.

`sauvegarde.tar.gz` holds `manifest.json`, `hospital.sqlite3` and `files/…`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from tramontane.dmp.errors import LocalError

MANIFEST, DATABASE, FILES = "manifest.json", "hospital.sqlite3", "files"
FORMAT = 1
# A row of the record names its file; a backup without it would not restore the record.
_NAMED_FILES = "SELECT content FROM documents_recorddocument"
_COUNTED = {"patients": "patients_patient", "traces": "traces_trace", "documents": "documents_recorddocument"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds.

    Attributes:
        made_at: ISO 8601, UTC.
        head: last link of the chain of traces; a restored chain must contain it.
        key_mark: tells whether the secret key is the same, without telling it.
        rows: how many of each thing.
        files: name in the archive → SHA-256, hexadecimal.
    """

    format: int
    version: str
    made_at: str
    head: str
    key_mark: str
    rows: Mapping[str, int]
    files: Mapping[str, str]


def snapshot(database: Path, copy: Path) -> None:
    """Copy a live SQLite database (online backup API): writers go on, the copy is one instant of it.

    Raises:
        LocalError: the copy is damaged.
        OSError: no room for it.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copy)) as to:
        try:
            source.backup(to)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise OSError(errno.ENOSPC, str(error)) from error
            raise
        # The copy is a file of its own: no journal beside it.
        to.execute("PRAGMA journal_mode=DELETE")
        state = to.execute("PRAGMA integrity_check").fetchone()[0]
    if state != "ok":
        raise _damaged("la copie de la base ne passe pas le contrôle d'intégrité de SQLite", state)


def count(database: Path) -> dict[str, int]:
    """How many patients, traces and documents."""
    with closing(sqlite3.connect(database)) as reader:
        return {
            name: reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - constants
            for name, table in _COUNTED.items()
        }


def require_documents(database: Path, files: Path) -> None:
    """Raises LocalError when a document of the record has no file."""
    with closing(sqlite3.connect(database)) as reader:
        named = [row[0] for row in reader.execute(_NAMED_FILES)]
    missing = [name for name in named if not (files / name).is_file()]
    if missing:
        raise _damaged("des documents du dossier n'ont pas leur fichier", f"{len(missing)}, dont {missing[0]}")


def migrations(database: Path) -> frozenset[tuple[str, str]]:
    """The migrations a database went through: (application, name)."""
    with closing(sqlite3.connect(database)) as reader:
        return frozenset(reader.execute("SELECT app, name FROM django_migrations"))


def digests(root: Path) -> dict[str, str]:
    """SHA-256 of every file below `root`, by relative name."""
    return {path.relative_to(root).as_posix(): _digest(path) for path in sorted(_below(root))}


def write(archive: Path, staging: Path, manifest: Manifest) -> None:
    """Write the archive, readable by its owner only; it appears whole or not at all."""
    (staging / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
    partial = archive.with_name(archive.name + ".partiel")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as tar:
            for name in (MANIFEST, *manifest.files):
                tar.add(staging / name, arcname=name, recursive=False)
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)


def extract(archive: Path, into: Path) -> Manifest:
    """Unpack into an empty directory, and check every file against the manifest.

    Raises:
        LocalError: not a backup, of another format, or not the bytes the manifest names.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                _unpack(tar, member, into)
        manifest = Manifest(**json.loads((into / MANIFEST).read_text()))
    except (OSError, tarfile.TarError, EOFError, ValueError, TypeError) as error:
        raise _damaged("ce fichier n'est pas une sauvegarde de Tramontane", type(error).__name__) from error
    if manifest.format != FORMAT:
        raise _damaged("la sauvegarde est d'un autre format", f"format {manifest.format}")
    found = {name: digest for name, digest in digests(into).items() if name != MANIFEST}
    if found != dict(manifest.files):
        wrong = sorted(found.items() ^ dict(manifest.files).items())
        raise _damaged("le contenu de la sauvegarde n'est pas celui de son manifeste", wrong[0][0])
    return manifest


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Only what a backup holds: files under relative names. `extractall(filter=…)` is missing from Python 3.11.0 to 3.11.3.

    Raises:
        TarError: a link, a device, or a name that leaves the directory.
    """
    path = PurePosixPath(member.name)
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or path.is_absolute() or ".." in path.parts:
        raise tarfile.TarError(member.name)
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with content, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file)


def put_in_place(staging: Path, data: Path, database: Path, aside: Path) -> tuple[Path, ...]:
    """Move what is there aside, then what was restored in; gives what was moved aside."""
    moved = tuple(_set_aside((database, data / FILES), aside))
    for leftover in (Path(f"{database}-wal"), Path(f"{database}-shm")):
        leftover.unlink(missing_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(staging / DATABASE, database)
    if (staging / FILES).is_dir():
        shutil.move(staging / FILES, data / FILES)
    return moved


def _set_aside(paths: tuple[Path, ...], aside: Path) -> Iterator[Path]:
    for path in paths:
        if path.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.move(path, aside / path.name)
            with suppress(OSError):  # the journal of a database belongs with it
                shutil.move(f"{path}-wal", aside / f"{path.name}-wal")
            yield aside / path.name


def _below(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _damaged(what: str, received: str) -> LocalError:
    return LocalError(
        f"Sauvegarde refusée : {what}.".replace(" :", "\N{NO-BREAK SPACE}:"),
        code="sauvegarde-inutilisable",
        received=received,
        next_step="n'écrasez rien : gardez cette sauvegarde de côté et essayez la précédente",
    )
