"""Names of files that every system unpacks alike, and names that none should."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 80
# Devices of Windows: a file so named cannot be written there, whatever its extension.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))})
_FOLDED = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "-", "'": "-"})
_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]*")


def safe_name(text: str, *, default: str = "fichier") -> str:
    """A file name in plain ASCII drawn from any text: « Procès-verbal signé.pdf » → ``Proces-verbal-signe.pdf``."""
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDED)).encode("ascii", "ignore").decode()
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 8:
        stem, extension = plain, ""
    stem = _joined(stem)[: MAX_LENGTH - 10].rstrip("-.") or default
    extension = re.sub(r"[^A-Za-z0-9]+", "", extension)
    if stem.casefold().split(".")[0] in _DEVICES:
        stem = f"f-{stem}"
    return f"{stem}.{extension}" if extension else stem


def _joined(text: str) -> str:
    return re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9.]+", "-", text)).strip("-.")


def unsafe(path: str) -> str:
    """Why a path must not be unpacked, in a sentence; empty when it may be."""
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        return "le chemin est absolu"
    parts = path.split("/")
    if ".." in parts or "." in parts or "" in parts:
        return "le chemin sort de l’archive, ou passe par un dossier sans nom"
    if not all(_ALLOWED.fullmatch(part) for part in parts):
        return "le nom contient des caractères qu’un système lirait autrement"
    if any(part.casefold().split(".")[0] in _DEVICES or part.endswith((".", " ")) for part in parts):
        return "le nom désigne un périphérique, ou finit par un point ou une espace"
    return ""
