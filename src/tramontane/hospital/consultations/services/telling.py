"""What a search found, as it is told: notices, counts, the newest deposit. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from tramontane.dmp.xds import DocumentEntry
from tramontane.hospital.consultations.describing import label_of
from tramontane.hospital.consultations.searching import Found
from tramontane.hospital.consultations.view import Count, Notice
from tramontane.rules.consultation import Classification, Finding, FirstSearch, Kind, NextSearch
from tramontane.ui.templatetags.ui import count_of

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def notices_of(classification: Classification) -> tuple[Notice, ...]:
    """What the professional is told, newest act first."""
    notices = (_notice(finding) for finding in classification.to_notify)
    return tuple(sorted(notices, key=lambda notice: notice.on or _LONG_AGO, reverse=True))


def _notice(finding: Finding) -> Notice:
    entry = finding.entry
    replaced = finding.local.unique_id if finding.local and finding.kind is Kind.REPLACED else ""
    code = entry.type_code.code if entry.type_code else ""
    return Notice(
        finding.kind, entry.unique_id, code, label_of(entry.type_code), entry.title, on=_date(entry), replaces=replaced
    )


def _date(entry: DocumentEntry) -> datetime | None:
    return entry.service_start_time or entry.creation_time


def counted(notices: Iterable[Notice]) -> tuple[Count, ...]:
    """The new documents by type, most numerous first."""
    new = [notice for notice in notices if notice.kind is Kind.NEW]
    labels = {notice.type_code: notice.label for notice in new}
    counts = Counter(notice.type_code for notice in new)
    return tuple(Count(code, labels[code], count) for code, count in counts.most_common())


def last_deposit(found: Found, known: datetime | None) -> datetime | None:
    """The newest deposit: of the submissions when the search asked for them, else the documents' creation."""
    submitted = (one.submission_time for one in found.submission_sets)
    created = (one.creation_time for one in found.entries)
    return max((instant for instant in (*submitted, *created, known) if instant is not None), default=None)


def hidden_by(search: FirstSearch | NextSearch, withheld: int) -> tuple[str, ...]:
    """What the list does not show, in sentences: the filters of the search, and the hospital's own restrictions."""
    filters = search.hidden if isinstance(search, FirstSearch) else ()
    if not withheld:
        return filters
    many = count_of(withheld, "document n’est pas affiché,documents ne sont pas affichés")
    return (*filters, f"{many} : votre établissement ne vous ouvre pas ce type de document.")
