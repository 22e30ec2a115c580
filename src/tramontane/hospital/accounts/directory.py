"""Reading the accounts of a legal entity for their desk: search, sort, exceptions first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Upper

from tramontane.hospital import spelling
from tramontane.hospital.accounts.models import (
    Account,
    ExternalIdentity,
    LegalEntity,
    Passkey,
    ServiceAssignment,
    TotpDevice,
)

SORTS = {
    "nom": ("family_name", "given_name"),
    "-nom": ("-family_name", "-given_name"),
    "identifiant": ("login",),
    "-identifiant": ("-login",),
    "connexion": ("last_login",),
    "-connexion": ("-last_login",),
}
EXCEPTIONS = {
    "rpps": "RPPS manquant",
    "metier": "Profession, spécialité ou section manquante",
    "facteur": "Aucun second facteur",
    "homonyme": "Même nom qu’un autre compte",
    "service": "Aucun service",
}

FLAGS = {
    "rpps": "no_rpps",
    "metier": "no_trade",
    "facteur": "no_factor",
    "homonyme": "namesake",
    "service": "no_service",
}
# A physician gives a speciality, a pharmacist a section of the Ordre: without it, no token can be made (VIHF, codage du rôle).
SPECIALISED = ("10", "21")
_EVERY_FLAG = {**FLAGS, "toutes": "exceptional"}
_NAME = Upper(Concat("family_name", Value("/"), "given_name"))


@dataclass(frozen=True, slots=True)
class Search:
    """What the desk asks for. Unknown values fall back to the default."""

    text: str = ""
    sort: str = "nom"
    exception: str = ""
    state: str = "actifs"


def accounts(entity: LegalEntity, search: Search) -> QuerySet[Account]:
    """Accounts with a boolean for each of `FLAGS`; those with an exception come first."""
    found = _annotated(Account.objects.filter(legal_entity=entity), entity)
    for word in search.text[: spelling.LONGEST].split():
        spelled = spelling.spelled(word)
        names = Q(family_name__iregex=spelled) | Q(given_name__iregex=spelled)
        found = found.filter(names | Q(login__icontains=word) | Q(rpps__startswith=word))
    if search.state in ("actifs", "partis"):
        found = found.filter(is_active=search.state == "actifs")
    if search.exception in _EVERY_FLAG:
        found = found.filter(**{_EVERY_FLAG[search.exception]: True})
    order = SORTS.get(search.sort, SORTS["nom"])
    return found.order_by(F("exceptional").desc(), *order, "pk").prefetch_related("assignments__service")


def _annotated(found: QuerySet[Account], entity: LegalEntity) -> QuerySet[Account]:
    clinician = Q(roles__icontains='"clinician"')
    # One grouping read once, not a comparison of each account with every other.
    active = Account.objects.filter(legal_entity=entity, is_active=True)
    shared = active.annotate(key=_NAME).values("key").annotate(holders=Count("pk")).filter(holders__gt=1).values("key")
    mine = {"account": OuterRef("pk")}
    factor = (
        Exists(Passkey.objects.filter(**mine))
        | Exists(TotpDevice.objects.filter(**mine))
        | Exists(ExternalIdentity.objects.filter(**mine))
    )
    working = Exists(ServiceAssignment.objects.filter(**mine, ends_at=None))
    here = Q(is_active=True)
    vague = Q(profession="") | Q(profession__in=SPECIALISED, savoir_faire="")
    return found.annotate(
        key=_NAME,
        no_rpps=_flag(here & clinician & Q(rpps=None)),
        no_trade=_flag(here & clinician & vague),
        no_factor=_flag(here & ~Q(factor)),
        namesake=_flag(here & Q(key__in=shared)),
        no_service=_flag(here & clinician & ~Q(working)),
    ).annotate(exceptional=_flag(reduce(or_, (Q(**{flag: True}) for flag in FLAGS.values()))))


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())  # noqa: FBT003 - SQL booleans


def is_vague(account: Account) -> bool:
    """`no_trade` of one clinician: her profession, or what specialises it, is missing."""
    return not account.profession or (account.profession in SPECIALISED and not account.savoir_faire)


def exception_counts(entity: LegalEntity) -> tuple[list[tuple[str, str, int]], int]:
    """Each kind of exception (key, label, how many accounts), and how many accounts have at least one."""
    found = accounts(entity, Search()).order_by()
    counts = found.aggregate(**{f"n_{key}": Count("pk", filter=Q(**{flag: True})) for key, flag in _EVERY_FLAG.items()})
    return [(key, label, counts[f"n_{key}"]) for key, label in EXCEPTIONS.items()], counts["n_toutes"]
