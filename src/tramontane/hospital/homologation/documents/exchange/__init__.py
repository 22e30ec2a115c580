"""What other tools read: the CISO Assistant library and OSCAL, for the référentiels and assessments authored here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.exchange import ciso, oscal_catalog, oscal_results


@dataclass(frozen=True, slots=True)
class Exchange:
    """One format, and what it carries."""

    title: str
    use: str
    file_name: str
    write: Callable[[Content], bytes]


EXCHANGES = {
    "ciso-assistant": Exchange(
        "Bibliothèque CISO Assistant (YAML)",
        "Le référentiel : exigences, textes et leur provenance.",
        "referentiel-ciso-assistant.yaml",
        lambda content: ciso.write(content.referentiel),
    ),
    "oscal-catalogue": Exchange(
        "Catalogue OSCAL (JSON)",
        "Le référentiel : exigences, textes et leur provenance.",
        "catalogue-oscal.json",
        lambda content: oscal_catalog.write(content.referentiel, content.at),
    ),
    "oscal-resultats": Exchange(
        "Résultats d’évaluation OSCAL (JSON)",
        "L’auto-évaluation : niveau, périmètre, preuves et réserves.",
        "resultats-oscal.json",
        lambda content: oscal_results.write(content.values, content.referentiel, content.at),
    ),
}
