"""Acting on a DMP in a professional's name. Each function takes an `Access` and says what it traced."""

from tramontane.hospital.consultations.services.authorising import authorise
from tramontane.hospital.consultations.services.emergency import break_glass_end, break_glass_open, break_glass_review
from tramontane.hospital.consultations.services.opening import displayed, open_record, refresh
from tramontane.hospital.consultations.services.retrieving import Fetched, Retrieved, retrieve
from tramontane.hospital.consultations.services.seeking import SearchResult, search

__all__ = [
    "Fetched",
    "Retrieved",
    "SearchResult",
    "authorise",
    "break_glass_end",
    "break_glass_open",
    "break_glass_review",
    "displayed",
    "open_record",
    "refresh",
    "retrieve",
    "search",
]
