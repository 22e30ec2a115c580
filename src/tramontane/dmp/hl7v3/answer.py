"""PRPA_IN201308UV02, Get Demographics Response: what the DMP answers (TD0.2, TD1.3a)."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.hl7v3 import wire
from tramontane.dmp.hl7v3.registration import read_flag, read_registration, write_registration, write_value
from tramontane.dmp.hl7v3.values import Acknowledgement, DemographicsAnswer, Flag
from tramontane.dmp.hl7v3.wire import H
from tramontane.dmp.xml import text_of

INTERACTION = "PRPA_IN201308UV02"


def build_answer(answer: DemographicsAnswer) -> bytes:
    """The body of the response, ready for a SOAP envelope."""
    message = H(
        INTERACTION,
        *wire.header(INTERACTION, answer.message, answer.creation_time, ("P", "NE")),
        wire.write_device("receiver", "RCV", answer.receiver),
        wire.write_device("sender", "SND", answer.sender),
        *(_attention_line(flag) for flag in answer.attention),
        _acknowledgement(answer.acknowledgement),
        _control_act(answer),
        ITSVersion="XML_1.0",
    )
    return etree.tostring(message, encoding="utf-8")


def _attention_line(flag: Flag) -> etree._Element:
    return H.attentionLine(H.keyWordText(code=flag.code, codeSystem=flag.code_system), write_value(flag))


def _acknowledgement(acknowledgement: Acknowledgement) -> etree._Element:
    return H.acknowledgement(
        H.targetMessage(wire.write_id(acknowledgement.target)),
        *(H.acknowledgementDetail(H.code(code=code), H.text(text)) for code, text in acknowledgement.details),
        typeCode=acknowledgement.type_code,
    )


def _control_act(answer: DemographicsAnswer) -> etree._Element:
    found = [write_registration(answer.registration, answer.sender)] if answer.registration else []
    return H.controlActProcess(
        wire.write_reason(answer.reason),
        *found,
        H.queryAck(wire.write_id(answer.query, "queryId"), H.queryResponseCode(code=answer.response_code)),
        classCode="CACT",
        moodCode="EVN",
    )


def parse_answer(body: etree._Element) -> DemographicsAnswer:
    """Read the response, accepted or refused.

    Raises:
        MalformedMessage: another message, or one without acknowledgement.
    """
    message = wire.require_root(body, INTERACTION)
    acknowledgement = wire.require(message, "acknowledgement")
    event = wire.find(message, "controlActProcess/subject/registrationEvent")
    return DemographicsAnswer(
        message=wire.read_id(message, "id"),
        creation_time=wire.attribute(message, "creationTime", "value"),
        receiver=wire.read_device(message, "receiver"),
        acknowledgement=_read_acknowledgement(acknowledgement),
        reason=wire.attribute(message, "controlActProcess/reasonCode", "code"),
        query=wire.read_id(message, "controlActProcess/queryAck/queryId"),
        response_code=wire.attribute(message, "controlActProcess/queryAck/queryResponseCode", "code"),
        attention=tuple(
            read_flag(line, "keyWordText")
            for line in wire.find_all(message, "attentionLine")
            if wire.find(line, "keyWordText") is not None  # the request's own `xsi:nil` line may be echoed
        ),
        registration=read_registration(event) if event is not None else None,
        sender=wire.read_device(message, "sender"),
    )


def _read_acknowledgement(element: etree._Element) -> Acknowledgement:
    return Acknowledgement(
        type_code=element.get("typeCode", ""),
        target=wire.read_id(element, "targetMessage/id"),
        details=tuple(
            (wire.attribute(detail, "code", "code"), text_of(wire.find(detail, "text")))
            for detail in wire.find_all(element, "acknowledgementDetail")
        ),
    )
