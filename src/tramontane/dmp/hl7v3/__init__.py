"""The HL7 V3 messages of TD0.2 and TD1.3a: PRPA_IN201307UV02 asks, PRPA_IN201308UV02 answers, both sides."""

from tramontane.dmp.hl7v3.answer import build_answer, parse_answer
from tramontane.dmp.hl7v3.query import build_query, parse_query
from tramontane.dmp.hl7v3.values import (
    DMP,
    Acknowledgement,
    Closing,
    DemographicsAnswer,
    DemographicsQuery,
    Device,
    Flag,
    InstanceId,
    PatientId,
    Reason,
    Registration,
    Traits,
    timestamp,
)

__all__ = [
    "DMP",
    "Acknowledgement",
    "Closing",
    "DemographicsAnswer",
    "DemographicsQuery",
    "Device",
    "Flag",
    "InstanceId",
    "PatientId",
    "Reason",
    "Registration",
    "Traits",
    "build_answer",
    "build_query",
    "parse_answer",
    "parse_query",
    "timestamp",
]
