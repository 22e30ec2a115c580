"""The hospital's own rules, profession × service: they withhold, they never add (EXI 20)."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.dmp.errors import LocalError
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation.matrix import Matrix, Permission, Ruling


@dataclass(frozen=True, slots=True)
class LocalRule:
    """What the hospital decides for a profession, in one service or everywhere.

    Attributes:
        profession: code of TRE_G15.
        service: code of the service in the hospital; empty: every service without a rule of its own.
        rights: may consult, break the glass, regulate.
        restricted_types: document types withheld locally. A local rule withholds, it never adds.
    """

    profession: str
    service: str
    rights: LocalRights
    restricted_types: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LocalRules:
    """The hospital's rules. No rule, no right.

    Raises:
        LocalError: two rules for the same profession and service.
    """

    rules: tuple[LocalRule, ...]

    def __post_init__(self) -> None:
        keys = [(rule.profession, rule.service) for rule in self.rules]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise LocalError(
                "Deux règles locales d'habilitation portent sur la même profession et le même service.",
                code="habilitation-en-double",
                expected="une règle par profession et par service",
                received=f"profession {twice[0]}, service {twice[1] or 'tous'}",
                reference="Référentiel DMP, EXI 20",
                next_step="supprimez l'une des deux règles",
            )

    def find(self, profession: str, service: str) -> LocalRule | None:
        """The rule of the service, else the one of every service, else None."""
        rules = {rule.service: rule for rule in self.rules if rule.profession == profession}
        return rules.get(service, rules.get(""))

    def rights(self, profession: str, service: str) -> LocalRights:
        """The rights to put in the facts of an access decision; none without a rule."""
        rule = self.find(profession, service)
        return LocalRights() if rule is None else rule.rights


@dataclass(frozen=True)
class ServiceHabilitations:
    """The matrix as a service of the hospital applies it: national permissions, minus local restrictions."""

    matrix: Matrix
    local: LocalRules
    service: str

    def allows(self, profession: str, type_code: str) -> Permission:
        """Denied by the hospital first, else what the matrix says."""
        rule = self.local.find(profession, self.service)
        if rule is None or not rule.rights.consult:
            return Permission(Ruling.DENIED, "habilitation locale\u00a0: consultation non accordée")
        if type_code in rule.restricted_types:
            return Permission(Ruling.DENIED, "habilitation locale\u00a0: type de document restreint")
        return self.matrix.allows(profession, type_code)
