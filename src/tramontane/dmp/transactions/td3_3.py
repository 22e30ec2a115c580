"""TD3.3, update a document's metadata (IHE ITI-57, service `registry`).

a mask or unmask · b make visible to the patient or the legal representatives · c delete · d archive or unarchive.
c and d change the availability status of a version; a and b submit the whole entry again, with other confidentiality
codes and the number of the version that was read.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tramontane.dmp import soap, xds
from tramontane.dmp.errors import LocalError
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, post, reply, require_body
from tramontane.dmp.transactions.submitting import (
    SUBMISSION_SET_ID,
    document_id,
    has_member,
    malformed,
    read_submission,
    write_submission,
)
from tramontane.dmp.transactions.td2_1 import read_outcome
from tramontane.dmp.xds.model import CONFIDENTIALITY_SYSTEM
from tramontane.dmp.xds.profile import require_submission_set
from tramontane.dmp.xds.response_wire import write_registry_response

OPERATION = Operation(
    transaction="TD3.3",
    service="registry",
    action="urn:ihe:iti:2010:UpdateDocumentSet",
    response_action="urn:ihe:iti:2010:UpdateDocumentSet-Response",
    idempotent=False,
)

_REFERENCE = "IHE ITI-57 ; TD3.3"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """TD3.3c and d: the version `entry_uuid` goes from one status to another."""

    submission_set: xds.SubmissionSet
    entry_uuid: str
    original: xds.AvailabilityStatus
    new: xds.AvailabilityStatus


@dataclass(frozen=True, slots=True)
class MetadataUpdate:
    """TD3.3a and b: `entry`, designated by its logical_id, becomes the version after `previous_version`."""

    submission_set: xds.SubmissionSet
    entry: xds.DocumentEntry
    previous_version: str


Update = StatusChange | MetadataUpdate


def archive(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> StatusChange:
    """TD3.3d: Approved → Archived."""
    return _change(entry, submission_set, xds.AvailabilityStatus.APPROVED, xds.AvailabilityStatus.ARCHIVED)


def unarchive(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> StatusChange:
    """TD3.3d: Archived → Approved."""
    return _change(entry, submission_set, xds.AvailabilityStatus.ARCHIVED, xds.AvailabilityStatus.APPROVED)


def delete(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> StatusChange:
    """TD3.3c: any status → Deleted, for ever."""
    return _change(entry, submission_set, entry.availability_status, xds.AvailabilityStatus.DELETED)


def mask(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> MetadataUpdate:
    """TD3.3a: hide from professionals."""
    return _update(entry, submission_set, added=xds.MASQUE_PS)


def unmask(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> MetadataUpdate:
    """TD3.3a: show to professionals again."""
    return _update(entry, submission_set, removed=xds.MASQUE_PS)


def make_visible_to_patient(entry: xds.DocumentEntry, submission_set: xds.SubmissionSet) -> MetadataUpdate:
    """TD3.3b: the announcement was made."""
    return _update(entry, submission_set, removed=xds.INVISIBLE_PATIENT)


def make_visible_to_legal_representatives(
    entry: xds.DocumentEntry, submission_set: xds.SubmissionSet
) -> MetadataUpdate:
    """TD3.3b: the minor agreed."""
    return _update(entry, submission_set, removed=xds.INVISIBLE_REPRESENTANTS_LEGAUX)


def request(call: Call, update: Update) -> HttpRequest:
    """Update one document.

    Raises:
        InvalidMetadata: the French profile forbids this submission set.
    """
    submission_set = msgspec.structs.replace(update.submission_set, entry_uuid=SUBMISSION_SET_ID)
    require_submission_set(submission_set)
    said = _status_objects(update) if isinstance(update, StatusChange) else _metadata_objects(update)
    return post(OPERATION, call, write_submission((submission_set, *said)))


def read(response: HttpResponse) -> xds.RegistryResponse:
    """The outcome; warnings are in its `errors`.

    Raises:
        SoapFault: refused before being read.
        RegistryFailure: the registry failed; every error is in `errors`.
        MalformedMessage: not the expected answer.
    """
    return read_outcome(response.body)


def _status_objects(change: StatusChange) -> tuple[xds.RegistryObject, ...]:
    slots = (xds.Slot("OriginalStatus", (change.original,)), xds.Slot("NewStatus", (change.new,)))
    association = xds.Association(
        entry_uuid="as1",
        type=xds.AssociationType.UPDATE_AVAILABILITY_STATUS,
        source=SUBMISSION_SET_ID,
        target=change.entry_uuid,
        slots=slots,
    )
    return (association,)


def _metadata_objects(update: MetadataUpdate) -> tuple[xds.RegistryObject, ...]:
    """In the order of the official sample: the association first."""
    entry = msgspec.structs.replace(update.entry, entry_uuid=document_id(1))
    previous = xds.Slot("PreviousVersion", (update.previous_version,))
    return has_member(1, SUBMISSION_SET_ID, entry.entry_uuid, previous), entry


def _change(
    entry: xds.DocumentEntry,
    submission_set: xds.SubmissionSet,
    original: xds.AvailabilityStatus | None,
    new: xds.AvailabilityStatus,
) -> StatusChange:
    status = entry.availability_status
    if original is None or status is not original or original is new or not entry.entry_uuid:
        raise _not_allowed(f"un document lu dans le registre, {_name(original) or 'de statut connu'}", _name(status))
    return StatusChange(submission_set, entry.entry_uuid, original, new)


def _update(
    entry: xds.DocumentEntry, submission_set: xds.SubmissionSet, *, added: str = "", removed: str = ""
) -> MetadataUpdate:
    present = {coded.code for coded in entry.confidentiality_codes}
    if not entry.logical_id or not entry.version:
        raise _not_allowed("un document lu dans le registre, avec son identifiant logique et sa version", "sans")
    if added in present or (removed and removed not in present):
        raise _not_allowed(f"un document {'sans' if added else 'avec'} {added or removed}", ", ".join(sorted(present)))
    codes = tuple(coded for coded in entry.confidentiality_codes if coded.code != removed)
    if added:
        codes = (*codes, value_set(ValueSetName.CONFIDENTIALITY).require(added, CONFIDENTIALITY_SYSTEM))
    changed = msgspec.structs.replace(entry, confidentiality_codes=codes)
    return MetadataUpdate(submission_set, changed, entry.version)


def _name(status: xds.AvailabilityStatus | None) -> str:
    return "" if status is None else status.name.capitalize()


def _not_allowed(expected: str, received: str) -> LocalError:
    return LocalError(
        "Ce document n'est pas dans l'état que cette modification demande.",
        code="td3-3-etat",
        expected=expected,
        received=received or "inconnu",
        reference=_REFERENCE,
        next_step="actualisez la liste des documents puis recommencez",
    )


# ── National side ──────────────────────────────────────────────────────────────────────────────────────────────────


def parse(envelope: soap.Envelope) -> Update:
    """Read the request.

    Raises:
        MalformedMessage: neither a change of status nor one entry with its previous version.
    """
    submission_set, objects = read_submission(require_body(envelope))
    associations = [item for item in objects if isinstance(item, xds.Association)]
    entries = [item for item in objects if isinstance(item, xds.DocumentEntry)]
    if len(associations) != 1 or len(entries) > 1:
        raise malformed("une association, et un document au plus", f"{len(associations)}, et {len(entries)}")
    association = associations[0]
    if entries:
        return MetadataUpdate(submission_set, entries[0], association.slot("PreviousVersion"))
    if association.type != xds.AssociationType.UPDATE_AVAILABILITY_STATUS:
        raise malformed("UpdateAvailabilityStatus", str(association.type))
    return StatusChange(
        submission_set,
        association.target,
        _status(association.slot("OriginalStatus")),
        _status(association.slot("NewStatus")),
    )


def respond(value: xds.RegistryResponse, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer, success or failure: its content type and its envelope."""
    return reply(OPERATION, write_registry_response(value), message_id=message_id, relates_to=relates_to)


def _status(text: str) -> xds.AvailabilityStatus:
    try:
        return xds.AvailabilityStatus(text)
    except ValueError as error:
        raise malformed("un statut de document connu", text or "absent") from error
