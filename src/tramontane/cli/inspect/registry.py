"""The bodies of the XDS transactions: TD2.1, TD3.1, TD3.2, TD3.3."""

from __future__ import annotations

from lxml import etree

from tramontane.cli.inspect.inspection import Inspection, Kind, Row, listed, rows
from tramontane.cli.inspect.metadata import (
    associations_of,
    document_rows,
    entries_of,
    metadata,
    objects_of,
    submissions_of,
)
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.xds import AssociationType, AvailabilityStatus, DocumentEntry, QueryId, RegistryError
from tramontane.dmp.xds.model import RegistryObject
from tramontane.dmp.xds.names import XDSB
from tramontane.dmp.xds.query_wire import read_query
from tramontane.dmp.xds.response_wire import read_errors, read_query_response
from tramontane.dmp.xml import text_of

_PATIENT_PARAMETERS = ("$XDSDocumentEntryPatientId", "$XDSSubmissionSetPatientId", "$patientId")


def query(body: etree._Element, traits: Traits) -> Inspection:
    """TD3.1, request."""
    asked = read_query(body)
    name = asked.id.name if isinstance(asked.id, QueryId) else asked.id
    shown = ((one.name, ", ".join(map(str, one.values)), one.name in _PATIENT_PARAMETERS) for one in asked.parameters)
    parameters = tuple(Row(name, traits.identifier(text) if is_patient else text) for name, text, is_patient in shown)
    return Inspection(
        Kind.REQUEST,
        f"Recherche de documents ({name})",
        "TD3.1",
        (*rows(("Requête", name), ("Retour", asked.return_type)), *parameters),
        details={"query": name},
    )


def query_answer(body: etree._Element, traits: Traits) -> Inspection:
    """TD3.1, answer: `documents` tells each one."""
    etree.strip_tags(body, etree.Comment, etree.ProcessingInstruction)
    answer = read_query_response(body)
    counts = rows(
        ("Statut", answer.status.name),
        ("Documents", len(answer.document_entries)),
        ("Lots de soumission", len(answer.submission_sets) or ""),
        ("Associations", len(answer.associations) or ""),
        ("Références", len(answer.object_refs) or ""),
    )
    return Inspection(
        Kind.RESPONSE,
        "Réponse à une recherche de documents",
        "TD3.1",
        (*counts, *_error_rows(answer.errors), *document_rows(answer.document_entries)),
        tuple(metadata(entry, traits) for entry in answer.document_entries),
        {"status": answer.status.value, "errors": [_error(error) for error in answer.errors]},
    )


def retrieval(body: etree._Element, _traits: Traits) -> Inspection:
    """TD3.2, request."""
    asked = [text_of(one) for one in body.iter(f"{{{XDSB}}}DocumentUniqueId")]
    told = tuple(Row(f"Document {rank}", unique_id) for rank, unique_id in enumerate(asked, 1))
    return Inspection(Kind.REQUEST, f"Demande de {len(asked)} document(s)", "TD3.2", told, details={"asked": asked})


def retrieved(body: etree._Element, _traits: Traits) -> Inspection:
    """TD3.2, answer, without its attachments: the caller adds them."""
    found = [
        {
            "unique_id": text_of(one.find(f"{{{XDSB}}}DocumentUniqueId")),
            "repository_unique_id": text_of(one.find(f"{{{XDSB}}}RepositoryUniqueId")),
            "mime_type": text_of(one.find(f"{{{XDSB}}}mimeType")),
        }
        for one in body.iter(f"{{{XDSB}}}DocumentResponse")
    ]
    told = [Row(f"Document {rank}", listed((one["unique_id"], one["mime_type"]))) for rank, one in enumerate(found, 1)]
    errors = read_errors(body[0]) if len(body) else ()
    status = body[0].get("status", "") if len(body) else ""
    return Inspection(
        Kind.RESPONSE,
        f"Remise de {len(found)} document(s)",
        "TD3.2",
        (*rows(("Statut", status.rpartition(":")[2])), *_error_rows(errors), *told),
        tuple(found),
        {"status": status, "errors": [_error(error) for error in errors]},
    )


def submission(body: etree._Element, traits: Traits) -> Inspection:
    """TD2.1, request."""
    objects = objects_of(body)
    return _submitted("Envoi de documents", "TD2.1", objects, entries_of(objects), traits)


def update(body: etree._Element, traits: Traits) -> Inspection:
    """TD3.3, request: which of the four it is depends on the association."""
    objects = objects_of(body)
    changes = [one for one in associations_of(objects) if one.type == AssociationType.UPDATE_AVAILABILITY_STATUS]
    told = _submitted("Modification des données d'un document", "TD3.3a/b", objects, entries_of(objects), traits)
    if not changes:
        return told
    new = changes[0].slot("NewStatus")
    transaction = "TD3.3c" if new == AvailabilityStatus.DELETED else "TD3.3d"
    status = rows(("Document visé", changes[0].target), ("Nouveau statut", new.rpartition(":")[2]))
    return Inspection(Kind.REQUEST, "Changement de statut d'un document", transaction, (*told.rows, *status))


def _submitted(
    title: str,
    transaction: str,
    objects: tuple[RegistryObject, ...],
    entries: tuple[DocumentEntry, ...],
    traits: Traits,
) -> Inspection:
    lots = tuple(
        row
        for lot in submissions_of(objects)
        for row in rows(
            ("Lot de soumission", lot.unique_id or lot.entry_uuid),
            ("Patient", traits.identifier(lot.patient_id)),
            ("Soumis le", f"{lot.submission_time:%Y-%m-%d %H:%M:%S} UTC" if lot.submission_time else ""),
        )
    )
    documents = tuple(metadata(entry, traits) for entry in entries)
    return Inspection(Kind.REQUEST, title, transaction, (*lots, *document_rows(entries)), documents)


def outcome(body: etree._Element, _traits: Traits) -> Inspection:
    """TD2.1 and TD3.3, answer: the body alone does not tell which."""
    errors, status = read_errors(body), body.get("status", "")
    return Inspection(
        Kind.RESPONSE,
        "Résultat d'un envoi ou d'une modification",
        "TD2.1 ou TD3.3",
        (*rows(("Statut", status.rpartition(":")[2])), *_error_rows(errors)),
        details={"status": status, "errors": [_error(error) for error in errors]},
    )


def _error_rows(errors: tuple[RegistryError, ...]) -> tuple[Row, ...]:
    return tuple(Row("Erreur", listed((error.code, error.context, error.sentence))) for error in errors)


def _error(error: RegistryError) -> dict[str, str]:
    return {"code": error.code, "context": error.context, "severity": str(error.severity)}
