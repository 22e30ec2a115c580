"""The guided walk: a hospital consults DMPs as several professionals, and is refused as several others."""

from tramontane.cli.walk.application import show_codes
from tramontane.cli.walk.guide import walk

__all__ = ["show_codes", "walk"]
