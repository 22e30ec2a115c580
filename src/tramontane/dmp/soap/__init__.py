"""SOAP 1.2 with WS-Addressing and the carrier of the VIHF; MTOM in `tramontane.dmp.soap.mtom`."""

from tramontane.dmp.soap.envelope import (
    Addressing,
    Envelope,
    addressing_fault,
    build_envelope,
    build_fault,
    read_envelope,
)
from tramontane.dmp.soap.fault import Fault
from tramontane.dmp.soap.names import SOAP_CONTENT_TYPE
from tramontane.dmp.soap.refusals import FAULT_SENTENCES, raise_for_fault, refusal
from tramontane.dmp.soap.relation import require_answer_to

__all__ = [
    "FAULT_SENTENCES",
    "SOAP_CONTENT_TYPE",
    "Addressing",
    "Envelope",
    "Fault",
    "addressing_fault",
    "build_envelope",
    "build_fault",
    "raise_for_fault",
    "read_envelope",
    "refusal",
    "require_answer_to",
]
