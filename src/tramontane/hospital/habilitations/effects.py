"""Who gains and who loses what when the local matrix changes: said before it is published. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRules, Ruling, ServiceHabilitations, diff, national_matrix

RIGHTS = (
    ("consult", "consulter le DMP"),
    ("bris_de_glace", "accéder en urgence (bris de glace)"),
    ("regulate", "accéder en régulation médicale"),
)


@dataclass(frozen=True, slots=True)
class Post:
    """One account at work in one service."""

    account_id: int
    name: str
    profession: str
    service: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for one profession, in the services where it changes alike.

    Attributes:
        gains, losses: rights and document types, in words.
        services: their names.
        people: names of the accounts concerned, sorted; each once.
    """

    profession: str
    gains: tuple[str, ...]
    losses: tuple[str, ...]
    services: tuple[str, ...]
    people: tuple[str, ...]


def effects(
    before: LocalRules, after: LocalRules, services: Mapping[str, str], posts: Iterable[Post]
) -> tuple[Effect, ...]:
    """Every effect of a change.

    Args:
        services: key → name of each active service.
        posts: who works where, now.
    """
    at_work = tuple(posts)
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for profession in _professions(before, after):
        for key in services:
            change = _change(before, after, profession, key)
            if any(change):
                found.setdefault((profession, *change), []).append(key)
    return tuple(_effect(*kind, keys, services, at_work) for kind, keys in found.items())


def _professions(before: LocalRules, after: LocalRules) -> list[str]:
    return sorted({rule.profession for rule in (*before.rules, *after.rules)})


def _change(
    before: LocalRules, after: LocalRules, profession: str, service: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(gains, losses) of a profession in a service, in words."""
    if before.find(profession, service) == after.find(profession, service):
        return (), ()
    was, now = before.rights(profession, service), after.rights(profession, service)
    gains, losses = _rights(was, now), _rights(now, was)
    if was.consult and now.consult:
        opened, closed = _types(before, after, profession, service)
        return (*gains, *opened), (*losses, *closed)
    return gains, losses


def _rights(before: LocalRights, after: LocalRights) -> tuple[str, ...]:
    return tuple(words for name, words in RIGHTS if getattr(after, name) and not getattr(before, name))


def _types(before: LocalRules, after: LocalRules, profession: str, service: str) -> tuple[list[str], list[str]]:
    """A type the national matrix says nothing of is gained or lost too: the hospital withholds it, or no longer does."""
    matrix = national_matrix()
    old, new = ServiceHabilitations(matrix, before, service), ServiceHabilitations(matrix, after, service)
    changes = diff(old, new, professions=(profession,))
    closed = [type_label(one.type_code) for one in changes if one.after.ruling is Ruling.DENIED]
    opened = [type_label(one.type_code) for one in changes if one.before.ruling is Ruling.DENIED]
    return opened, closed


def _effect(
    profession: str,
    gains: tuple[str, ...],
    losses: tuple[str, ...],
    keys: list[str],
    services: Mapping[str, str],
    posts: tuple[Post, ...],
) -> Effect:
    people = {post.account_id: post.name for post in posts if post.profession == profession and post.service in keys}
    names = tuple(sorted(people.values()))
    return Effect(profession_label(profession), gains, losses, tuple(services[key] for key in keys), names)


def profession_label(code: str) -> str:
    """« Infirmier »."""
    return value_set(ValueSetName.PROFESSION).display(code)


def type_label(code: str) -> str:
    """« Compte rendu d'imagerie »."""
    return value_set(ValueSetName.TYPE_CODE).display(code)
