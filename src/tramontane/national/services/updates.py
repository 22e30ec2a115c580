"""TD3.3: mask and unmask, make visible, delete, archive and unarchive one document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from tramontane.dmp.transactions import td3_3
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf import AuthenticationMode
from tramontane.dmp.xds import (
    INVISIBLE_PATIENT,
    INVISIBLE_REPRESENTANTS_LEGAUX,
    MASQUE_PS,
    Association,
    AssociationType,
    AvailabilityStatus,
    DocumentEntry,
    RegistryError,
    RegistryResponse,
    ResponseStatus,
    Slot,
)
from tramontane.national import metadata, registration
from tramontane.national.judge import is_visible, note_satisfied, right
from tramontane.national.models import RegistryDocument
from tramontane.national.services.context import Context, Handler, Reply

DENIED = "DMPAccessDeniedByRightsService"
_APPROVED, _ARCHIVED = AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED
_STATUS_RIGHTS = {(_APPROVED, _ARCHIVED): "TD3.3d.archiver", (_ARCHIVED, _APPROVED): "TD3.3d.desarchiver"} | {
    (status, AvailabilityStatus.DELETED): "TD3.3c" for status in AvailabilityStatus if status.name != "DELETED"
}
# PDT-INF-606, « * »: a document of the patient is archived or deleted by the attending physician or the patient only.
_RESERVED_FOR_PATIENT_DOCUMENTS = frozenset(_STATUS_RIGHTS.values())
# (code, whether it appears) → the right it takes. The DMP opens nothing to hide a document from the patient again.
_CODE_RIGHTS = {
    (MASQUE_PS, True): "TD3.3a.masquer",
    (MASQUE_PS, False): "TD3.3a.demasquer",
    (INVISIBLE_PATIENT, False): "TD3.3b",
    (INVISIBLE_REPRESENTANTS_LEGAUX, False): "TD3.3b",
}


@dataclass(frozen=True, slots=True)
class _Target:
    """The document as it is now."""

    row: RegistryDocument
    entry: DocumentEntry


def classify(update: td3_3.Update) -> tuple[str, str]:
    """A change of metadata is known only beside the current version: each of its changes is judged in `serve`."""
    if isinstance(update, td3_3.StatusChange):
        return "TD3.3", _STATUS_RIGHTS.get((update.original, update.new), "")
    return "TD3.3", "TD3.3a.masquer" if update.entry.masked_to_professionals else "TD3.3b"


def serve(context: Context, update: td3_3.Update) -> Reply:
    """Change one document, or say why not."""
    target = _find(context, update)
    if target is None:
        return _answer(context, (RegistryError("UnresolvedReferenceException", "document inconnu du registre"),))
    conflict = _conflict(update, target)
    if conflict is not None:
        return _answer(context, (conflict,))
    refused = [row for row in _rights(update, target) if not _allowed(context, target, row)]
    if refused:
        error = RegistryError(DENIED, f"uniqueId={target.entry.unique_id}")
        return _answer(context, (error,), (_verdict(target, refused),))
    _apply(context, update, target)
    return _answer(context, (), documents=(target.entry.unique_id,))


def _find(context: Context, update: td3_3.Update) -> _Target | None:
    """The current version, unless the caller may not see it: then nothing tells that it exists."""
    named = (
        {"pk": update.entry_uuid} if isinstance(update, td3_3.StatusChange) else {"logical_id": update.entry.logical_id}
    )
    row = RegistryDocument.objects.filter(patient=context.known_patient, superseded=False, **named).first()
    if row is None:
        return None
    entry = metadata.entry_of(row.metadata, row.status)
    # A structure in plain INDIRECTE reads nothing: note 9 alone says what it may delete.
    blind = context.vihf.mode is AuthenticationMode.INDIRECTE
    return _Target(row, entry) if blind or is_visible(context.reader, metadata.facts_of(entry)) else None


def _conflict(update: td3_3.Update, target: _Target) -> RegistryError | None:
    if isinstance(update, td3_3.StatusChange):
        if update.original == target.entry.availability_status:
            return None
        return RegistryError("XDSMetadataUpdateError", "OriginalStatus n'est pas le statut actuel")
    if update.previous_version != target.entry.version:
        return RegistryError("XDSMetadataVersionError", f"version actuelle : {target.entry.version}")
    if None in list(_rights(update, target)) or _without_codes(update.entry) != _without_codes(target.entry):
        return RegistryError("XDSMetadataUpdateError", "seule la visibilité du document peut changer")
    return None


def _without_codes(entry: DocumentEntry) -> DocumentEntry:
    """What an update may not change. Local identifiers and what the reader keeps beside the fields are left out."""
    return msgspec.structs.replace(
        entry, entry_uuid="", confidentiality_codes=(), kept=DocumentEntry().kept, availability_status=None
    )


def _rights(update: td3_3.Update, target: _Target) -> Iterator[str | None]:
    """The right that each change takes; None for a change that no right opens."""
    if isinstance(update, td3_3.StatusChange):
        yield _STATUS_RIGHTS.get((update.original, update.new))
        return
    before = {coded.code for coded in target.entry.confidentiality_codes}
    after = {coded.code for coded in update.entry.confidentiality_codes}
    for code in sorted(before ^ after):
        yield _CODE_RIGHTS.get((code, code in after))


def _allowed(context: Context, target: _Target, row: str | None) -> bool:
    reader, facts = context.reader, metadata.facts_of(target.entry)
    reserved = row in _RESERVED_FOR_PATIENT_DOCUMENTS and facts.from_patient and not reader.is_medecin_traitant
    if row is None or reserved:
        return False
    cell = right(context.vihf, row, is_medecin_traitant=reader.is_medecin_traitant)
    return cell.allowed and note_satisfied(reader, facts, cell.note)


def _verdict(target: _Target, refused: list[str | None]) -> Verdict:
    return Verdict(
        step=12,
        code="modification",
        title="La personne peut modifier ce document de cette façon.",
        outcome=Outcome.FAILED,
        expected="l'auteur, le médecin traitant, ou la structure, selon la modification",
        received=", ".join(row or "modification inconnue" for row in refused),
        location=f"uniqueId={target.entry.unique_id}",
        reference="PDT-INF-606 v1.3 (AIR), PDT-INF-526 v1.8 : TD3.3, notes 8 et 9",
        next_step="demandez à l'auteur du document ou au médecin traitant",
    )


def _apply(context: Context, update: td3_3.Update, target: _Target) -> None:
    submission = msgspec.structs.replace(update.submission_set, entry_uuid=context.new_urn(), logical_id="")
    if isinstance(update, td3_3.StatusChange):
        RegistryDocument.objects.filter(pk=target.row.pk).update(status=update.new)
        change = Association(
            entry_uuid=context.new_urn(),
            type=AssociationType.UPDATE_AVAILABILITY_STATUS,
            source=submission.entry_uuid,
            target=target.entry.entry_uuid,
            slots=(Slot("OriginalStatus", (update.original,)), Slot("NewStatus", (update.new,))),
        )
        registration.register(context.known_patient, submission, (), (change,))
        return
    member = registration.new_version(target.row, update.entry.confidentiality_codes, context.new_urn)
    link = registration.has_member(submission.entry_uuid, member.entry_uuid, context.new_urn)
    registration.register(context.known_patient, submission, (), (link,))


def _answer(
    context: Context,
    errors: tuple[RegistryError, ...],
    verdicts: tuple[Verdict, ...] = (),
    documents: tuple[str, ...] = (),
) -> Reply:
    response = RegistryResponse(ResponseStatus.FAILURE if errors else ResponseStatus.SUCCESS, errors)
    return Reply(
        *td3_3.respond(response, **context.addressed()),
        code=errors[0].code if errors else "",
        documents=documents,
        verdicts=verdicts,
    )


UPDATE = Handler(lambda envelope, _parts: td3_3.parse(envelope), classify, serve)
