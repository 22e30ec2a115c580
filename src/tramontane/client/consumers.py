"""Who receives the bytes of an answer as they come."""

from __future__ import annotations

from typing import Protocol, TypeVar

from tramontane.client.errors import AnswerTooLarge, Phase
from tramontane.dmp.transactions.exchange import HttpResponse

T_co = TypeVar("T_co", covariant=True)


class Consumer(Protocol[T_co]):
    """Fed with each chunk of one answer, then closed. Made when the head of the answer is known."""

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the body."""

    def close(self) -> T_co:
        """The body is whole: what was made of it."""


class Begin(Protocol[T_co]):
    """Makes the consumer of an answer from its head."""

    def __call__(self, status: int, content_type: str) -> Consumer[T_co]: ...


class WholeBody:
    """Keeps the body in memory, within a limit."""

    def __init__(self, status: int, content_type: str, *, largest: int) -> None:
        self._head = (status, content_type)
        self._largest = largest
        self._chunks: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Raises AnswerTooLarge as soon as the limit is passed: nothing more is read."""
        self._size += len(chunk)
        if self._size > self._largest:
            raise AnswerTooLarge(
                "La réponse est trop volumineuse pour être lue en mémoire.",
                phase=Phase.READING,
                expected=f"au plus {self._largest} octets",
                received="davantage",
                next_step="téléchargez le document au fil de l'eau (retrieve_to) ou augmentez la limite",
            )
        self._chunks.append(chunk)

    def close(self) -> HttpResponse:
        status, content_type = self._head
        return HttpResponse(status, content_type, b"".join(self._chunks))
