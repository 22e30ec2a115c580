"""The only user of the DMP client. Every call passes the gate, is traced before and after, and never inside a transaction."""

from tramontane.hospital.consultations.gateway.calls import (
    AccessRefusedError,
    authorise,
    details,
    ins_of,
    permit,
    query,
    retrieve_to,
    secrecy_code,
    status,
)
from tramontane.hospital.consultations.gateway.clients import close_all
from tramontane.hospital.consultations.gateway.tracing import lock_patient

__all__ = [
    "AccessRefusedError",
    "authorise",
    "close_all",
    "details",
    "ins_of",
    "lock_patient",
    "permit",
    "query",
    "retrieve_to",
    "secrecy_code",
    "status",
]
