"""Facts in, decision out, with every reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tramontane.dmp.errors import LocalError
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access.condition import Condition, Purpose, Solver
from tramontane.rules.access.facts import AccessFacts
from tramontane.rules.access.table import CONDITIONS


@dataclass(frozen=True, slots=True)
class Reason:
    """Why access is refused, in words for the professional.

    Attributes:
        code: stable, kebab-case.
        sentence: French, addressed to the professional; ours, not the text of the reference.
        reference: where the rule comes from.
        next_step: what to do about it.
        solver: who can.
    """

    code: str
    sentence: str
    reference: str
    next_step: str
    solver: Solver


@dataclass(frozen=True, slots=True)
class Granted:
    """Every condition that applies holds.

    Attributes:
        checked: codes of the conditions that were tested, in order; never empty.
        relaxed: what an emergency mode set aside, and would have refused access in normal mode: to be traced.
        warnings: what does not refuse access, but will one day.
    """

    purpose: Purpose
    mode: AccessMode
    checked: tuple[str, ...]
    relaxed: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """At least one condition fails; all those that do are here, in the order of the table."""

    purpose: Purpose
    mode: AccessMode
    reasons: tuple[Reason, ...]


Decision = Granted | Refused


def decide(facts: AccessFacts, purpose: Purpose, conditions: Sequence[Condition] = CONDITIONS) -> Decision:
    """May this call be made? Every condition of the purpose is tested, whatever the others say.

    Raises:
        LocalError: no blocking condition applies: an empty table never opens a record.
    """
    concerned = [condition for condition in conditions if purpose in condition.purposes]
    applied = [condition for condition in concerned if facts.mode in condition.modes]
    if not any(condition.blocking for condition in applied):
        raise LocalError(
            "Aucune condition d'accès n'est définie pour cette action : l'accès ne peut pas être décidé.",
            code="aucune-condition",
            expected="au moins une condition bloquante",
            received=f"{len(conditions)} condition(s), aucune pour « {purpose} » en mode « {facts.mode} »",
            next_step="rétablissez la table des conditions d'accès",
        )
    failed = [condition for condition in applied if not condition.holds(facts)]
    if any(condition.blocking for condition in failed):
        return Refused(purpose, facts.mode, _reasons(condition for condition in failed if condition.blocking))
    set_aside = (condition for condition in concerned if _is_set_aside(condition, facts))
    return Granted(
        purpose, facts.mode, tuple(condition.code for condition in applied), _reasons(set_aside), _reasons(failed)
    )


def _is_set_aside(condition: Condition, facts: AccessFacts) -> bool:
    relaxed = AccessMode.NORMAL in condition.modes and facts.mode not in condition.modes
    return relaxed and not condition.holds(facts)


def _reasons(conditions: Iterable[Condition]) -> tuple[Reason, ...]:
    return tuple(Reason(c.code, c.sentence, c.reference, c.next_step, c.solver) for c in conditions)
