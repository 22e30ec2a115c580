"""What the OSCAL documents share: identifiers, metadata, properties, and reading JSON nobody vouches for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

VERSION = "1.1.2"
# Properties of this product stand in their own name space, as OSCAL asks.
NAMESPACE = "urn:tramontane:oscal"
MAX_BYTES = 5_000_000
_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)


class InvalidOscal(ValueError):
    """A document that is not what was expected; the message says where."""


def identifier(*names: str) -> str:
    """A UUID (version 5) drawn from names: the same content keeps its identifiers."""
    return str(uuid5(_ROOT, "/".join(names)))


def metadata(title: str, version: str, at: datetime) -> dict[str, Any]:
    """`at`: aware."""
    return {
        "title": title,
        "last-modified": at.isoformat(timespec="seconds"),
        "version": version,
        "oscal-version": VERSION,
    }


def properties(values: Mapping[str, str]) -> list[dict[str, str]]:
    """The properties that have a value; OSCAL admits no empty one, nor a line end."""
    return [
        {"name": name, "ns": NAMESPACE, "value": " ".join(value.split())}
        for name, value in values.items()
        if value.strip()
    ]


def written(root: str, content: dict[str, Any]) -> bytes:
    """The document."""
    return (json.dumps({root: _without_nothing(content)}, ensure_ascii=False, indent=1) + "\n").encode()


def _without_nothing(value: Any) -> Any:
    """OSCAL admits no empty list and no empty object: what says nothing is left out."""
    if isinstance(value, dict):
        cleaned = {name: _without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in cleaned.items() if one not in ({}, [], "", None)}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def parsed(data: bytes, root: str) -> dict[str, Any]:
    """The content of a document of this kind.

    Raises:
        InvalidOscal: too large, not JSON, or another kind.
    """
    if len(data) > MAX_BYTES:
        raise InvalidOscal(f"fichier : {len(data)} octets reçus, {MAX_BYTES} au plus")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidOscal(f"fichier : JSON illisible ({type(error).__name__})") from None
    found = content.get(root) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise InvalidOscal(f"fichier : attendu un document OSCAL « {root} »")
    return found


def rows(content: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a list, or nothing.

    Raises:
        InvalidOscal: something else than objects in a list.
    """
    found = content.get(name, []) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidOscal(f"{name} : attendu une liste d’objets")
    return found


def ours(row: Mapping[str, Any]) -> dict[str, str]:
    """The properties of our name space, by name."""
    found: Iterable[dict[str, Any]] = rows(row, "props")
    return {str(one.get("name")): str(one.get("value", "")) for one in found if one.get("ns") == NAMESPACE}


def valid_uuid(text: object) -> str:
    """A UUID in text.

    Raises:
        InvalidOscal: it is none.
    """
    try:
        return str(UUID(str(text)))
    except ValueError:
        raise InvalidOscal(f"uuid : « {str(text)[:40]} » n’en est pas un") from None
