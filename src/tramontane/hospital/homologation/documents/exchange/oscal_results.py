"""A self-assessment as OSCAL assessment results: one finding an exigence, one observation a proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tramontane.hospital.homologation.documents.exchange.oscal import (
    InvalidOscal,
    identifier,
    metadata,
    ours,
    parsed,
    properties,
    rows,
    written,
)
from tramontane.rules.homologation import Assessment, Level
from tramontane.rules.referentiels import Referentiel

ROOT = "assessment-results"
# Property of a finding → field of `Assessment`.
_SAID = {
    "perimetre": "perimeter",
    "etapes": "steps",
    "calendrier": "calendar",
    "motif": "reason",
    "responsable": "owner",
}


def write(values: dict[str, Any], referentiel: Referentiel, at: datetime) -> bytes:
    """The results of a dossier. What is not assessed has no finding: OSCAL knows satisfied and not satisfied."""
    key = identifier(
        "results", referentiel.sha256, str(values["structure"]["finess_juridique"]), str(values["dossier"])
    )
    plan = identifier("plan", key)
    judged = [row for row in values["exigences"] if Level(row["niveau"]) is not Level.NOT_ASSESSED]
    observations = {proof["preuve"]: _observation(proof, key, at) for row in judged for proof in row["preuves"]}
    result = {
        "uuid": identifier("result", key),
        "title": f"Auto-évaluation au {referentiel.sigle}",
        "description": f"Déclarations de {values['structure']['nom']}, dossier n° {values['dossier']}.",
        "start": at.isoformat(timespec="seconds"),
        "reviewed-controls": {
            "control-selections": [{"include-controls": [{"control-id": row["id"]} for row in values["exigences"]]}]
        },
        "observations": list(observations.values()),
        "findings": [_finding(row, key) for row in judged],
    }
    content = {
        "uuid": key,
        "metadata": metadata(f"Auto-évaluation : {referentiel.nom}", str(values["dossier"]), at)
        | {"props": properties({"referentiel": referentiel.id, "referentiel-sha256": referentiel.sha256})},
        # The assessment plan is the référentiel itself: nothing else was planned.
        "import-ap": {"href": f"#{plan}"},
        "results": [result],
        "back-matter": {
            "resources": [
                {
                    "uuid": plan,
                    "title": referentiel.nom,
                    "description": "Chaque exigence du référentiel est évaluée par l’établissement lui-même.",
                }
            ]
        },
    }
    return written(ROOT, content)


def _observation(proof: dict[str, Any], key: str, at: datetime) -> dict[str, Any]:
    digest = {"sha256": proof["sha256"], "revision": str(proof["revision"]), "du": proof["du"], "au": proof["au"]}
    return {
        "uuid": identifier("observation", key, str(proof["preuve"])),
        "description": proof["titre"],
        "methods": ["TEST" if proof["resultat"] else "EXAMINE"],
        "props": properties(digest | {"resultat": proof["resultat"]}),
        "collected": at.isoformat(timespec="seconds"),
    }


def _finding(row: dict[str, Any], key: str) -> dict[str, Any]:
    level = Level(row["niveau"])
    satisfied = level.met or level is Level.NOT_APPLICABLE
    said = {"niveau": level.value} | {name: row[name] for name in _SAID}
    people = [prop for one in row["parties_prenantes"] for prop in properties({"partie-prenante": one})]
    reserve = (
        {"reserve": row["reserve"]["texte"], "reserve-echeance": row["reserve"]["echeance"]} if row["reserve"] else {}
    )
    return {
        "uuid": identifier("finding", key, row["id"]),
        "title": f"{row['libelle']} {row['titre']}".strip(),
        "description": level.label,
        "props": [*properties(said | reserve), *people],
        "target": {
            "type": "objective-id",
            "target-id": row["id"],
            "status": {"state": "satisfied" if satisfied else "not-satisfied", "reason": _REASONS[level]},
        },
        "related-observations": [
            {"observation-uuid": identifier("observation", key, str(proof["preuve"]))} for proof in row["preuves"]
        ],
    }


_REASONS = {
    Level.COMPLIANT: "pass",
    Level.COMPLIANT_ON_PERIMETER: "pass",
    Level.PARTLY: "fail",
    Level.NON_COMPLIANT: "fail",
    Level.NOT_APPLICABLE: "other",
}


def read(data: bytes) -> dict[str, Assessment]:
    """What a document of ours declares, by exigence.

    Raises:
        InvalidOscal: not assessment results, or a level that is not one of ours.
    """
    found: dict[str, Assessment] = {}
    for result in rows(parsed(data, ROOT), "results"):
        for finding in rows(result, "findings"):
            target = finding.get("target")
            name = str(target.get("target-id", "")) if isinstance(target, dict) else ""
            if not name or name in found:
                raise InvalidOscal(f"findings : « {name} » sans cible, ou donnée deux fois")
            found[name] = _assessment(finding, name)
    return found


def _assessment(finding: dict[str, Any], name: str) -> Assessment:
    said = ours(finding)
    try:
        level = Level(said.get("niveau", ""))
    except ValueError:
        raise InvalidOscal(f"{name} : niveau « {said.get('niveau', '')[:40]} » inconnu") from None
    people = tuple(str(one.get("value")) for one in rows(finding, "props") if one.get("name") == "partie-prenante")
    texts = {field: said.get(prop, "") for prop, field in _SAID.items()}
    return Assessment(level, stakeholders=people, **texts)
