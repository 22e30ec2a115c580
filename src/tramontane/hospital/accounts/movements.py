"""The movements of the day: who arrived, moved or left, who said so, and what it changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tramontane.hospital.accounts.models import LegalEntity, Movement, Role

SHOWN = 20
SOURCES = {"scim": "flux du personnel", "csv": "fichier importé", "manual": "à la main"}
_FIELDS = {
    "login": "identifiant",
    "family_name": "nom",
    "given_name": "prénom",
    "email": "courriel",
    "rpps": "RPPS",
    "profession": "profession",
    "savoir_faire": "savoir-faire",
    "external_id": "matricule",
}
_BY_KIND = {
    Movement.Kind.ARRIVAL: "compte ouvert",
    Movement.Kind.DEPARTURE: "compte fermé, sessions ouvertes closes",
    Movement.Kind.PASSWORD: "seconds facteurs effacés, à enregistrer de nouveau",
}


@dataclass(frozen=True, slots=True)
class Day:
    """Movements since midnight.

    Attributes:
        counts: (kind in words, how many), every kind that happened.
        newest: the last `SHOWN`, each with its effect and its source in words.
    """

    total: int
    counts: tuple[tuple[str, int], ...]
    newest: tuple[tuple[Movement, str, str], ...]


def of_today(entity: LegalEntity, at: datetime) -> Day:
    """The movements of a legal entity since midnight, local time."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Movement.objects.filter(account__legal_entity=entity, received_at__gte=midnight)
    kinds = Counter(found.values_list("kind", flat=True))
    newest = found.select_related("account", "applied_by").order_by("-id")[:SHOWN]
    return Day(
        total=kinds.total(),
        counts=tuple((str(kind.label), kinds[kind]) for kind in Movement.Kind if kinds[kind]),
        newest=tuple((row, effect(row), SOURCES.get(row.source, row.source)) for row in newest),
    )


def effect(movement: Movement) -> str:
    """What a movement changed, in words: « compte ouvert ; services : Cardiologie »."""
    changed = movement.detail.get("changed", ())
    fields = [_FIELDS[name] for name in changed if name in _FIELDS] if movement.kind == Movement.Kind.CHANGE else []
    said = [
        _BY_KIND.get(Movement.Kind(movement.kind), ""),
        _passage("services", movement.detail.get("services")),
        _passage("rôles", movement.detail.get("roles"), {role.value: str(role.label) for role in Role}),
        f"modifié : {', '.join(fields)}" if fields else "",
    ]
    return " ; ".join(filter(None, said))


def _passage(what: str, values: list[list[str]] | None, labels: dict[str, str] | None = None) -> str:
    """« services : Cardiologie → Urgences »; nothing when it did not change, or was not kept."""
    if not values:
        return ""
    before, after = (", ".join((labels or {}).get(one, one) for one in side) for side in values)
    return f"{what} : {before} → {after or 'aucun'}" if before else f"{what} : {after}"
