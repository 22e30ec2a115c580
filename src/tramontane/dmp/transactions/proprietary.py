"""What the DMP's own services share: qualified children, all optional, and `output/{status, context}`.

Source: WSDLs of the services `habilitations` and `patientsSpecific`; official samples of TD0.3 and TD1.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from tramontane.dmp.errors import MalformedMessage, ServiceStatusError
from tramontane.dmp.xml import Maker, text_of

OK = "DMPOk"
HABILITATIONS = "urn:si-dmp-habilitations"
PATIENTS = "urn:si-dmp-patients"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The end of every answer. `context` is a free French sentence of the DMP, verbatim; it may warn on success."""

    status: str = OK
    context: str = ""


DONE = ServiceStatus()


def child_text(parent: etree._Element, name: str) -> str:
    """Text of the child `name`, in its parent's namespace; empty when absent."""
    return text_of(parent.find(f"{{{etree.QName(parent).namespace}}}{name}"))


def child_elements(parent: etree._Element, name: str) -> list[etree._Element]:
    """Children `name`, in their parent's namespace."""
    return parent.findall(f"{{{etree.QName(parent).namespace}}}{name}")


def read_fields(parent: etree._Element, fields: Mapping[str, str]) -> dict[str, str]:
    """Attribute name → text, by a table of (wire name → attribute name)."""
    return {attribute: child_text(parent, name) for name, attribute in fields.items()}


def write_fields(make: Maker, values: Iterable[tuple[str, str]]) -> list[etree._Element]:
    """One child for each (wire name, text) whose text is not empty."""
    return [make(name, text) for name, text in values if text]


def require_operation(body: etree._Element, namespace: str, name: str) -> etree._Element:
    """`body` itself, once it is known to be the operation `name`.

    Raises:
        MalformedMessage: it is another element.
    """
    if body.tag != f"{{{namespace}}}{name}":
        raise MalformedMessage(
            "Le corps du message n'est pas celui de la transaction.",
            code="service-autre-message",
            expected=f"{{{namespace}}}{name}",
            received=etree.QName(body).localname,
            reference="WSDL des services DMP",
        )
    return body


def read_output(body: etree._Element, namespace: str, operation: str) -> tuple[etree._Element, ServiceStatus]:
    """The `output` of an answer and its status, known to be `DMPOk`.

    Raises:
        ServiceStatusError: another status; code and context verbatim.
        MalformedMessage: another message, or one without `output`.
    """
    output = require_operation(body, namespace, f"{operation}Response").find(f"{{{namespace}}}output")
    if output is None:
        raise MalformedMessage(
            "La réponse du service DMP n'a pas de résultat.",
            code="service-sans-resultat",
            expected="output",
            received="absent",
            reference="WSDL des services DMP",
        )
    status = ServiceStatus(child_text(output, "status"), child_text(output, "context"))
    if status.status != OK:
        raise _refusal(status, operation)
    return output, status


def _refusal(status: ServiceStatus, operation: str) -> ServiceStatusError:
    return ServiceStatusError(
        f"Le DMP a refusé l'opération « {operation} » : statut « {status.status or 'absent'} ».",
        remote_code=status.status,
        remote_text=status.context,
        expected=f"statut {OK}",
        received=f"statut {status.status or 'absent'}",
        reference="WSDL des services DMP, output/status",
        next_step="lisez le contexte donné par le DMP avec ce statut, corrigez la demande puis recommencez",
    )


def write_output(namespace: str, operation: str, records: Iterable[etree._Element], status: ServiceStatus) -> bytes:
    """`<operation>Response/output`: the records, then the status."""
    make = Maker(namespace)
    ending = [make.status(status.status), make.context(status.context)]
    return etree.tostring(make(f"{operation}Response", make.output(*records, *ending)), encoding="utf-8")
