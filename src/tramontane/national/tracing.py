"""The one service that writes access traces, and the one way to read a verdict back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tramontane.dmp.verdicts import Verdict, failures
from tramontane.dmp.vihf import Vihf
from tramontane.national.models import AccessResult, AccessTrace, FailedCheck

_VERDICTS = msgspec.json.Decoder(tuple[Verdict, ...])


@dataclass(frozen=True, slots=True)
class Trace:
    """What there is to say of one call, whoever called.

    Attributes:
        certificate: SHA-256 hex of the client certificate, or empty.
        certificate_structure: Struct_IdNat of that certificate, or empty.
        code: the code that went out on the wire, empty when granted.
        documents: uniqueId of what was given, or entryUUID when nothing else names it.
    """

    instant: datetime
    transaction: str
    service: str
    result: AccessResult
    message_id: str = ""
    assertion_id: str = ""
    certificate: str = ""
    certificate_structure: str = ""
    code: str = ""
    documents: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def write(trace: Trace, vihf: Vihf | None) -> AccessTrace:
    """Store a trace with its verdicts. Call it inside the transaction of what it traces."""
    row = AccessTrace.objects.create(
        instant=trace.instant,
        transaction=trace.transaction,
        service=trace.service,
        message_id=trace.message_id[:200],
        assertion_id=trace.assertion_id[:200],
        certificate=trace.certificate,
        legal_entity=trace.certificate_structure.removeprefix("1")[:20],
        result=trace.result,
        code=trace.code,
        documents=list(trace.documents),
        verdicts=msgspec.json.encode(trace.verdicts),
        **_caller(vihf),
    )
    FailedCheck.objects.bulk_create(failed_checks(row, trace.verdicts))
    return row


def failed_checks(row: AccessTrace, verdicts: Iterable[Verdict]) -> list[FailedCheck]:
    """One row for each numbered check that failed, not written yet; the trace is."""
    return [
        FailedCheck(
            trace=row,
            step=step,
            instant=row.instant,
            transaction=row.transaction,
            rpps=row.rpps,
            structure=row.structure,
            result=row.result,
        )
        for step in sorted({one.step for one in failures(verdicts)})
    ]


def _caller(vihf: Vihf | None) -> dict[str, str | bool]:
    if vihf is None:
        return {}
    subject = str(vihf.subject)
    return {
        "mode": vihf.mode.value,
        "access_mode": vihf.access_mode.value,
        "secret": vihf.confidentiality is not None,
        "rpps": (subject.removeprefix("8") if subject.startswith("8") else subject)[:40],
        "structure": (vihf.structure.finess or vihf.structure.value)[:20],
        "ins": vihf.patient.value if vihf.patient else "",
    }


def verdicts_of(trace: AccessTrace) -> tuple[Verdict, ...]:
    """The verdicts of a stored trace."""
    return _VERDICTS.decode(trace.verdicts)


def explain(trace: AccessTrace) -> tuple[Verdict, ...]:
    """Why a call was refused: its failed verdicts, in the order of the checks. Empty when nothing failed."""
    return failures(verdicts_of(trace))
