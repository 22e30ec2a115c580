"""Element names, code systems and small readers shared by the two messages."""

from __future__ import annotations

from lxml import etree

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.hl7v3.values import Device, InstanceId
from tramontane.dmp.xml import HL7, XSI, Maker, text_of

H = Maker(HL7)
NS = {"h": HL7}
XSI_TYPE = f"{{{XSI}}}type"
XSI_NIL = f"{{{XSI}}}nil"

INTERACTION_ROOT = "2.16.840.1.113883.1.6"
REASON_SYSTEM = "1.2.250.1.213.1.1.4.11"
REASON_LABELS = {"TEST_EXST": "Test d'existence de dossier"}  # the only label the official samples show


def find(element: etree._Element, path: str) -> etree._Element | None:
    """The first element at `path`, whose steps are HL7 V3 local names."""
    return element.find("/".join(step if step == "." else f"h:{step}" for step in path.split("/")), NS)


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Every element at `path`, in document order."""
    return element.findall("/".join(f"h:{step}" for step in path.split("/")), NS)


def attribute(element: etree._Element, path: str, name: str) -> str:
    """The attribute `name` of the element at `path`, empty when either is absent."""
    found = find(element, path)
    return (found.get(name) or "").strip() if found is not None else ""


def require(element: etree._Element, path: str) -> etree._Element:
    """The element at `path`.

    Raises:
        MalformedMessage: it is absent.
    """
    found = find(element, path)
    if found is None:
        raise MalformedMessage(
            f"Le message HL7 V3 ne contient pas l'élément attendu « {path} ».",
            code="hl7v3-element-absent",
            expected=path,
            received="absent",
            reference="TD0.2, messages PRPA_IN201307UV02 et PRPA_IN201308UV02",
        )
    return found


def require_root(body: etree._Element, name: str) -> etree._Element:
    """`body` itself, once its name is known to be `name`.

    Raises:
        MalformedMessage: it is another element.
    """
    if body.tag != f"{{{HL7}}}{name}":
        raise MalformedMessage(
            "Le corps du message n'est pas celui de la transaction.",
            code="hl7v3-autre-message",
            expected=name,
            received=etree.QName(body).localname,
            reference="TD0.2",
        )
    return body


def read_id(element: etree._Element, path: str) -> InstanceId:
    return InstanceId(attribute(element, path, "root"), attribute(element, path, "extension"))


def read_device(message: etree._Element, role: str) -> Device:
    return Device(
        attribute(message, f"{role}/device/id", "root"), text_of(find(message, f"{role}/device/softwareName"))
    )


def write_id(identifier: InstanceId, tag: str = "id") -> etree._Element:
    attributes = {"root": identifier.root} | ({"extension": identifier.extension} if identifier.extension else {})
    return H(tag, **attributes)


def write_device(tag: str, type_code: str, device: Device) -> etree._Element:
    return H(
        tag,
        H.device(
            write_id(InstanceId(device.oid)),
            H.softwareName(device.software_name),
            classCode="DEV",
            determinerCode="INSTANCE",
        ),
        typeCode=type_code,
    )


def write_reason(code: str) -> etree._Element:
    label = {"displayName": REASON_LABELS[code]} if code in REASON_LABELS else {}
    return H.reasonCode(code=code, codeSystem=REASON_SYSTEM, **label)


def header(interaction: str, message: InstanceId, creation_time: str, codes: tuple[str, str]) -> list[etree._Element]:
    """The transmission wrapper's first six elements. `codes` = (processingCode, acceptAckCode)."""
    return [
        write_id(message),
        H.creationTime(value=creation_time),
        write_id(InstanceId(INTERACTION_ROOT, interaction), "interactionId"),
        H.processingCode(code=codes[0]),
        H.processingModeCode(code="T"),
        H.acceptAckCode(code=codes[1]),
    ]
