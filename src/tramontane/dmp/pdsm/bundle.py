"""What surrounds the resources: searchset, OperationOutcome, CapabilityStatement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tramontane.dmp.pdsm.search import PARAMETERS
from tramontane.dmp.pdsm.values import Resource, present


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to say.

    Attributes:
        severity: ``error``, ``warning`` or ``information``.
        kind: of the required value set issue-type: ``forbidden``, ``login``, ``not-found``, ``invalid``…
        text: French, for the professional.
        code: ours, stable.
        diagnostics: what to do, and the reference.
    """

    severity: str
    kind: str
    text: str
    code: str = ""
    diagnostics: str = ""


def operation_outcome(issues: Sequence[Issue]) -> Resource:
    """OperationOutcome; FHIR wants one issue at least."""
    if not issues:
        raise ValueError("an OperationOutcome says something")
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue) for issue in issues]}


def _issue(issue: Issue) -> Resource:
    coded = [{"system": "urn:tramontane:motif", "code": issue.code}] if issue.code else None
    return present(
        severity=issue.severity,
        code=issue.kind,
        details=present(coding=coded, text=issue.text),
        diagnostics=issue.diagnostics,
    )


def searchset(
    resources: Iterable[Resource],
    *,
    base_url: str,
    links: Sequence[tuple[str, str]],
    total: int,
    said: Sequence[Issue] = (),
) -> Resource:
    """Bundle of one page of results, and what the search has to say of itself (search mode `outcome`).

    Args:
        base_url: ``https://…/fhir``, for fullUrl.
        links: (relation, url), e.g. ``self``, ``next``.
    """
    entries: list[Resource] = [
        {
            "fullUrl": f"{base_url}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    if said:
        entries.append({"resource": operation_outcome(said), "search": {"mode": "outcome"}})
    return present(
        resourceType="Bundle",
        type="searchset",
        total=total,
        link=[{"relation": relation, "url": url} for relation, url in links],
        entry=entries,
    )


def capability_statement(*, base_url: str, version: str, on: date) -> Resource:
    """What this façade does, and nothing more."""
    read_only = "Façade en lecture seule ; mêmes règles d’accès et mêmes traces que les écrans."
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": on.isoformat(),
        "kind": "instance",
        "software": {"name": "Tramontane", "version": version},
        "implementation": {"description": read_only, "url": base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": read_only,
                "security": {"description": "Cookie de la session d’une personne, avec deux facteurs."},
                "resource": [
                    _resource("DocumentReference", "search-type", PARAMETERS, "ITI-67"),
                    _resource("Patient", "search-type", {"identifier": "token"}, "TD0.2 : 0 ou 1 DMP actif"),
                    _resource("Binary", "read", {}, "ITI-68"),
                ],
            }
        ],
    }


def _resource(kind: str, interaction: str, parameters: Any, documentation: str) -> Resource:
    return present(
        type=kind,
        documentation=documentation,
        interaction=[{"code": interaction}],
        searchParam=[{"name": name, "type": nature} for name, nature in parameters.items()],
    )
