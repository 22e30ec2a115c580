"""What a service receives once the caller is known, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tramontane.dmp import soap
from tramontane.dmp.verdicts import Verdict
from tramontane.dmp.vihf import Vihf
from tramontane.national import clock
from tramontane.national.judge import Facts, Reader, Request
from tramontane.national.judge.habilitation import HabilitationMatrix
from tramontane.national.models import PatientRecord
from tramontane.national.storage import ContentStore, Incoming

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out.

    Attributes:
        body: whole, or chunks to stream; then `length` is their total when known.
        code: the refusal's code, empty for a success.
        documents: uniqueId of the documents that the answer gives or changes, for the trace.
        verdicts: what was judged of single documents and refused, for the operator.
    """

    content_type: str
    body: bytes | Iterable[bytes]
    length: int | None = None
    status: int = 200
    code: str = ""
    documents: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """One accepted call."""

    request: Request
    facts: Facts
    patient: PatientRecord | None
    matrix: HabilitationMatrix
    store: ContentStore
    relates_to: str
    message_id: str
    new_urn: Callable[[], str] = clock.new_urn

    @property
    def vihf(self) -> Vihf:
        """The verified content of the token."""
        return self.request.vihf

    @property
    def reader(self) -> Reader:
        """Who looks at documents."""
        return Reader(self.request, self.facts, self.matrix)

    @property
    def known_patient(self) -> PatientRecord:
        """The patient, which check 9 has established."""
        assert self.patient is not None, "check 9 passed"
        return self.patient

    def addressed(self) -> dict[str, str]:
        """The addressing of the answer, for `respond` functions."""
        return {"message_id": self.message_id, "relates_to": self.relates_to}


@dataclass(frozen=True, slots=True)
class Handler(Generic[P]):
    """One operation of one service.

    Attributes:
        parse: from the envelope and its attachments to the transaction's request value.
        classify: transaction, and row of the functional-rights matrix.
        serve: do it.
        refuse: the operation's own wire form for a failed check; None leaves it to a SOAP fault.
        multipart: answers are MTOM even for faults (observed for TD3.2).
    """

    parse: Callable[[soap.Envelope, Mapping[str, Incoming]], P]
    classify: Callable[[P], tuple[str, str]]
    serve: Callable[[Context, P], Reply]
    refuse: Callable[[Context, P, Verdict], Reply | None] = lambda _context, _value, _verdict: None
    multipart: bool = False


AnyHandler = Handler[Any]
