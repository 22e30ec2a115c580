"""HospiConnect objectives: definitions, figures of a month, drill-down, DICAH, forecast, proof files."""

from tramontane.rules.objectives.breakdown import Lever, Row, by_profession, by_service, levers
from tramontane.rules.objectives.checklist import Line, checklist
from tramontane.rules.objectives.definitions import (
    YEARS,
    Definitions,
    Objective,
    Proof,
    UnknownReading,
    definitions,
    reading,
)
from tramontane.rules.objectives.dicah import Standing, standings
from tramontane.rules.objectives.facts import (
    Capability,
    Flow,
    Homologated,
    Member,
    MonthFacts,
    Movements,
    Readiness,
    Site,
)
from tramontane.rules.objectives.forecast import Forecast, forecast
from tramontane.rules.objectives.group import total
from tramontane.rules.objectives.measures import Figure, State, figures, needed

__all__ = [
    "YEARS", "Capability", "Definitions", "Figure", "Flow", "Forecast", "Homologated", "Lever", "Line", "Member",
    "MonthFacts", "Movements", "Objective", "Proof", "Readiness", "Row", "Site", "Standing", "State", "UnknownReading",
    "by_profession", "by_service", "checklist", "definitions", "figures", "forecast", "levers", "needed", "reading",
    "standings", "total",
]  # fmt: skip
