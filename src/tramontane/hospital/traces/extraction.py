"""An extraction on request (EX_AIR-120): its cover and its CSV. The PDF is `traces.pdf`, slow to import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tramontane.hospital import clock
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import sentence
from tramontane.ui import spreadsheet

HEADER = (
    "rang", "date_utc", "evenement", "libelle", "professionnel", "rpps", "finess_geographique", "finess_juridique",
    "ins", "transaction", "mode_acces", "motif", "resultat", "correlation", "jeton", "documents", "preuve", "empreinte",
)  # fmt: skip
PDF_MAX = 20_000  # rows; beyond, the CSV is the readable form


class SigningError(Exception):
    """The configured certificate cannot sign. The message says what to look at."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first page says."""

    establishment: str
    finess_juridique: str
    professionals: tuple[str, ...]
    since: date
    until: date
    asked_by: str
    made_at: datetime


def csv_lines(traces: Iterable[Trace]) -> Iterator[str]:
    """The CSV, line after line."""
    return spreadsheet.lines(HEADER, (_row(trace) for trace in traces))


def _row(trace: Trace) -> tuple[object, ...]:
    return (
        trace.pk, clock.utc_text(trace.recorded_at), trace.event, sentence(trace), trace.account_name, trace.rpps,
        trace.finess_geographique, trace.finess_juridique, trace.ins, trace.transaction, trace.access_mode,
        trace.motive, trace.outcome, trace.correlation or "", trace.assertion_id, " ".join(trace.document_ids),
        json.dumps(trace.proof, ensure_ascii=False, sort_keys=True), trace.digest,
    )  # fmt: skip
