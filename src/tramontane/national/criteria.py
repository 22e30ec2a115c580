"""A stored query's parameters as filters (ITI TF-2, ITI-18 §3.18.4.1.2.3.7): what SQL can tell, then what it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from operator import and_

from django.db.models import Q

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import DocumentEntry, StoredQuery, SubmissionSet

_ENTRY = "$XDSDocumentEntry"
_SET = "$XDSSubmissionSet"
_PERIODS = {
    f"{_ENTRY}CreationTime": "creation_time",
    f"{_ENTRY}ServiceStartTime": "service_start",
    f"{_ENTRY}ServiceStopTime": "service_stop",
}
# Parameter → column that narrows in SQL, and the codes of an entry that decide (code and coding scheme).
_CODES: dict[str, tuple[str, Callable[[DocumentEntry], Iterable[Coded | None]]]] = {
    "ClassCode": ("class_code", lambda entry: (entry.class_code,)),
    "TypeCode": ("type_code", lambda entry: (entry.type_code,)),
    "FormatCode": ("format_code", lambda entry: (entry.format_code,)),
    "PracticeSettingCode": ("practice_setting", lambda entry: (entry.practice_setting,)),
    "HealthcareFacilityTypeCode": ("facility_type", lambda entry: (entry.facility_type,)),
    "EventCodeList": ("", lambda entry: entry.event_codes),
    "ConfidentialityCode": ("", lambda entry: entry.confidentiality_codes),
}


def document_rows(query: StoredQuery) -> Q:
    """The rows of FindDocuments that SQL can select: statuses, dates, codes without their scheme."""
    filters = [Q(status__in=query.texts(f"{_ENTRY}Status"))]
    filters += [_period(query, name, column) for name, column in _PERIODS.items()]
    for name, (column, _) in _CODES.items():
        if column:
            groups = query.codes(_ENTRY + name)
            filters += [Q(**{f"{column}__in": [code.code for code in group]}) for group in groups]
    return reduce(and_, filters)


def document_matches(query: StoredQuery) -> Callable[[DocumentEntry], bool]:
    """What remains to be asked of each entry: coding schemes, event codes, authors, references."""
    wanted = [(codes_of, query.codes(_ENTRY + name)) for name, (_, codes_of) in _CODES.items()]
    persons = [_patterns(group) for group in query.groups(f"{_ENTRY}AuthorPerson")]
    references = [set(group) for group in query.groups(f"{_ENTRY}ReferenceIdList")]

    def matches(entry: DocumentEntry) -> bool:
        return (
            all(_any_code(codes_of(entry), group) for codes_of, groups in wanted for group in groups)
            and all(_any_match(patterns, [author.person for author in entry.authors]) for patterns in persons)
            and all(group.intersection(entry.reference_ids) for group in references)
        )

    return matches


def designated_rows(query: StoredQuery) -> Q:
    """The rows that GetDocuments names, by entryUUID or by uniqueId."""
    return Q(entry_uuid__in=query.texts(f"{_ENTRY}EntryUUID")) | Q(unique_id__in=query.texts(f"{_ENTRY}UniqueId"))


def submission_rows(query: StoredQuery) -> Q:
    """The rows of FindSubmissionSets."""
    return Q(status__in=query.texts(f"{_SET}Status")) & _period(query, f"{_SET}SubmissionTime", "submission_time")


def submission_matches(query: StoredQuery) -> Callable[[SubmissionSet], bool]:
    """What remains to be asked of each submission set: source, author, content type."""
    sources = [set(group) for group in query.groups(f"{_SET}SourceId")]
    persons = [_patterns(group) for group in query.groups(f"{_SET}AuthorPerson")]
    kinds = query.codes(f"{_SET}ContentType")

    def matches(submission: SubmissionSet) -> bool:
        return (
            all(submission.source_id in group for group in sources)
            and all(_any_match(patterns, [author.person for author in submission.authors]) for patterns in persons)
            and all(_any_code((submission.content_type,), group) for group in kinds)
        )

    return matches


def _period(query: StoredQuery, name: str, column: str) -> Q:
    """The lower bound belongs to the period, the upper one does not."""
    start, end = _instant(query, f"{name}From"), _instant(query, f"{name}To")
    lower = Q(**{f"{column}__gte": start}) if start else Q()
    return lower & Q(**{f"{column}__lt": end}) if end else lower


def _instant(query: StoredQuery, name: str) -> datetime | None:
    """A date that cannot be read is an error: ignoring it would answer more than was asked."""
    instant = query.time(name)
    if instant is None and query.text(name):
        raise MalformedMessage(
            "Une date de la requête n'est pas lisible.",
            code="td3-1-date",
            expected="yyyyMMddHHmmss, UTC",
            received=name,
            reference="IHE ITI TF-2, ITI-18 §3.18.4.1.2.3",
        )
    return instant


def _any_code(found: Iterable[Coded | None], wanted: Iterable[Coded]) -> bool:
    """A code asked without its scheme matches in any scheme."""
    present = {(code.code, code.code_system) for code in found if code} | {(code.code, "") for code in found if code}
    return any((code.code, code.code_system) in present for code in wanted)


def _patterns(group: Iterable[str]) -> list[re.Pattern[str]]:
    """SQL LIKE wildcards, as ITI-18 defines them for authors."""
    return [re.compile(_like(text), re.DOTALL) for text in group]


def _like(text: str) -> str:
    """Atomic groups: a segment is sought once, from the left. Ten plain `.*` in a row would block the server for hours."""
    first, *others = ("".join("." if char == "_" else re.escape(char) for char in part) for part in text.split("%"))
    middle = "".join(f"(?>.*?{segment})" for segment in others[:-1] if segment)
    return f"{first}{middle}.*{others[-1]}" if others else first


def _any_match(patterns: Iterable[re.Pattern[str]], texts: Iterable[str]) -> bool:
    present = list(texts)
    return any(pattern.fullmatch(text) for pattern in patterns for text in present)
