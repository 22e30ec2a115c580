"""PRPA_IN201307UV02, Patient Registry Get Demographics: what the hospital asks (TD0.2, TD1.3a)."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.hl7v3 import wire
from tramontane.dmp.hl7v3.values import DMP, DemographicsQuery, PatientId
from tramontane.dmp.hl7v3.wire import H

INTERACTION = "PRPA_IN201307UV02"


def build_query(query: DemographicsQuery) -> bytes:
    """The body of the request, ready for a SOAP envelope."""
    message = H(
        INTERACTION,
        *wire.header(INTERACTION, query.message, query.creation_time, (query.processing_code, "AL")),
        wire.write_device("receiver", "RCV", DMP),
        wire.write_device("sender", "SND", query.sender),
        H.attentionLine({wire.XSI_NIL: "true"}),
        H.controlActProcess(
            wire.write_reason(query.reason), _query_by_parameter(query), classCode="CACT", moodCode="EVN"
        ),
        ITSVersion="XML_1.0",
    )
    return etree.tostring(message, encoding="utf-8")


def _query_by_parameter(query: DemographicsQuery) -> etree._Element:
    return H.queryByParameter(
        wire.write_id(query.query, "queryId"),
        H.statusCode(code="new"),
        H.parameterList(
            H.dataSource({wire.XSI_NIL: "true"}),
            H.patientIdentifier(wire.write_id(query.patient, "value"), H.semanticsText("Patient.id")),
        ),
    )


def parse_query(body: etree._Element) -> DemographicsQuery:
    """Read the request on the national side. The patient identifier is not judged here.

    Raises:
        MalformedMessage: another message, or no query in it.
    """
    message = wire.require_root(body, INTERACTION)
    process = wire.require(message, "controlActProcess")
    parameters = wire.require(process, "queryByParameter")
    patient = wire.read_id(parameters, "parameterList/patientIdentifier/value")
    return DemographicsQuery(
        message=wire.read_id(message, "id"),
        query=wire.read_id(parameters, "queryId"),
        creation_time=wire.attribute(message, "creationTime", "value"),
        sender=wire.read_device(message, "sender"),
        reason=wire.attribute(process, "reasonCode", "code"),
        patient=PatientId(patient.root, patient.extension),
        processing_code=wire.attribute(message, "processingCode", "code"),
    )
