"""SOAP messages: the envelope, its token, and the body by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from tramontane.cli.inspect import patients, registry
from tramontane.cli.inspect.inspection import Inspection, Kind, Row, rows, unknown
from tramontane.cli.inspect.tokens import ASSERTION, token_rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp import soap
from tramontane.dmp.transactions.proprietary import HABILITATIONS, PATIENTS
from tramontane.dmp.xds.names import LCM, QUERY, RS, XDSB
from tramontane.dmp.xml import HL7

Describe = Callable[[etree._Element, Traits], Inspection]  # noqa: SLF001 - lxml has no other name for an element

BODIES: Mapping[str, Describe] = {
    f"{{{HL7}}}PRPA_IN201307UV02": patients.demographics_query,
    f"{{{HL7}}}PRPA_IN201308UV02": patients.demographics_answer,
    f"{{{HABILITATIONS}}}setAuthorization": patients.authorisation,
    f"{{{HABILITATIONS}}}setAuthorizationResponse": patients.authorised,
    f"{{{HABILITATIONS}}}listAuthorizationByPatient": patients.authorisations,
    f"{{{HABILITATIONS}}}listAuthorizationByPatientResponse": patients.authorisation_list,
    f"{{{PATIENTS}}}patientList": patients.patients,
    f"{{{PATIENTS}}}patientListResponse": patients.patient_list,
    f"{{{QUERY}}}AdhocQueryRequest": registry.query,
    f"{{{QUERY}}}AdhocQueryResponse": registry.query_answer,
    f"{{{XDSB}}}RetrieveDocumentSetRequest": registry.retrieval,
    f"{{{XDSB}}}RetrieveDocumentSetResponse": registry.retrieved,
    f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest": registry.submission,
    f"{{{LCM}}}SubmitObjectsRequest": registry.update,
    f"{{{RS}}}RegistryResponse": registry.outcome,
}
# The action tells apart answers whose bodies are the same.
_BY_ACTION = {
    "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse": "TD2.1",
    "urn:ihe:iti:2010:UpdateDocumentSet-Response": "TD3.3",
    "urn:ihe:iti:2010:UpdateDocumentSetResponse": "TD3.3",
}


def describe_envelope(root: etree._Element, traits: Traits) -> Inspection:
    """The summary of an envelope.

    Raises:
        MalformedMessage: no Body, or a body that is not what its name says.
    """
    envelope = soap.read_envelope(root)
    told = _fault(envelope.fault) if envelope.fault else _body(envelope.body, traits)
    action = envelope.addressing.action
    told = replace(told, transaction=_BY_ACTION.get(action, told.transaction))
    return replace(
        told,
        rows=(*_addressing_rows(envelope), *told.rows, *_token(envelope, traits)),
        details={**told.details, "action": action, "message_id": envelope.addressing.message_id},
    )


def describe_body(body: etree._Element, traits: Traits) -> Inspection:
    """The summary of a body without its envelope."""
    return _body(body, traits)


def _body(body: etree._Element | None, traits: Traits) -> Inspection:
    if body is None:
        return unknown("Enveloppe SOAP sans corps.")
    describe = BODIES.get(str(body.tag))
    if describe is None:
        name = etree.QName(body)
        told = rows(("Élément", name.localname), ("Espace de noms", name.namespace or ""))
        return Inspection(Kind.BODY, "Message SOAP qui n'est pas une transaction connue du DMP", rows=told)
    return describe(body, traits)


def _fault(fault: soap.Fault) -> Inspection:
    refusal = soap.refusal(fault)
    return Inspection(
        Kind.FAULT,
        "Refus (faute SOAP)",
        rows=rows(
            ("Code", fault.code),
            ("Sous-code", fault.subcode),
            ("Motif", fault.reason),
            ("Signification", refusal.message),
            ("À faire", refusal.next_step),
        ),
        details={"fault": {"code": fault.code, "subcode": fault.subcode, "reason": fault.reason}},
    )


def _addressing_rows(envelope: soap.Envelope) -> tuple[Row, ...]:
    addressing = envelope.addressing
    return rows(
        ("Action", addressing.action),
        ("Identifiant du message", addressing.message_id),
        ("En réponse à", addressing.relates_to),
        *(("Écart toléré", deviation) for deviation in envelope.deviations),
    )


def _token(envelope: soap.Envelope, traits: Traits) -> tuple[Row, ...]:
    assertion = None if envelope.security is None else envelope.security.find(ASSERTION)
    if assertion is None:
        return ()
    return tuple(Row(f"VIHF — {row.label}", row.value) for row in token_rows(assertion, traits))
