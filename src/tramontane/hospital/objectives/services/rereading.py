"""The registers behind a statement, read again: what says the same, what was completed since, what cannot be read again.

Registers with a history (assignments, matrix, homologations, visits, choices, movements) are read as they were at the end
of the month. An account keeps its last state only: its sealed traces say whether it changed since. Contracts, what the
SI-DMP answered and the qualification of identities have no history here: today's is compared, and the limit is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tramontane.hospital.objectives.models import Statement
from tramontane.hospital.objectives.selectors import flow, registers
from tramontane.hospital.objectives.selectors.people import members
from tramontane.hospital.objectives.services.recounting import recount
from tramontane.hospital.traces.models import Trace
from tramontane.rules.objectives import Capability, Member, MonthFacts
from tramontane.rules.objectives.periods import bounds

# What an account holds without a history, and the traces that say it changed.
HELD = ("profession", "clinician", "admissions", "rpps", "equipped")
CHANGES = ("compte.cree", "compte.modifie", "compte.affecte", "compte.desactive", "facteur.ajoute", "facteur.retire")
# Drawn from registers with a history.
DRAWN = ("services", "sites", "entitled")


@dataclass(slots=True)
class Reading:
    """French sentences.

    Attributes:
        same: registers that say what the statement says.
        broken: differences that no trace explains.
        moved: registers completed since the closing; a correction may be due.
        limits: what cannot be read again, and why.
    """

    same: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)

    def compare(self, name: str, *, same: bool) -> None:
        """A register with a history."""
        if same:
            self.same.append(name)
        else:
            self.moved.append(f"{name} : le registre a été complété ou corrigé depuis la clôture.")


def reread(statement: Statement, frozen: MonthFacts) -> Reading:
    """Read the registers of a statement again, as of the end of its month."""
    found, entity = Reading(), statement.legal_entity
    start, end = bounds(statement.month)
    window = flow.Window(start, end, statement.closed_at, frozen.reading)
    found.compare("Venues et choix des patients", same=recount(entity, window) == frozen.flows)
    moved = registers.movements(entity, start, end, statement.closed_at)
    found.compare("Mouvements et revues des comptes", same=moved == frozen.movements)
    _accounts(found, statement, frozen, (start, end))
    _capability(found, registers.capability(entity, frozen.day), frozen.capability)
    counted = flow.count(entity, window)
    readiness = registers.readiness(entity, end, counted.patients, counted.qualified)
    found.compare(
        "Matrice d’habilitation",
        same=(readiness.matrix_rules, readiness.matrix_reviewed)
        == (frozen.readiness.matrix_rules, frozen.readiness.matrix_reviewed),
    )
    found.limits.append(
        f"Qualification des identités : {frozen.readiness.qualified} au relevé, {readiness.qualified} aujourd’hui ; "
        "seul le dernier statut est gardé. Elle n’entre dans aucun objectif."
    )
    return found


def _accounts(found: Reading, statement: Statement, frozen: MonthFacts, edges: tuple[datetime, datetime]) -> None:
    start, end = edges
    now = {one.account: one for one in members(statement.legal_entity, start, end)}
    then = {one.account: one for one in frozen.members}
    drawn = [pk for pk in then.keys() & now.keys() if _differs(then[pk], now[pk], DRAWN)]
    held = {
        pk for pk in then.keys() | now.keys() if pk not in then or pk not in now or _differs(then[pk], now[pk], HELD)
    }
    changed = held & set(_changed_since(statement, end)) if held else set()
    unexplained = sorted(held - changed)
    found.compare("Affectations et droits tirés de la matrice", same=not drawn or set(drawn) <= changed)
    if unexplained:
        some = ", ".join(map(str, unexplained[:10]))
        found.broken.append(
            f"{len(unexplained)} comptes diffèrent du relevé sans aucun changement tracé depuis : n° {some}."
        )
    else:
        found.same.append(f"Comptes inchangés depuis la fin du mois : {len(then) - len(changed)} sur {len(then)}")
    if changed:
        found.limits.append(
            f"{len(changed)} comptes ont changé depuis la fin du mois, leurs traces scellées le disent : leur RPPS, "
            "leur profession, leurs rôles et leurs moyens d’alors ne sont gardés que par le relevé."
        )


def _differs(one: Member, other: Member, names: tuple[str, ...]) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _changed_since(statement: Statement, end: datetime) -> Iterator[int]:
    """Accounts that a trace says changed, since the end of the month."""
    rows = Trace.objects.filter(
        finess_juridique=statement.legal_entity.finess_juridique, recorded_at__gte=end, event__in=CHANGES
    )
    for account, detail in rows.values_list("account_id", "detail").iterator():
        changed = detail.get("account_id", account)  # by the account manager, or by the person
        if isinstance(changed, int):
            yield changed


def _capability(found: Reading, now: Capability, then: Capability) -> None:
    found.compare("Homologations en vigueur", same=(now.dmp, now.rie) == (then.dmp, then.rie))
    state = (
        "les mêmes qu’au relevé"
        if (now.sites, now.software) == (then.sites, then.software)
        else "différents aujourd’hui"
    )
    found.limits.append(
        f"Contrats AIR, réponse du SI-DMP et numéro du logiciel : {state} ; seul leur dernier état est gardé, celui du mois ne "
        "l’est que par le relevé."
    )
