"""Verifying a PDF from outside in a process of its own: little memory, little time, no file to write, no database.

pyHanko parses hostile bytes in Python: a loop or a bomb then costs one short process, not a server.

    python -m tramontane.hospital.homologation.documents.signature.apart   < header line, PDF   > report (JSON)
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

import msgspec

from tramontane.dmp.errors import LocalError
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.documents.pdf.worker import limit
from tramontane.hospital.homologation.documents.signature.report import Check, Report

# Wall clock, with the start of the process (about one second of processor); its processor time is limited by `limit`.
SECONDS = 30.0
WAIT_FOR_A_TURN = 20.0
_turns = threading.BoundedSemaphore(1)

TOO_HEAVY = (
    "la vérification demande plus de mémoire ou de temps qu’un procès-verbal n’en justifie : le fichier est refusé ; "
    "faire signer de nouveau le PDF téléchargé ici"
)


class _Header(msgspec.Struct, frozen=True):
    """What goes with the PDF. `authorities`: DER certificates."""

    originals: dict[str, int]
    authorities: list[bytes]


def examine(data: bytes, originals: Mapping[str, int], authorities: Sequence[bytes]) -> Report:
    """As `verifying.examine`, at most one file at once; a file that costs too much is refused in the report.

    Raises:
        LocalError: another file is being verified for too long.
    """
    if not _turns.acquire(timeout=WAIT_FOR_A_TURN):
        raise LocalError(
            "Un autre fichier signé est en cours de vérification.",
            code="verification-occupee",
            next_step="réessayez dans un instant",
        )
    header = msgspec.json.encode(_Header(dict(originals), list(authorities)))
    try:
        # -I: nothing of the environment nor of the current directory; fixed arguments, the file on standard input.
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-m", __name__],
            input=header + b"\n" + data, capture_output=True, timeout=SECONDS, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _refused()
    finally:
        _turns.release()
    return msgspec.json.decode(done.stdout, type=Report) if done.returncode == 0 else _refused()


def _refused() -> Report:
    return Report((Check("signature", "Signature électronique", Outcome.FAILED, TOO_HEAVY),))


def main() -> None:
    """The other side."""
    header = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Header)
    data = sys.stdin.buffer.read()
    limit(len(data))
    from pyhanko.keys import load_certs_from_pemder_data

    from tramontane.hospital.homologation.documents.signature.verifying import examine as verified

    authorities = [one for der in header.authorities for one in load_certs_from_pemder_data(der)]
    sys.stdout.buffer.write(msgspec.json.encode(verified(data, header.originals, authorities)))


if __name__ == "__main__":
    main()
