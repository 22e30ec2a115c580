"""Reading documents (TD3.2): an explicit act, streamed, checked against what the registry announced, kept nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import transaction

from tramontane.client import AnswerTooLarge, Phase
from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.transactions.retrieval import DocumentBegins, DocumentData, DocumentEnds, DocumentEvent
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.xds import DocumentEntry
from tramontane.hospital import clock
from tramontane.hospital.consultations import gateway, selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.services.judging import trace_refusal
from tramontane.hospital.consultations.view import Failure
from tramontane.hospital.consultations.words import failure_of
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Purpose, Reason, Solver

# Above, a document waits in an anonymous temporary file, gone when it is closed.
IN_MEMORY = 4 * 1024 * 1024
# Of all the documents of one answer: a repository that never ends its own would fill the disk.
LARGEST = 256 * 1024 * 1024

WITHHELD = Reason(
    "habilitation-type",
    "Votre établissement n’ouvre pas ce type de document à votre profession dans ce service.",
    "Référentiel DMP, EXI 20",
    "Demandez une habilitation si votre exercice le justifie.",
    Solver.ADMINISTRATEUR,
)
NOT_SHOWN = Reason(
    "document-inconnu",
    "Ce document n’est pas dans la liste que le DMP vous a montrée.",
    "EX_AIR-085 ; EX_3.2-1010",
    "Actualisez la liste, puis choisissez le document.",
    Solver.PROFESSIONNEL,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One document, whole, as the registry announced it. Close `content` when done.

    Attributes:
        media_type: as the repository says; empty when it does not.
        verified: size and hash were announced and match. False: nothing was announced to compare with.
    """

    entry: DocumentEntry
    content: IO[bytes]
    media_type: str
    size: int
    sha256: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What came of a reading.

    Attributes:
        documents: in the order asked for; those that came whole and right.
        damaged: why a document that came is not given: its size or hash is not the one announced.
        reasons: why nothing was asked.
        failure: why nothing came.
    """

    documents: tuple[Fetched, ...] = ()
    damaged: tuple[Verdict, ...] = ()
    reasons: tuple[Reason, ...] = ()
    failure: Failure | None = None


def retrieve(access: Access, unique_ids: Sequence[str]) -> Retrieved:
    """Fetch documents the DMP showed to this professional. Always an explicit act.

    Traces: `acces.refuse`; or the call with the documents' ids, then `document.lu` for what is given.
    """
    shown = [selectors.shown_document(access.account, access.patient, one) for one in unique_ids]
    entries = [found.entry for found in shown if found is not None]
    reasons = _withholding(access, entries) if len(entries) == len(unique_ids) else (NOT_SHOWN,)
    if reasons or not entries:
        return Retrieved(reasons=reasons)
    basin = _Basin({entry.unique_id: entry for entry in entries})
    try:
        gateway.retrieve_to(access, entries, basin.pour)
        _note_reading(access, basin.fetched)
    except gateway.AccessRefusedError as refusal:
        basin.empty()
        trace_refusal(access, refusal.refused)
        return Retrieved(reasons=refusal.refused.reasons)
    except TramontaneError as error:
        basin.empty()
        return Retrieved(failure=failure_of(error, clock.now()))
    return Retrieved(tuple(basin.fetched), tuple(basin.damaged))


def _withholding(access: Access, entries: Sequence[DocumentEntry]) -> tuple[Reason, ...]:
    withheld = withheld_types(access.account, access.service)
    closed = any(entry.type_code is not None and entry.type_code.code in withheld for entry in entries)
    return (WITHHELD,) if closed else ()


def _note_reading(access: Access, fetched: Sequence[Fetched]) -> None:
    """Judged once more: what came after a withdrawal is not given."""
    with transaction.atomic(durable=True):
        gateway.lock_patient(access.patient.pk)
        gateway.permit(access, Purpose.RETRIEVE, explicit=True)
        if fetched:
            ids = tuple(one.entry.unique_id for one in fetched)
            record(access.event("document.lu", transaction=Purpose.RETRIEVE.value, document_ids=ids))


@dataclass
class _Basin:
    """Where the documents of one answer are poured. Documents nobody asked for are not kept."""

    wanted: dict[str, DocumentEntry]
    fetched: list[Fetched] = field(default_factory=list)
    damaged: list[Verdict] = field(default_factory=list)
    size: int = 0

    def pour(self, event: DocumentEvent) -> None:
        """Take the next event of the answer.

        Raises:
            AnswerTooLarge: all its documents are more than `LARGEST` bytes.
        """
        match event:
            case DocumentBegins():
                self._content: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - given to whoever asked
                self._hash = hashlib.sha256()
            case DocumentData(data=data):
                self._bound(len(data))
                self._content.write(data)
                self._hash.update(data)
            case DocumentEnds():
                self._end(event)

    def _bound(self, more: int) -> None:
        self.size += more
        if self.size > LARGEST:
            self._content.close()
            raise AnswerTooLarge(
                "Les documents rendus par le DMP sont trop volumineux.",
                phase=Phase.READING,
                expected=f"au plus {LARGEST // 1024**2} Mio",
                received="davantage",
                next_step="lisez-les un à un, ou consultez-les par l’accès Web au DMP",
            )

    def _end(self, ended: DocumentEnds) -> None:
        entry = self.wanted.get(ended.document.unique_id)
        verdicts = ended.check(entry) if entry else ()
        failed = [verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED]
        if entry is None or failed:
            self.damaged += failed
            self._content.close()
            return
        self._content.seek(0)
        verified = all(verdict.outcome is Outcome.PASSED for verdict in verdicts)
        media = ended.document.mime_type or entry.mime_type
        self.fetched.append(Fetched(entry, self._content, media, ended.size, self._hash.hexdigest(), verified))

    def empty(self) -> None:
        """Forget everything."""
        for one in self.fetched:
            one.content.close()
        self.fetched.clear()
