"""What a registry or repository answers, as values."""

from __future__ import annotations

import msgspec

from tramontane.dmp.errors import RegistryFailure
from tramontane.dmp.xds.model import Association, DocumentEntry, ObjectRef, RegistryObject, SubmissionSet
from tramontane.dmp.xds.names import ResponseStatus, Severity
from tramontane.dmp.xds.sentences import sentence_for


class RegistryError(msgspec.Struct, frozen=True, gc=False):
    """One error or warning.

    Attributes:
        code: ``errorCode``, verbatim, e.g. ``XDSUnknownPatientId``.
        context: ``codeContext``, the peer's sentence, verbatim.
        severity: a `Severity`, or the peer's own, verbatim.
        location: what the error is about, verbatim.
    """

    code: str
    context: str = ""
    severity: Severity | str = Severity.ERROR
    location: str = ""

    @property
    def sentence(self) -> str:
        """What happened, in French."""
        return sentence_for(self.code)[0]

    @property
    def next_step(self) -> str:
        """What to do about it, in French."""
        return sentence_for(self.code)[1]


class RegistryResponse(msgspec.Struct, frozen=True, gc=False):
    """The outcome of a submission, an update or a retrieval."""

    status: ResponseStatus = ResponseStatus.SUCCESS
    errors: tuple[RegistryError, ...] = ()


SUCCESS = RegistryResponse()


class QueryResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The outcome of a stored query.

    Attributes:
        total: ``totalResultCount`` when the peer gave it.
    """

    status: ResponseStatus = ResponseStatus.SUCCESS
    document_entries: tuple[DocumentEntry, ...] = ()
    submission_sets: tuple[SubmissionSet, ...] = ()
    associations: tuple[Association, ...] = ()
    object_refs: tuple[ObjectRef, ...] = ()
    errors: tuple[RegistryError, ...] = ()
    total: int | None = None

    @property
    def objects(self) -> tuple[RegistryObject, ...]:
        """Everything found, kind by kind."""
        return (*self.submission_sets, *self.document_entries, *self.associations, *self.object_refs)


def raise_for_failure(status: ResponseStatus, errors: tuple[RegistryError, ...]) -> None:
    """Do nothing unless `status` is Failure; a partial success is a success, with its errors.

    Raises:
        RegistryFailure: with every error verbatim, and the sentence of the first.
    """
    if status is ResponseStatus.FAILURE:
        raise failure(errors)


def failure(errors: tuple[RegistryError, ...]) -> RegistryFailure:
    """The error that tells these errors."""
    first = errors[0] if errors else RegistryError("")
    return RegistryFailure(
        first.sentence,
        errors=tuple((error.code, error.context, str(error.severity), error.location) for error in errors),
        remote_code=first.code,
        remote_text=first.context,
        received=" ; ".join(error.code for error in errors) or "un échec sans code d'erreur",
        reference="IHE ITI TF-3, table 4.2.4.1-2 ; EX_GEN-1145",
        next_step=first.next_step,
    )
