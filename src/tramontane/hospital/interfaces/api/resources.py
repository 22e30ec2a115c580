"""From the values of the application to those of the API. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.documents.rows import Row
from tramontane.hospital.documents.services.filing import Filed
from tramontane.hospital.interfaces import problems
from tramontane.hospital.patients.consent import ConsentState
from tramontane.hospital.patients.models import ConsentRecord, Episode


def status(record: RecordView) -> dict[str, Any]:
    """A `StatusOut`."""
    told = record.told
    return {
        "situation": record.situation.name.lower(),
        "sentence": " · ".join(record.sentence),
        "readable": record.readable,
        "kept": record.kept,
        "as_of": told.as_of if told else None,
        "total": told.total if told else 0,
        "notices": [
            {"kind": n.kind.value, "unique_id": n.unique_id, "label": n.label, "title": n.title, "on": n.on}
            for n in (told.notices if told else ())
        ],
        "hidden": list(told.hidden) if told else [],
        "reasons": [problems.told(reason) for reason in record.reasons],
        "warnings": [reason.sentence for reason in record.warnings] + list(told.warnings if told else ()),
    }


def document(row: Row, ipp: str) -> dict[str, Any]:
    """A `DocumentOut`."""
    entry = row.entry
    coded = entry.type_code
    return {
        "unique_id": row.unique_id,
        "title": row.title,
        "type": {"code": coded.code, "system": coded.code_system, "label": coded.label} if coded else None,
        "label": row.label,
        "author": row.author,
        "institution": row.institution,
        "act_date": row.on,
        "media_type": entry.mime_type,
        "size": entry.size,
        "badges": [{"text": badge.text, "detail": badge.detail} for badge in row.badges],
        "warnings": list(row.warnings),
        "new": row.new,
        "newer_version": row.newer,
        "record_document": row.held_id,
        "content_url": f"/api/v1/patients/{quote(ipp, safe='')}/dmp/documents/{quote(row.unique_id, safe='')}/content",
    }


def record_document(filed: Filed) -> dict[str, Any]:
    """A `RecordDocumentOut`."""
    row: RecordDocument = filed.document
    names = ("id", "unique_id", "title", "folder", "subfolder", "sha256", "size", "filed_at")
    return {name: getattr(row, name) for name in names} | {"already": filed.already}


def consent(state: ConsentState, episode: Episode | None) -> dict[str, Any]:
    """A `ConsentOut`."""
    return {
        "episode": episode.visit_number if episode else "",
        "informed": _declaration(state.informed),
        "consultation": _declaration(state.consultation),
        "feeding": _declaration(state.feeding),
        "missing": list(state.missing),
    }


def _declaration(row: ConsentRecord | None) -> dict[str, Any] | None:
    return {"choice": row.choice, "recorded_at": row.recorded_at, "source": row.source} if row else None
