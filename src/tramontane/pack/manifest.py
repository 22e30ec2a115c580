"""`manifest.json`: what a pack holds, with the digest of each file. Strict: what is not understood is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

FORMAT = "tramontane-pack"
VERSION = 1
MANIFEST = "manifest.json"
INDEX = "index.html"
# A detached CMS signature of the bytes of the manifest (RFC 5652), in DER; optional.
SIGNATURE = "manifest.json.p7s"
MAX_MANIFEST_BYTES = 8 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class InvalidPack(ValueError):
    """Not a pack, or one that no honest program wrote: nothing in it is to be believed."""

    def __init__(self, code: str, sentence: str, *, expected: str = "", received: str = "") -> None:
        self.code, self.sentence, self.expected, self.received = code, sentence, expected, received
        super().__init__(sentence)


class State(StrEnum):
    """What became of a file when the pack was written."""

    WHOLE = "whole"
    ALTERED = "altered"  # its content is no longer what was frozen
    ABSENT = "absent"  # it could not be read: it is not in the pack


@dataclass(frozen=True, slots=True)
class Entry:
    """One file.

    Attributes:
        role: key of what it is in the pack.
        exigences: identifiers of the exigences it proves.
        size, sha256: of the file as packed; 0 and empty when it is absent.
        frozen_sha256: digest kept before the pack was made; empty when none was.
    """

    path: str
    role: str
    title: str
    exigences: tuple[str, ...]
    size: int
    sha256: str
    frozen_sha256: str
    state: State


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole pack, but for the manifest itself.

    Attributes:
        facts: names and values for the reader.
        made_at: ISO 8601, with its time zone.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    made_at: str
    entries: tuple[Entry, ...]

    def written(self) -> bytes:
        """The bytes of `manifest.json`. Equal manifests, equal bytes."""
        content = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read(data: bytes) -> Manifest:
    """The manifest those bytes hold.

    Raises:
        InvalidPack: another format, another version, or a value that has no place there.
    """
    try:
        content = json.loads(data, object_pairs_hook=_unrepeated)
        json.dumps(content, ensure_ascii=False).encode()  # an escape that is half a character could not be shown
    except (ValueError, RecursionError) as error:
        raise InvalidPack("manifeste-illisible", f"Le manifeste n’est pas un JSON lisible : {error}.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidPack("format-inconnu", "Le manifeste n’est pas celui d’un pack.", expected=FORMAT)
    if content.get("version") != VERSION:
        raise InvalidPack(
            "version-inconnue",
            "Cette version du manifeste n’est pas connue.",
            expected=str(VERSION),
            received=str(content.get("version"))[:40],
        )
    facts = content.get("facts")
    if not isinstance(facts, list) or not all(_texts(one) and len(one) == 2 for one in facts):
        raise _malformed("facts")
    return Manifest(
        title=_text(content, "title"),
        facts=tuple((str(one[0]), str(one[1])) for one in facts),
        made_at=_text(content, "made_at"),
        entries=tuple(_entry(row) for row in _rows(content)),
    )


def _rows(content: Mapping[str, Any]) -> list[Any]:
    rows = content.get("entries")
    if not isinstance(rows, list):
        raise _malformed("entries")
    return rows


def _entry(row: object) -> Entry:
    if not isinstance(row, dict) or set(row) != {field.name for field in fields(Entry)}:
        raise _malformed("entries")
    size, exigences = row["size"], row["exigences"]
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not _texts(exigences):
        raise _malformed("entries")
    if row["state"] not in list(State):
        raise _malformed("state")
    texts = {name: _text(row, name) for name in ("path", "role", "title", "sha256", "frozen_sha256")}
    absent = row["state"] == State.ABSENT
    digests = [texts["frozen_sha256"] or "0" * 64, texts["sha256"] or ("0" * 64 if absent else "")]
    if not all(_DIGEST.fullmatch(digest) for digest in digests):
        raise _malformed("sha256")
    return Entry(exigences=tuple(exigences), size=size, state=State(row["state"]), **texts)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str):
        raise _malformed(name)
    return value


def _malformed(name: str) -> InvalidPack:
    return InvalidPack("manifeste-invalide", f"Le manifeste n’a pas la forme attendue, au champ « {name} ».")


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice is read differently by two programs: refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("une clé est répétée")
    return found
