"""What happened in a dossier, read in the traces: nobody keeps a second journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tramontane.hospital.homologation.models import Comment, Dossier
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of activity: a trace, or a comment with its text."""

    at: datetime
    who: str
    sentence: str
    text: str = ""


def traces(dossier: Dossier) -> QuerySet[Trace]:
    """Every trace of a dossier, newest first."""
    finess = dossier.legal_entity.finess_juridique
    return Trace.objects.filter(correlation=dossier.uuid, finess_juridique=finess).order_by("-id")


def entry(trace: Trace) -> Entry:
    """A trace in words."""
    return Entry(trace.recorded_at, trace.account_name or "Application", sentence(trace), trace.motive)


def activity(dossier: Dossier, exigence: str) -> list[Entry]:
    """What was done and said about one exigence, newest first."""
    rows = traces(dossier).filter(detail__exigence_id=exigence).exclude(event="homologation.commentaire")
    said = Comment.objects.filter(dossier=dossier, exigence=exigence).select_related("written_by")
    comments = [Entry(one.written_at, one.written_by.display_name, "Commentaire", one.text) for one in said]
    return sorted([*(entry(row) for row in rows), *comments], key=lambda one: one.at, reverse=True)
