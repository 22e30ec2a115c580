"""The contract file: where it stands, and what real calls say of each site. Nothing here is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, QuerySet

from tramontane.client import Outcome as ExchangeOutcome
from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.homologation.models import AirContract, Dossier, RegionalContact, Suspension
from tramontane.hospital.homologation.selectors import dossiers, homologations
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.traces.models import Trace
from tramontane.rules.homologation import ContractFacts, Readiness, readiness

# How far back real calls are looked at.
OBSERVED_SINCE = timedelta(days=90)


def draft_of(entity: LegalEntity) -> AirContract | None:
    """The contract being prepared; None when there is nothing to sign."""
    rows = AirContract.objects.filter(legal_entity=entity, signed_on=None)
    return rows.prefetch_related("sites").first()


def signed(entity: LegalEntity) -> list[AirContract]:
    """The signed contracts that still speak for a site: no later one was signed for all of theirs. The newest first."""
    rows = AirContract.objects.filter(legal_entity=entity, signed_on__isnull=False)
    kept, covered = [], set[int]()
    for row in rows.order_by("-signed_on", "-pk").prefetch_related("sites", "suspensions__attached"):
        held = {site.pk for site in row.sites.all()}
        if not held <= covered:
            kept.append(row)
        covered |= held
    return kept


def contacts(entity: LegalEntity) -> QuerySet[RegionalContact]:
    """The regional referents somebody imported; none until then."""
    return RegionalContact.objects.filter(legal_entity=entity)


def dossier_of(entity: LegalEntity, today: date) -> Dossier | None:
    """The dossier the contract rests on: that of the homologation in force, even while the next is under way."""
    held = homologations.in_force(entity, dossiers.MAIN, today)
    return held.dossier if held else dossiers.shown(entity, dossiers.MAIN)


def steps(entity: LegalEntity, today: date) -> Readiness | None:
    """The steps of the dossier of the DMP, with what is missing; None: no dossier is open."""
    shown = dossier_of(entity, today)
    return readiness(facts(shown, today)) if shown else None


def contract_facts(contract: AirContract | None, ready: Readiness | None) -> ContractFacts:
    """What the rules judge."""
    done = ready is not None and ready.ready
    if contract is None:
        return ContractFacts(done)
    last = list(contract.suspensions.all())[-1:]
    suspended = bool(last) and last[0].kind == Suspension.Kind.SUSPENDED
    return ContractFacts(done, contract.contacted_on, contract.signed_on, contract.expires_on, suspended)


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site: what is declared of its contract, and what the DMP answered to its calls.

    Attributes:
        answered, last_answer: calls the DMP served in the last ninety days.
        calls: requests that left with its FINESS in that time.
    """

    site: GeographicEntity
    declared: SiteContract | None
    calls: int
    answered: int
    last_answer: datetime | None

    def contracted(self, today: date) -> bool:
        """A contract is declared, and its term is not over."""
        row = self.declared
        return row is not None and row.signed_at is not None and (row.expires_at is None or today <= row.expires_at)


def sites(entity: LegalEntity, at: datetime) -> list[SiteLine]:
    """Every site of the establishment. Three queries."""
    since = Trace.objects.filter(finess_juridique=entity.finess_juridique, recorded_at__gte=at - OBSERVED_SINCE)
    asked = _by_site(since.filter(event="dmp.demande"))
    answers = _by_site(since.filter(event="dmp.reponse", outcome=ExchangeOutcome.ANSWERED.value))
    rows = entity.geographic_entities.select_related("air_contract").order_by("name")
    return [_line(row, asked, answers) for row in rows]


def _by_site(rows: QuerySet[Trace]) -> dict[str, tuple[int, datetime]]:
    """FINESS géographique → how many, and the last."""
    counted = rows.values("finess_geographique").annotate(count=Count("pk"), last=Max("recorded_at")).order_by()
    return {row["finess_geographique"]: (row["count"], row["last"]) for row in counted}


Counted = dict[str, tuple[int, datetime]]


def _line(site: GeographicEntity, asked: Counted, answers: Counted) -> SiteLine:
    calls, _ = asked.get(site.finess_geographique, (0, None))
    answered, last = answers.get(site.finess_geographique, (0, None))
    return SiteLine(site, getattr(site, "air_contract", None), calls, answered, last)


def strangers(entity: LegalEntity, at: datetime) -> list[str]:
    """FINESS that calls carried in the last ninety days, and that are of no site of the establishment."""
    known = entity.geographic_entities.values("finess_geographique")
    rows = Trace.objects.filter(
        finess_juridique=entity.finess_juridique, event="dmp.demande", recorded_at__gte=at - OBSERVED_SINCE
    ).exclude(finess_geographique__in=known)
    return sorted(set(rows.values_list("finess_geographique", flat=True)))
