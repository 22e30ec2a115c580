"""The connection of each legal entity, what is known of each DMP, and every opening."""

from tramontane.hospital.consultations.models.connection import DmpConnection, SiteContract
from tramontane.hospital.consultations.models.knowledge import DmpState, KnownDocument, SearchMemory
from tramontane.hospital.consultations.models.openings import Opening

__all__ = ["DmpConnection", "DmpState", "KnownDocument", "Opening", "SearchMemory", "SiteContract"]
