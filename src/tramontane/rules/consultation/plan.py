"""What to ask the DMP when a record is opened, as values: nothing here calls anything.

Source: ANS implementer guide on DMP consultation (PDSm, draft V0.3, 26/05/2026). One automatic search when the record
is opened, none after feeding (EX_3.1-2030); the date of the search is remembered only once it succeeded, so that a
failed one hides nothing from the next.

    first opening:  FindDocuments, two years at most
    next openings:  FindSubmissionSets → GetAssociations → GetDocumentsAndAssociations by 20 → `classify`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import Ins
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.xds import (
    Association,
    AssociationType,
    DocumentCriteria,
    Period,
    StoredQuery,
    SubmissionSet,
    find_documents,
    find_submission_sets,
    get_associations,
    get_documents_and_associations,
)
from tramontane.rules.access import require_aware

MAXIMUM_YEARS = 2


@dataclass(frozen=True, slots=True)
class ConsultationPolicy:
    """What a hospital may set.

    Attributes:
        first_search_years: depth of the first automatic search, on the date of the act; 2 is the national maximum.
        batch_size: documents asked for at a time.

    Raises:
        LocalError: a depth outside 1 to 2 years, or an empty batch.
    """

    first_search_years: int = MAXIMUM_YEARS
    batch_size: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.first_search_years <= MAXIMUM_YEARS or self.batch_size < 1:
            raise LocalError(
                "Ces réglages de recherche ne sont pas permis.",
                code="recherche-reglages",
                expected=f"une profondeur de 1 à {MAXIMUM_YEARS} ans, des lots d'au moins un document",
                received=f"{self.first_search_years} an(s), lots de {self.batch_size}",
                reference="ANS, guide d'optimisation de la consultation du DMP, V0.3",
                next_step="corrigez les réglages de la consultation",
            )


GUIDE = ConsultationPolicy()


@dataclass(frozen=True, slots=True)
class FirstSearch:
    """The first automatic search in this patient's DMP.

    Attributes:
        patient_id: CX of the INS.
        since: date of the act before which documents are not asked for.
        types: the professional's preferred types; empty: all.
        remember: to be stored as the date of the last search, only after success.
    """

    patient_id: str
    since: datetime
    types: tuple[Coded, ...]
    remember: datetime

    @property
    def query(self) -> StoredQuery:
        """FindDocuments, active documents."""
        criteria = DocumentCriteria(
            patient_id=self.patient_id, type_codes=self.types, service_start=Period(start=self.since)
        )
        return find_documents(criteria)

    @property
    def hidden(self) -> tuple[str, ...]:
        """In French, what the list does not show: to be displayed with it."""
        depth = f"Les documents dont l'acte est antérieur au {self.since:%d/%m/%Y} ne sont pas affichés."
        kept = ", ".join(_label(coded) for coded in self.types)
        return (depth, f"Seuls vos types de documents préférés sont affichés : {kept}.") if self.types else (depth,)

    def without_types(self) -> FirstSearch:
        """The same search, preferred types set aside."""
        return replace(self, types=())


@dataclass(frozen=True, slots=True)
class NextSearch:
    """A later search: what was submitted since the last one that succeeded.

    Attributes:
        since: date of that search; it stays the stored one until this search succeeds.
        remember: to be stored in its place, only after success.
    """

    patient_id: str
    since: datetime
    remember: datetime

    @property
    def query(self) -> StoredQuery:
        """FindSubmissionSets."""
        return find_submission_sets(self.patient_id, submitted=Period(start=self.since))


def opening_search(
    patient: Ins,
    *,
    previous: datetime | None,
    at: datetime,
    types: Sequence[Coded] = (),
    policy: ConsultationPolicy = GUIDE,
) -> FirstSearch | NextSearch:
    """The one automatic search to make when the record is opened.

    Args:
        previous: date remembered by the last search that succeeded for this patient; None: never searched.
        at: now, aware; its zone is the one of the dates shown.
        types: the professional's preferred document types, for the first search.

    Raises:
        LocalError: an instant without time zone.
    """
    require_aware(at)
    if previous is None:
        return FirstSearch(patient.cx, years_before(at, policy.first_search_years), tuple(types), at)
    require_aware(previous)
    return NextSearch(patient.cx, previous, at)


def vaccination_search(patient: Ins) -> StoredQuery:
    """To be offered beside the first search: vaccination records often describe acts older than two years."""
    vaccinations = value_set(ValueSetName.TYPE_CODE).require("11369-6")
    return find_documents(DocumentCriteria(patient_id=patient.cx, type_codes=(vaccinations,)))


def associations_search(submission_sets: Iterable[SubmissionSet]) -> StoredQuery | None:
    """GetAssociations on what the next search found; None when nothing was submitted: the search is over."""
    uuids = tuple(dict.fromkeys(submission_set.entry_uuid for submission_set in submission_sets))
    return get_associations(uuids) if uuids else None


def documents_searches(
    associations: Iterable[Association], *, policy: ConsultationPolicy = GUIDE
) -> tuple[StoredQuery, ...]:
    """GetDocumentsAndAssociations, in batches, on the members of the submission sets."""
    members = (found.target for found in associations if found.type == AssociationType.HAS_MEMBER)
    return entries_searches(members, policy=policy)


def entries_searches(entry_uuids: Iterable[str], *, policy: ConsultationPolicy = GUIDE) -> tuple[StoredQuery, ...]:
    """GetDocumentsAndAssociations, in batches, each entry once: also for `Classification.unresolved`."""
    uuids = tuple(dict.fromkeys(entry_uuids))
    batches = (uuids[start : start + policy.batch_size] for start in range(0, len(uuids), policy.batch_size))
    return tuple(get_documents_and_associations(entry_uuids=batch) for batch in batches)


def years_before(instant: datetime, years: int) -> datetime:
    """The same day and hour, years earlier; 29 February becomes 28 February."""
    year = instant.year - years
    try:
        return instant.replace(year=year)
    except ValueError:
        return instant.replace(year=year, day=28)


def _label(coded: Coded) -> str:
    return value_set(ValueSetName.TYPE_CODE).display(coded.code, coded.code_system, coded.label)
