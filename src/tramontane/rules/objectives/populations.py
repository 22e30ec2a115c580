"""Who is counted: one predicate a population, from the reading in force."""

from __future__ import annotations

from collections.abc import Callable

from tramontane.rules.objectives.definitions import Population, definitions
from tramontane.rules.objectives.facts import Member, MonthFacts

Predicate = Callable[[Member], bool]


def is_user(member: Member, reading: dict[str, str]) -> bool:
    """« Utilisateur du DPI », as read here."""
    return member.clinician or (reading["utilisateur_dpi"] == "soignants_et_admissions" and member.admissions)


def is_entitled(member: Member, reading: dict[str, str]) -> bool:
    """« Utilisateur habilité », as read here."""
    return member.entitled and (reading["utilisateur_habilite"] == "matrice" or member.rpps)


def _has_rpps_profession(member: Member, reading: dict[str, str]) -> bool:
    listed = definitions().professions.a_ordre
    named = bool(member.profession) if reading["professions_rpps"] == "toutes" else member.profession in listed
    return named and is_user(member, reading)


def _doctor_or_nurse(member: Member, reading: dict[str, str]) -> bool:
    return member.profession in definitions().professions.medecins_ide and is_user(member, reading)


_PREDICATES: dict[Population, Callable[[Member, dict[str, str]], bool]] = {
    Population.USERS: is_user,
    Population.RPPS_PROFESSIONS: _has_rpps_profession,
    Population.DOCTORS_NURSES: _doctor_or_nurse,
    Population.ENTITLED: is_entitled,
}


def members_of(population: Population, facts: MonthFacts) -> list[Member]:
    """The accounts of a population, in the order of the facts.

    Raises:
        KeyError: a population that is not made of accounts.
    """
    belongs = _PREDICATES[population]
    return [member for member in facts.members if belongs(member, facts.reading)]
