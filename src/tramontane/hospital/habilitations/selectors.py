"""Reading the local matrix: the revision in force, what it grants, its reviews."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from tramontane.hospital.accounts.models import Account, LegalEntity, Service, ServiceAssignment
from tramontane.hospital.habilitations import content
from tramontane.hospital.habilitations.effects import Effect, Post, effects
from tramontane.hospital.habilitations.models import MatrixReview, MatrixRevision
from tramontane.hospital.prepared import first, prepared
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRules

# EXI 20: reviewed at least once a year.
REVIEW_EVERY = timedelta(days=365)


def revisions(legal_entity: LegalEntity) -> QuerySet[MatrixRevision]:
    """Every revision, newest first."""
    return MatrixRevision.objects.filter(legal_entity=legal_entity).select_related("created_by").order_by("-number")


def current_revision(legal_entity_id: int) -> MatrixRevision | None:
    """The revision in force, None before the first: then nobody may consult."""
    return MatrixRevision.objects.filter(legal_entity_id=legal_entity_id).order_by("-number").first()


def current(legal_entity: LegalEntity) -> LocalRules:
    """The rules in force."""
    return _rules(legal_entity.pk)


def _rules(legal_entity_id: int) -> LocalRules:
    text = first(_current_text(legal_entity_id))
    return _read(text) if text else content.NO_RULE


@prepared
def _current_text(legal_entity_id: int) -> QuerySet[MatrixRevision, str]:
    revisions = MatrixRevision.objects.filter(legal_entity_id=legal_entity_id).order_by("-number")
    return revisions.values_list(Cast("content", TextField()), flat=True)[:1]


@lru_cache(maxsize=16)
def _read(text: str) -> LocalRules:
    """A matrix of a thousand rules, judged by at each call, is read once. What is kept follows from the text alone."""
    return content.read(json.loads(text))


def rights_of(account: Account, service: Service | None) -> LocalRights:
    """What the account's profession may do in a service; None: where no service has a rule of its own."""
    rules = _rules(account.legal_entity_id)
    return rules.rights(account.profession, content.key_of(service))


def may_consult(account: Account, service: Service | None) -> bool:
    """Whether the local matrix lets this profession consult in this service."""
    return rights_of(account, service).consult


def withheld_types(account: Account, service: Service | None) -> frozenset[str]:
    """Document types the hospital itself withholds from the account's profession in a service."""
    rule = _rules(account.legal_entity_id).find(account.profession, content.key_of(service))
    return rule.restricted_types if rule else frozenset()


def services_of(legal_entity: LegalEntity) -> list[Service]:
    """Active services of the entity, by name, with their site."""
    services = Service.objects.filter(geographic_entity__legal_entity=legal_entity, active=True)
    return list(services.select_related("geographic_entity").order_by("name", "pk"))


def last_review(legal_entity: LegalEntity) -> MatrixReview | None:
    """The last « reviewed, still right », of whichever revision."""
    reviews = MatrixReview.objects.filter(revision__legal_entity=legal_entity)
    return reviews.select_related("reviewed_by", "revision").order_by("-reviewed_at").first()


def review_due(legal_entity: LegalEntity) -> date | None:
    """The day the matrix must have been reviewed: a year after its last review or publication. None: nothing yet."""
    revision, review = current_revision(legal_entity.pk), last_review(legal_entity)
    if revision is None:
        return None
    last = max(filter(None, (revision.created_at, review.reviewed_at if review else None)))
    return timezone.localdate(last + REVIEW_EVERY)


def posts_of(legal_entity: LegalEntity, at: datetime) -> list[Post]:
    """Who works where at `at`: active accounts and their services. One query."""
    working = Q(ends_at=None) | Q(ends_at__gt=at)
    rows = ServiceAssignment.objects.filter(
        working, starts_at__lte=at, account__legal_entity=legal_entity, account__is_active=True, service__active=True
    ).select_related("account", "service__geographic_entity")
    return [
        Post(row.account_id, row.account.display_name, row.account.profession, content.key_of(row.service))
        for row in rows
    ]


def preview(legal_entity: LegalEntity, after: LocalRules, at: datetime) -> tuple[Effect, ...]:
    """The effect of publishing `after`, now."""
    services = {content.key_of(service): service.name for service in services_of(legal_entity)}
    return effects(current(legal_entity), after, services, posts_of(legal_entity, at))
