"""The security officer's desk: what is known this morning, and the one thing to do about it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity
from tramontane.hospital.consultations import connection, selectors
from tramontane.hospital.consultations.connection import CertificateReport
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.consultations.selectors import Cause
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.habilitations.selectors import current_revision, review_due
from tramontane.hospital.traces.events import EVENTS
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access import CertificateState
from tramontane.ui.templatetags.ui import count_of

CAUSES_SINCE = timedelta(days=30)
RIGHTS_SINCE = timedelta(days=7)
# How long a verified chain is left alone before the desk asks again. A habit of this desk, not a text.
VERIFY_EVERY = timedelta(days=30)
SHOWN = 3
# Everything that gives or takes a right, in the order the desk tells it.
RIGHTS = (
    "compte.cree", "compte.modifie", "compte.affecte", "compte.desactive",
    "facteur.ajoute", "facteur.retire", "revue.decidee", "matrice.modifiee",
)  # fmt: skip
_USABLE = (CertificateState.VALID, CertificateState.EXPIRING)


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do: the sentence, and the name of the page where it is done."""

    sentence: str
    action: str
    page: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desk shows.

    Attributes:
        refused_sites: sites whose contract the DMP last refused.
        to_review: how many emergency accesses are not yet controlled; `newest`: the last of them.
        unanswered: how many calls were announced and never answered.
        last_check: the last verification of the chain of traces.
        rights: (sentence of the event, how many) over `RIGHTS_SINCE`.
        review_due: the day the matrix must have been reviewed.
    """

    report: CertificateReport
    refused_sites: tuple[GeographicEntity, ...]
    to_review: int
    newest: tuple[Opening, ...]
    causes: tuple[Cause, ...]
    unanswered: int
    last_check: Trace | None
    rights: tuple[tuple[str, int], ...]
    revision: MatrixRevision | None
    review_due: date | None


def facts(entity: LegalEntity, now: datetime) -> Facts:
    """Read them, in a fixed number of queries."""
    to_review = selectors.emergency_openings(entity).filter(reviewed_at=None)
    traces = Trace.objects.filter(finess_juridique=entity.finess_juridique)
    changed = traces.filter(event__in=RIGHTS, recorded_at__gte=now - RIGHTS_SINCE)
    counts = dict(changed.order_by().values_list("event").annotate(Count("id")))
    return Facts(
        report=connection.report(selectors.connection_of(entity.pk), now),
        refused_sites=refused_sites(entity),
        to_review=to_review.count(),
        newest=tuple(to_review[:SHOWN]),
        causes=tuple(selectors.causes(entity, now - CAUSES_SINCE)),
        unanswered=selectors.unanswered(entity, now).count(),
        last_check=traces.filter(event="trace.verifiee").order_by("-id").first(),
        rights=tuple((EVENTS[code].split(" : ")[0], counts[code]) for code in RIGHTS if code in counts),
        revision=current_revision(entity.pk),
        review_due=review_due(entity),
    )


def refused_sites(entity: LegalEntity) -> tuple[GeographicEntity, ...]:
    """The sites whose contract the DMP last refused, by name."""
    states = ("refused", "suspended", "expired")
    return tuple(entity.geographic_entities.filter(air_contract__observed_state__in=states).order_by("name"))


def refusal(sites: tuple[GeographicEntity, ...]) -> str:
    """What is said of refused sites; nothing of none."""
    names = ", ".join(site.name for site in sites)
    if len(sites) > 1:
        return f"Le DMP refuse ces sites : {names}. Vérifiez leurs contrats AIR."
    return f"Le DMP refuse ce site : {names}. Vérifiez son contrat AIR." if sites else ""


def first(found: Facts, now: datetime) -> Advice | None:
    """The one thing to do today, the gravest first; None when nothing asks for attention."""
    return next((Advice(sentence, *PLACES[place]) for asked, sentence, place in _all(found, now) if asked), None)


def _all(found: Facts, now: datetime) -> tuple[tuple[bool, str, str], ...]:
    """Everything that may ask for attention, the gravest first: whether it does, the sentence, where it is done."""
    state, check, due = found.report.state, found.last_check, found.review_due
    left = min((line.days_left for line in found.report.lines), default=0)
    sites = refusal(found.refused_sites)
    return (
        (state not in _USABLE, f"Le DMP est inaccessible à tous : certificat {state.value}.", "connection"),
        (found.revision is None, "Personne ne peut consulter le DMP : aucune habilitation n’est publiée.", "matrix"),
        (check is not None and check.outcome != "intacte", "La chaîne de traces a été trouvée altérée.", "traces"),
        (found.to_review > 0, f"{count_of(found.to_review, _EMERGENCIES)} à contrôler.", "emergencies"),
        (bool(sites), sites, "connection"),
        (found.unanswered > 0, f"{count_of(found.unanswered, _CALLS)} sans réponse enregistrée.", "connection"),
        (state is CertificateState.EXPIRING, f"Un certificat expire dans {count_of(left, 'jour,jours')}.", "connection"),
        (due is not None and due < timezone.localdate(now), "La revue annuelle des habilitations est en retard.", "matrix"),
        (check is None, "La chaîne de traces n’a jamais été vérifiée.", "traces"),
        (check is not None and now - check.recorded_at > VERIFY_EVERY, "La chaîne de traces est à vérifier.", "traces"),
    )  # fmt: skip


_EMERGENCIES = "accès en urgence,accès en urgence"
_CALLS = "appel au DMP,appels au DMP"
PLACES = {
    "connection": ("Voir la connexion", "consultations:connection"),
    "emergencies": ("Contrôler les accès", "consultations:emergencies"),
    "traces": ("Ouvrir les traces", "accounts:traces"),
    "matrix": ("Ouvrir la matrice", "habilitations:matrix"),
}
