"""The tabs of a dossier: one table, that the other parts of the workspace add a row to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a dossier. Its address takes the dossier's number."""

    label: str
    name: str


TABS = (
    Tab("Accueil", "homologation:dossier"),
    Tab("Exigences", "homologation:exigences"),
    Tab("Preuves", "homologation:evidence"),
    Tab("Relevés", "homologation:collections"),
    Tab("Réserves et plan d’actions", "homologation:reserves"),
    Tab("Support", "homologation:support"),
    Tab("Commission", "homologation:commission"),
    Tab("PV", "homologation:pv"),
    Tab("Documents", "homologation:documents"),
    Tab("Échéances", "homologation:deadlines"),
    Tab("Journal", "homologation:journal"),
)
