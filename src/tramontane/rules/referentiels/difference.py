"""What changed between two versions of a référentiel: a list to review, never an edit of a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tramontane.rules.referentiels.model import Dimension, Exigence, Referentiel


class ChangeKind(StrEnum):
    """What happened to an exigence."""

    ADDED = "ajoutée"
    REMOVED = "supprimée"
    CHANGED = "modifiée"


@dataclass(frozen=True, slots=True)
class ExigenceChange:
    """One exigence that is not the same in both versions.

    Attributes:
        key: full identifier.
        fields: names of the fields that differ; empty for an addition or a removal.
        before, after: the exigence in each version.
    """

    key: str
    kind: ChangeKind
    fields: tuple[str, ...]
    before: Exigence | None
    after: Exigence | None

    @property
    def reassess(self) -> bool:
        """The wording, or what it demands, differs: the level given before no longer stands by itself."""
        return self.kind is not ChangeKind.REMOVED and (self.before is None or bool({*self.fields} & _DEMAND))


# The fields that say what is demanded; a better title or a newly known dimension asks for nothing.
_DEMAND = frozenset({"texte", "bloquante", "perimetre_admis", "jalons", "calculee"})


def difference(before: Referentiel, after: Referentiel) -> tuple[ExigenceChange, ...]:
    """Every exigence added, removed or changed, in the order of `after`, removals last.

    Raises:
        ValueError: two different référentiels.
    """
    if before.id != after.id:
        raise ValueError(f"deux référentiels différents : {before.id}, {after.id}")
    changes = [_change(key, before, after) for key in {**after.by_key, **before.by_key}]
    return tuple(change for change in changes if change is not None)


def dimension_changes(before: Referentiel, after: Referentiel) -> tuple[str, ...]:
    """What happens to the dimensions, one sentence each: they only arrange, no level depends on them."""
    was, now = ({one.cle: one for one in each.dimensions} for each in (before, after))
    said = [f"« {now[key].libelle} » : ajoutée" for key in now.keys() - was.keys()]
    said += [f"« {was[key].libelle} » : supprimée" for key in was.keys() - now.keys()]
    for key in now.keys() & was.keys():
        fields = [name for name in Dimension.__struct_fields__ if getattr(was[key], name) != getattr(now[key], name)]
        if fields:
            said.append(f"« {was[key].libelle} » : modifiée ({', '.join(fields)})")
    return tuple(sorted(said))


# What the rules of a decision are called in a report.
_RULES = {
    "duree_max_mois": "durée maximale, en mois",
    "mention": "mention sans réserve",
    "mention_reserve": "mention avec une réserve",
    "mention_reserves": "mention avec plusieurs réserves",
    "prononce": "paragraphe du procès-verbal",
    "titre_pv": "titre du procès-verbal",
    "titre_identifiants": "titre de la liste des identifiants",
    "formule_risques": "formule sur les risques résiduels",
    "bloquantes": "exigences sans réserve possible",
    "prealables_commission": "exigences préalables à la commission",
    "support": "parties du support documentaire",
    "etapes": "étapes vers le contrat",
}


def rule_changes(before: Referentiel, after: Referentiel) -> tuple[str, ...]:
    """What happens to the rules of a decision, one sentence each: they open or shut a commission, nobody changes them unseen."""
    said = (
        [] if before.actif == after.actif else ["actif" if after.actif else "inactif : aucun dossier ne s’y ouvre plus"]
    )
    for name, label in _RULES.items():
        was, now = getattr(before.regles, name), getattr(after.regles, name)
        if was != now:
            said.append(f"{label} : « {_said(was)} » devient « {_said(now)} »")
    return tuple(said)


def _said(value: Any) -> str:
    """A rule in words: an unknown one is said so, a part or a step by its title."""
    if isinstance(value, tuple):
        return ", ".join(str(getattr(one, "titre", getattr(one, "libelle", one))) for one in value) or "aucune"
    return "inconnu" if value in (None, "") else str(value)


def _change(key: str, before: Referentiel, after: Referentiel) -> ExigenceChange | None:
    was, now = before.by_key.get(key), after.by_key.get(key)
    if was is None or now is None:
        return ExigenceChange(key, ChangeKind.ADDED if was is None else ChangeKind.REMOVED, (), was, now)
    fields = [name for name in Exigence.__struct_fields__ if getattr(was, name) != getattr(now, name)]
    if before.bloquante(was) != after.bloquante(now):
        fields.append("bloquante")
    return ExigenceChange(key, ChangeKind.CHANGED, tuple(fields), was, now) if fields else None
