"""Is what was retrieved what the registry announced? Hash and size (ITI TF-3 §4.2.3.2.10 and .24)."""

from __future__ import annotations

from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.xds.model import DocumentEntry

_NEXT_STEP = "n'utilisez pas ce document, actualisez la liste puis recommencez ; si l'écart persiste, signalez-le"


def check_content(entry: DocumentEntry, *, sha1: str, size: int) -> tuple[Verdict, ...]:
    """The two checks, in order. What the entry does not announce is not run, hence not passed.

    Args:
        sha1: SHA-1 of the content received, lower-case hexadecimal.
        size: of the content received, bytes.
    """
    announced = "" if entry.size is None else str(entry.size)
    return (
        _verdict(1, "document-taille", "La taille du document est celle annoncée.", announced, str(size)),
        _verdict(2, "document-empreinte", "L'empreinte du document est celle annoncée.", entry.hash.lower(), sha1),
    )


def _verdict(step: int, code: str, title: str, expected: str, received: str) -> Verdict:
    compared = Outcome.PASSED if expected == received else Outcome.FAILED
    outcome = compared if expected else Outcome.NOT_RUN
    return Verdict(
        step=step,
        code=code,
        title=title,
        outcome=outcome,
        expected=expected,
        received=received,
        location="XDSDocumentEntry.size" if step == 1 else "XDSDocumentEntry.hash",
        reference="IHE ITI TF-3, table 4.2.3.2-1",
        next_step="" if outcome is Outcome.PASSED else _NEXT_STEP,
    )
