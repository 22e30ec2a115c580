"""The guided walk: a hospital consults DMPs as several professionals, and is refused as several others."""

from tramontane.cli.walk.guide import walk

__all__ = ["walk"]
