"""A local matrix as JSON, and back. The JSON is what a revision keeps; `rules.habilitation` judges the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tramontane.hospital.accounts.models import Service
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

NO_RULE = LocalRules(())


def key_of(service: Service | None) -> str:
    """How rules name a service: its site and its code, since two sites may use one code. None: every service."""
    return "" if service is None else f"{service.geographic_entity.finess_geographique}/{service.code}"


def read(content: Mapping[str, Any]) -> LocalRules:
    """The rules of a revision.

    Raises:
        LocalError: two rules for one profession and service.
    """
    return LocalRules(tuple(_rule(row) for row in content["rules"]))


def _rule(row: Mapping[str, Any]) -> LocalRule:
    rights = LocalRights(consult=row["consult"], bris_de_glace=row["bris_de_glace"], regulate=row["regulate"])
    return LocalRule(row["profession"], row["service"], rights, frozenset(row["restricted_types"]))


def write(rules: LocalRules) -> dict[str, Any]:
    """The content of a revision, in a stable order."""
    ordered = sorted(rules.rules, key=lambda rule: (rule.profession, rule.service))
    return {"rules": [_row(rule) for rule in ordered]}


def _row(rule: LocalRule) -> dict[str, Any]:
    return {
        "profession": rule.profession,
        "service": rule.service,
        "consult": rule.rights.consult,
        "bris_de_glace": rule.rights.bris_de_glace,
        "regulate": rule.rights.regulate,
        "restricted_types": sorted(rule.restricted_types),
    }
