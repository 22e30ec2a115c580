"""Asking the worker for an outline or a page: one process a question, few at once, killed when it is late."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from tramontane.hospital.documents.pdf.worker import ENCRYPTED, NO_PAGE, UNREADABLE

MOST_PAGES = 200
# Wall clock, with the start of the process; its own processor time is limited tighter by itself.
SECONDS = 15.0
WAIT_FOR_A_TURN = 20.0
AT_ONCE = 2
_WORKER = str(Path(__file__).with_name("worker.py"))
_turns = threading.BoundedSemaphore(AT_ONCE)

TOO_HEAVY = "Ce PDF demande plus de mémoire ou de temps que l’affichage n’en accorde : téléchargez l’original."
BUSY = "D’autres documents sont en cours d’affichage : réessayez dans un instant."
_SENTENCES = {
    ENCRYPTED: "Ce PDF est protégé par un mot de passe : téléchargez l’original et ouvrez-le avec ce mot de passe.",
    UNREADABLE: "Ce PDF est tronqué ou abîmé : il n’a pas pu être affiché. L’original reste à télécharger.",
    NO_PAGE: "Ce PDF n’a pas cette page.",
}


class PdfRefusedError(Exception):
    """Not shown, and why in one sentence for the professional.

    Attributes:
        cause: exit code of the worker: `ENCRYPTED`, `UNREADABLE`, `NO_PAGE`; 0: too heavy, or too many at once.
    """

    def __init__(self, sentence: str, cause: int = 0) -> None:
        super().__init__(sentence)
        self.cause = cause


class PageOutline(msgspec.Struct, frozen=True):
    """One page: size in points, its text where it is drawn.

    Attributes:
        lines: left, top, width and height in points from the top left corner, then the words.
        unread: the time for text was spent before this page.
    """

    width: float
    height: float
    lines: tuple[tuple[float, float, float, float, str], ...]
    unread: bool = False


class Outline(msgspec.Struct, frozen=True):
    """The first pages of a PDF, and how many it has in all."""

    total: int
    pages: tuple[PageOutline, ...]


def outline(content: bytes) -> Outline:
    """The sizes and text of the first `MOST_PAGES` pages.

    Raises:
        PdfRefusedError: encrypted, damaged, too heavy, or too many documents at once.
    """
    return msgspec.json.decode(_ask(content, "outline", MOST_PAGES), type=Outline)


def draw(content: bytes, number: int, *, width: int) -> bytes:
    """One page as a PNG about `width` pixels wide; `number` from 1.

    Raises:
        PdfRefusedError: as `outline`; or no such page.
    """
    return _ask(content, "page", number, width)


def _ask(content: bytes, act: str, *numbers: int) -> bytes:
    if not _turns.acquire(timeout=WAIT_FOR_A_TURN):
        raise PdfRefusedError(BUSY)
    try:
        # -I: nothing of the environment nor of the current directory; fixed arguments, the document on standard input.
        done = subprocess.run(  # noqa: S603 - our own interpreter and file, numbers for arguments
            [sys.executable, "-I", _WORKER, act, *map(str, numbers)],
            input=content, capture_output=True, timeout=SECONDS, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PdfRefusedError(TOO_HEAVY) from error
    finally:
        _turns.release()
    if done.returncode:
        raise PdfRefusedError(_SENTENCES.get(done.returncode, TOO_HEAVY), done.returncode)
    return done.stdout
