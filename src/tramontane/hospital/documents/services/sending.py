"""The outbox: what is asked to be sent, held, released. The delivery itself is in `delivering`."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital import clock
from tramontane.hospital.consultations import facts
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents import feeding
from tramontane.hospital.documents.feeding import FeedingFacts, FeedingRefusedError
from tramontane.hospital.documents.models import Dispatch, RecordDocument
from tramontane.hospital.documents.submission import sendable
from tramontane.hospital.patients.consent import consent_state
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Reason, Solver

State = Dispatch.State
NO_SITE = Reason(
    "site-inconnu",
    "Le site géographique (ET) d’où part l’envoi n’est pas connu.",
    "EX_AIR-070",
    "Choisissez un service dans la barre du haut.",
    Solver.PROFESSIONNEL,
)


def reasons_against(access: Access, document: RecordDocument) -> tuple[Reason, ...]:
    """Why this document may not be sent, now; empty when it may. Reads facts, writes nothing."""
    consent = consent_state(access.patient, document.episode)
    found = FeedingFacts(
        access=facts.gather(access, at=clock.now()),
        opposed=consent.opposes_feeding,
        motive=consent.feeding.motive if consent.feeding and consent.opposes_feeding else "",
        sendable=sendable(content_of(document), document.media_type),
        type_known=value_set(ValueSetName.TYPE_CODE).find(document.type_code) is not None,
    )
    return (*feeding.reasons_of(found), *(() if access.site else (NO_SITE,)))


def content_of(document: RecordDocument) -> bytes:
    """The bytes of a document of the record."""
    with document.content.open("rb") as file:
        content: bytes = file.read()
    return content


def request_sending(access: Access, document: RecordDocument) -> Dispatch:
    """Put a document of ours in the outbox, once; asked again, gives the dispatch it already has.

    Traces: `document.envoi`, or `acces.refuse`.

    Raises:
        FeedingRefusedError: with every reason.
        ValueError: the document comes from the DMP.
    """
    if document.provenance != RecordDocument.Provenance.HOSPITAL:
        raise ValueError("un document du DMP ne lui est pas renvoyé")
    reasons = reasons_against(access, document)
    if reasons:
        trace_refusal(access, document, reasons)
        raise FeedingRefusedError(reasons)
    try:
        return _create(access, document)
    except IntegrityError:
        return Dispatch.objects.get(document=document, channel="dmp")


def _create(access: Access, document: RecordDocument) -> Dispatch:
    from tramontane.hospital.documents.tasks import deliver_task

    now = clock.now()
    assert access.site is not None, "reasons_against refuses an access without site"
    with transaction.atomic():
        dispatch = Dispatch.objects.create(
            document=document,
            submission_unique_id=f"2.25.{clock.new_uuid().int}",
            next_attempt_at=now,
            requested_by=access.account,
            requested_at=now,
            site=access.site,
            proof=access.proof.as_trace() if access.proof else {},
        )
        record(
            _as_hidden(access, document).event(
                "document.envoi", transaction="TD2.1", outcome="demandé", document_ids=(document.unique_id,)
            )
        )
        deliver_task.enqueue(dispatch.pk)
    return dispatch


def hold(dispatch: Dispatch, access: Access) -> bool:
    """Keep back what has not left yet. Traces: `document.envoi`. False when it is too late."""
    return _move(dispatch, access, (State.PENDING,), State.HELD, "retenu")


def release(dispatch: Dispatch, access: Access) -> bool:
    """Let go what was held, or try again what the DMP refused. Traces: `document.envoi`.

    Raises:
        FeedingRefusedError: what forbade it still does.
    """
    from tramontane.hospital.documents.tasks import deliver_task

    reasons = reasons_against(access, dispatch.document)
    if reasons:
        trace_refusal(access, dispatch.document, reasons)
        raise FeedingRefusedError(reasons)
    with transaction.atomic():
        moved = _move(dispatch, access, (State.HELD, State.REFUSED), State.PENDING, "relancé")
        if moved:
            deliver_task.enqueue(dispatch.pk)
    return moved


def _move(dispatch: Dispatch, access: Access, before: tuple[str, ...], after: str, outcome: str) -> bool:
    with transaction.atomic():
        moved = Dispatch.objects.filter(pk=dispatch.pk, state__in=before).update(
            state=after, last_error="" if after == State.PENDING else "Retenu par un professionnel.", last_code="",
            next_attempt_at=clock.now() if after == State.PENDING else None,
        )  # fmt: skip
        if moved:
            unique_id = dispatch.document.unique_id
            access = _as_hidden(access, dispatch.document)
            record(access.event("document.envoi", transaction="TD2.1", outcome=outcome, document_ids=(unique_id,)))
    return bool(moved)


def _as_hidden(access: Access, document: RecordDocument) -> Access:
    """What is done with a document kept from the representatives is kept from them too, whatever the connection."""
    return access.in_secret() if document.hidden_from_representatives else access


def trace_refusal(access: Access, document: RecordDocument, reasons: tuple[Reason, ...]) -> None:
    """A sending the establishment refuses, with its reasons."""
    with transaction.atomic():
        detail = {"reasons": [reason.code for reason in reasons]}
        ids = (document.unique_id,)
        access = _as_hidden(access, document)
        record(access.event("acces.refuse", transaction="TD2.1", outcome="refusé", document_ids=ids, detail=detail))
