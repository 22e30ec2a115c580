"""What a check of the installation says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    OK = "bien"
    WARNING = "à voir"
    FAILURE = "bloquant"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Level
    sentence: str
