"""The connection of each legal entity, what is known of each DMP, every opening, every preload."""

from tramontane.hospital.consultations.models.connection import DmpConnection, SiteContract
from tramontane.hospital.consultations.models.knowledge import Answer, DmpState, KnownDocument, SearchMemory, Sighting
from tramontane.hospital.consultations.models.openings import Opening
from tramontane.hospital.consultations.models.preloads import Preload, PreloadItem

__all__ = [
    "Answer",
    "DmpConnection",
    "DmpState",
    "KnownDocument",
    "Opening",
    "Preload",
    "PreloadItem",
    "SearchMemory",
    "Sighting",
    "SiteContract",
]
