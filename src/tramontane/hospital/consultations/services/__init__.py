"""Acting on a DMP in a professional's name. Each function takes an `Access` and says what it traced."""

from tramontane.hospital.consultations.services.authorising import authorise
from tramontane.hospital.consultations.services.connecting import keep_connection, try_connection
from tramontane.hospital.consultations.services.emergency import (
    bris_de_glace_open,
    emergency_end,
    emergency_review,
    regulation_open,
)
from tramontane.hospital.consultations.services.opening import displayed, open_record, refresh
from tramontane.hospital.consultations.services.retrieving import Fetched, Retrieved, retrieve
from tramontane.hospital.consultations.services.secrecy import secret_end, secret_open
from tramontane.hospital.consultations.services.seeking import SearchResult, search
from tramontane.hospital.consultations.services.web_ps import web_ps_address

__all__ = [
    "Fetched",
    "Retrieved",
    "SearchResult",
    "authorise",
    "bris_de_glace_open",
    "displayed",
    "emergency_end",
    "emergency_review",
    "keep_connection",
    "open_record",
    "refresh",
    "regulation_open",
    "retrieve",
    "search",
    "secret_end",
    "secret_open",
    "try_connection",
    "web_ps_address",
]
