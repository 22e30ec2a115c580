"""The search strategy of a DMP consultation: what to ask, and what the answers are to the hospital."""

from tramontane.rules.consultation.classification import (
    Classification,
    Finding,
    Kind,
    LocalDocument,
    classify,
)
from tramontane.rules.consultation.plan import (
    ConsultationPolicy,
    FirstSearch,
    NextSearch,
    associations_search,
    documents_searches,
    entries_searches,
    opening_search,
    vaccination_search,
    years_before,
)

__all__ = [
    "Classification",
    "ConsultationPolicy",
    "Finding",
    "FirstSearch",
    "Kind",
    "LocalDocument",
    "NextSearch",
    "associations_search",
    "classify",
    "documents_searches",
    "entries_searches",
    "opening_search",
    "vaccination_search",
    "years_before",
]
