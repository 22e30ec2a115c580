"""Dossiers and the référentiels they are pinned to."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import QuerySet

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.models import Dossier, Edition, Judgement
from tramontane.rules.homologation import BEFORE_COMMISSION, UNDER_WAY, DossierState
from tramontane.rules.referentiels import ExigenceChange, Referentiel, difference, load, shipped, shipped_ids

# The référentiel every establishment that consults in AIR simplifié is homologated against.
MAIN = "dmp"
_STATES = [state.value for state in UNDER_WAY]


def referentiel_of(edition: Edition) -> Referentiel:
    """The référentiel an edition holds."""
    return _loaded(edition.sha256, edition.pk)


@lru_cache(maxsize=64)
def _loaded(sha256: str, pk: int) -> Referentiel:
    """Editions never change: read once a process. The digest is in the key for tests, which reuse identifiers."""
    return load(Edition.objects.get(pk=pk, sha256=sha256).content)


def editions(entity: LegalEntity) -> QuerySet[Edition]:
    """Every edition, newest first."""
    return Edition.objects.filter(legal_entity=entity).select_related("created_by")


def latest(entity: LegalEntity, referentiel: str) -> Edition | None:
    """The newest edition of a référentiel that is recorded here; None: only the one shipped exists."""
    return editions(entity).filter(referentiel=referentiel).first()


def current(entity: LegalEntity, referentiel: str) -> Referentiel:
    """The référentiel a dossier opened now would follow."""
    edition = latest(entity, referentiel)
    return referentiel_of(edition) if edition else shipped(referentiel)


def available(entity: LegalEntity) -> list[Referentiel]:
    """Every référentiel known here, as it stands."""
    return [current(entity, name) for name in shipped_ids()]


def dossiers(entity: LegalEntity) -> QuerySet[Dossier]:
    """Every dossier, newest first."""
    rows = Dossier.objects.filter(legal_entity=entity)
    return rows.select_related("edition", "legal_entity", "homologation", "homologation__ending").order_by("-number")


def find(entity: LegalEntity, number: int) -> Dossier | None:
    """A dossier of this entity, and of no other."""
    return dossiers(entity).filter(number=number).first()


def under_way(entity: LegalEntity, referentiel: str) -> Dossier | None:
    """The dossier that still leads somewhere."""
    return dossiers(entity).filter(referentiel=referentiel, state__in=_STATES).first()


def shown(entity: LegalEntity, referentiel: str) -> Dossier | None:
    """The dossier to look at first: the one under way, else the newest."""
    return under_way(entity, referentiel) or dossiers(entity).filter(referentiel=referentiel).first()


def judgement_of(dossier: Dossier) -> Judgement | None:
    """The judgement the dossier is at: awaited, or passed. None while it is assessed, were it after an adjournment."""
    return None if DossierState(dossier.state) in BEFORE_COMMISSION else last_judgement(dossier)


def last_judgement(dossier: Dossier) -> Judgement | None:
    """The last one that was not cancelled: of a dossier resumed, the adjournment."""
    rows = dossier.judgements.filter(cancelled_at=None).select_related("sitting", "decided_by")
    return rows.order_by("-pk").first()


def changes_since(dossier: Dossier) -> tuple[ExigenceChange, ...]:
    """What changed in the référentiel since the dossier was pinned to its edition."""
    newest = current(dossier.legal_entity, dossier.referentiel)
    return difference(referentiel_of(dossier.edition), newest)


def outdated(dossier: Dossier) -> bool:
    """Whether another edition of its référentiel was recorded since."""
    return current(dossier.legal_entity, dossier.referentiel).sha256 != dossier.edition.sha256
