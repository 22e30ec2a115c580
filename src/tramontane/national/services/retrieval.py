"""TD3.2: the documents asked for, streamed from the store; each refusal is a RegistryError of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tramontane.dmp.transactions import td3_2
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.xds import RegistryError, RegistryResponse, ResponseStatus
from tramontane.national import metadata
from tramontane.national.judge import judge_document
from tramontane.national.models import RegistryDocument
from tramontane.national.policy import REPOSITORY_UNIQUE_ID
from tramontane.national.services.context import Context, Handler, Reply
from tramontane.national.storage import ContentStore

Wanted = tuple[tuple[str, str], ...]
DENIED = "DMPAccessDeniedByRightsService"


@dataclass(frozen=True, slots=True)
class _Chunks:
    """A content in the store, read again at each iteration."""

    contents: ContentStore
    digest: str

    def __iter__(self) -> Iterator[bytes]:
        return self.contents.chunks(self.digest)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of one document asked for."""

    document: td3_2.RetrievedDocument | None = None
    error: RegistryError | None = None
    verdicts: tuple[Verdict, ...] = ()


def serve(context: Context, wanted: Wanted) -> Reply:
    """Every document that may be read, an error for each other one."""
    judged = [_judge(context, *one) for one in wanted]
    documents = tuple(one.document for one in judged if one.document)
    errors = tuple(one.error for one in judged if one.error)
    outcome = RegistryResponse(_status(documents, errors), errors)
    message = td3_2.stream(td3_2.RetrievedDocuments(documents, outcome), **context.addressed())
    return Reply(
        message.content_type,
        map(bytes, message.chunks),
        message.length,
        code=errors[0].code if errors and not documents else "",
        documents=tuple(document.unique_id for document in documents),
        verdicts=tuple(verdict for one in judged for verdict in one.verdicts),
    )


def _status(documents: tuple[object, ...], errors: tuple[object, ...]) -> ResponseStatus:
    if not errors:
        return ResponseStatus.SUCCESS
    return ResponseStatus.PARTIAL_SUCCESS if documents else ResponseStatus.FAILURE


def _judge(context: Context, repository_id: str, unique_id: str) -> _Judged:
    if repository_id != REPOSITORY_UNIQUE_ID:
        return _Judged(error=RegistryError("XDSUnknownRepositoryId", repository_id))
    row = RegistryDocument.objects.filter(patient=context.known_patient, unique_id=unique_id, superseded=False).first()
    if row is None:
        return _Judged(error=_unknown(unique_id))
    entry = metadata.entry_of(row.metadata, row.status)
    found = judge_document(context.reader, metadata.facts_of(entry))
    verdicts = tuple(replace(verdict, location=f"uniqueId={unique_id}") for verdict in found)
    by_type, by_visibility = (verdict.outcome is Outcome.PASSED for verdict in verdicts)
    if not by_visibility:
        # Masking must not show: a hidden document answers as one that does not exist.
        return _Judged(error=_unknown(unique_id), verdicts=verdicts)
    if not by_type:
        return _Judged(error=RegistryError(DENIED, f"uniqueId={unique_id}"), verdicts=verdicts)
    content = _Chunks(context.store, row.content_digest)
    document = td3_2.RetrievedDocument(repository_id, unique_id, entry.mime_type, content)  # type: ignore[arg-type]  # streamed
    return _Judged(document, verdicts=verdicts)


def _unknown(unique_id: str) -> RegistryError:
    """Also the answer to an entryUUID in place of the uniqueId (observed)."""
    return RegistryError("XDSDocumentUniqueIdError", f"uniqueId={unique_id}")


RETRIEVE = Handler(
    lambda envelope, _parts: td3_2.parse(envelope),
    lambda _wanted: ("TD3.2", "TD3.2.non_masque"),
    serve,
    multipart=True,
)
