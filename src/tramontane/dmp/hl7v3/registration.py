"""The registration event of the answer: one DMP, its state and what the DMP says of it."""

from __future__ import annotations

from datetime import date

from lxml import etree

from tramontane.dmp.hl7v3 import wire
from tramontane.dmp.hl7v3.values import Closing, Device, Flag, InstanceId, PatientId, Registration, Traits
from tramontane.dmp.hl7v3.wire import H
from tramontane.dmp.xml import text_of

CLOSING_MOTIVE_SYSTEM = "1.2.250.1.213.4.1.2.4"
"""Code system of the motive of closing, e.g. ``FERMETURE_DEMANDE_PATIENT``."""


def write_value(flag: Flag) -> etree._Element:
    """`value` of a flag, typed as the wire types it: BL → @value, CV → @code, anything else → text."""
    if flag.value_type == "BL":
        return H.value({wire.XSI_TYPE: "BL"}, value=flag.value)
    if flag.value_type == "CV":
        return H.value({wire.XSI_TYPE: "CV"}, code=flag.value, codeSystem=flag.value_system)
    return H.value(flag.value, {wire.XSI_TYPE: flag.value_type})


def read_flag(element: etree._Element, name: str) -> Flag:
    """A flag named by its child `name`; whatever its value is, it is kept verbatim."""
    value = wire.find(element, "value")
    attributes = {str(k): str(v) for k, v in value.attrib.items()} if value is not None else {}
    return Flag(
        code=wire.attribute(element, name, "code"),
        code_system=wire.attribute(element, name, "codeSystem"),
        value=attributes.get("value") or attributes.get("code") or text_of(value),
        value_type=attributes.get(wire.XSI_TYPE, ""),
        value_system=attributes.get("codeSystem", ""),
    )


def write_registration(registration: Registration, custodian: Device) -> etree._Element:
    """`subject/registrationEvent/subject1/patient`."""
    return H.subject(
        H.registrationEvent(
            H.statusCode(code="completed"),
            H.subject1(_patient(registration), typeCode="SBJ"),
            H.custodian(
                H.assignedEntity(wire.write_id(InstanceId(custodian.oid)), classCode="ASSIGNED"), typeCode="CST"
            ),
            classCode="REG",
            moodCode="EVN",
        ),
        typeCode="SUBJ",
        contextConductionInd="false",
    )


def _patient(registration: Registration) -> etree._Element:
    observations = [_observation(flag) for flag in registration.observations]
    if registration.closing:
        observations.append(_closing(registration.closing))
    return H.patient(
        *(wire.write_id(identifier) for identifier in registration.patient_ids),
        H.statusCode(code=registration.status),
        *([_person(registration.traits)] if registration.traits else []),
        *(H.subjectOf(observation, typeCode="SBJ") for observation in observations),
        classCode="PAT",
    )


def _person(traits: Traits) -> etree._Element:
    return H.patientPerson(
        H.name(
            H.prefix(traits.prefix),
            H.given(traits.given),
            H.family(traits.usage_name, qualifier="SP"),
            H.family(traits.birth_name, qualifier="BR"),
        ),
        H.administrativeGenderCode(code=traits.gender),
        H.birthTime(value=traits.birth_date),
        classCode="PSN",
        determinerCode="INSTANCE",
    )


def _observation(flag: Flag) -> etree._Element:
    return H.administrativeObservation(
        H.code(code=flag.code, codeSystem=flag.code_system), write_value(flag), classCode="OBS", moodCode="EVN"
    )


def _closing(closing: Closing) -> etree._Element:
    """Inferred place (differences.md): one observation, its code the motive, its effective time the closing date."""
    when = [H.effectiveTime(value=f"{closing.on:%Y%m%d}")] if closing.on else []
    return H.administrativeObservation(
        H.code(code=closing.motive, codeSystem=CLOSING_MOTIVE_SYSTEM),
        *when,
        H.value(closing.comment, {wire.XSI_TYPE: "ST"}),
        classCode="OBS",
        moodCode="EVN",
    )


def read_registration(event: etree._Element) -> Registration:
    """Read the patient of a registration event.

    Raises:
        MalformedMessage: there is no patient in it.
    """
    patient = wire.require(event, "subject1/patient")
    observations = wire.find_all(patient, "subjectOf/administrativeObservation")
    return Registration(
        patient_ids=tuple(PatientId(i.get("root", ""), i.get("extension", "")) for i in wire.find_all(patient, "id")),
        status=wire.attribute(patient, "statusCode", "code"),
        observations=tuple(read_flag(one, "code") for one in observations if not _is_closing(one)),
        closing=_read_closing(patient, next(filter(_is_closing, observations), None)),
        traits=_read_traits(patient),
    )


def _is_closing(observation: etree._Element) -> bool:
    """The motive may be the observation's code or its value: both are tolerated, as the real place is unknown."""
    return CLOSING_MOTIVE_SYSTEM in (
        wire.attribute(observation, "code", "codeSystem"),
        wire.attribute(observation, "value", "codeSystem"),
    )


def _read_closing(patient: etree._Element, observation: etree._Element | None) -> Closing | None:
    validity_end = wire.attribute(patient, "effectiveTime/high", "value")
    if observation is None:
        return Closing(on=_date(validity_end)) if validity_end else None
    flag = read_flag(observation, "code")
    motive_is_code = flag.code_system == CLOSING_MOTIVE_SYSTEM
    return Closing(
        on=_date(wire.attribute(observation, "effectiveTime", "value") or validity_end),
        motive=flag.code if motive_is_code else flag.value,
        comment=flag.value if motive_is_code else "",
    )


def _date(timestamp: str) -> date | None:
    """The day of an HL7 timestamp; None when it has none: a date nobody can read must not hide the closing."""
    try:
        return date(int(timestamp[:4]), int(timestamp[4:6]), int(timestamp[6:8]))
    except ValueError:
        return None


def _read_traits(patient: etree._Element) -> Traits | None:
    person = wire.find(patient, "patientPerson")
    if person is None:
        return None
    families = {name.get("qualifier", ""): text_of(name) for name in wire.find_all(person, "name/family")}
    return Traits(
        prefix=text_of(wire.find(person, "name/prefix")),
        given=text_of(wire.find(person, "name/given")),
        usage_name=families.get("SP", ""),
        birth_name=families.get("BR", ""),
        gender=wire.attribute(person, "administrativeGenderCode", "code"),
        birth_date=wire.attribute(person, "birthTime", "value"),
    )
