"""The référentiels a hospital is homologated against, as versioned data: one engine, no code path per référentiel."""

from tramontane.rules.referentiels.catalogue import shipped, shipped_ids
from tramontane.rules.referentiels.completion import (
    Completion,
    completed,
    load_completion,
    official_texts,
    read_completion,
)
from tramontane.rules.referentiels.difference import ExigenceChange, difference, dimension_changes, rule_changes
from tramontane.rules.referentiels.errors import InvalidReferentiel
from tramontane.rules.referentiels.model import (
    Computation,
    Dimension,
    Etape,
    Exigence,
    Referentiel,
    Regles,
    SectionSupport,
    Source,
    StepCondition,
    TexteStatut,
)
from tramontane.rules.referentiels.reading import load, read, write

__all__ = [
    "Completion",
    "Computation",
    "Dimension",
    "Etape",
    "Exigence",
    "ExigenceChange",
    "InvalidReferentiel",
    "Referentiel",
    "Regles",
    "SectionSupport",
    "Source",
    "StepCondition",
    "TexteStatut",
    "completed",
    "difference",
    "dimension_changes",
    "load",
    "load_completion",
    "official_texts",
    "read",
    "read_completion",
    "rule_changes",
    "shipped",
    "shipped_ids",
    "write",
]
