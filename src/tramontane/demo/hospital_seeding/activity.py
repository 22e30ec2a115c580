"""Half a year of activity behind the demo's day: visits and choices, logins, consultations, and the months closed on them.

The traces are written as the services would have, at their instants; nobody did these things: the people are fictitious.
Visits are long over, so that the lists of the day stay those of the stories, and only patients without a story who never opposed come:
what each of them said for the stay of their story keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from tramontane.client import Outcome
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.seeded import chance
from tramontane.dmp.vihf import AccessMode
from tramontane.hospital.accounts.models import Account, LegalEntity, Role, Service
from tramontane.hospital.accounts.proof import local
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.objectives.services import closing
from tramontane.hospital.patients.models import ConsentRecord, Episode
from tramontane.hospital.patients.selectors import AFTER_DISCHARGE
from tramontane.hospital.traces.events import Actor
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import digest_of
from tramontane.rules.homologation import add_months
from tramontane.rules.objectives.periods import bounds, month_of

MONTHS = 6
VISITS = 40  # a month
NAMED = 40  # the first patients have a story, or may be opened by a test or a tutorial: they come once
PUBLISHED = timedelta(days=399)  # the matrix: when the accounts were taken over
Choice, Subject = ConsentRecord.Choice, ConsentRecord.Subject


def create(entity: LegalEntity, accounts: Mapping[str, Account], hospital: SyntheticHospital, at: datetime) -> None:
    """Write the months before the one of `at`, then close them, the oldest first."""
    rng = chance(hospital.seed, "activity")
    crowd = [one.ipp for one in hospital.patients[NAMED:]]
    MatrixRevision.objects.filter(legal_entity=entity).update(created_at=at - PUBLISHED)
    months = [add_months(month_of(at), -back) for back in range(MONTHS, 0, -1)]
    Trace.objects.bulk_create(_traces(rng, months, accounts))
    for rank, month in enumerate(months):
        _visits(rng, entity, crowd, month, 0.35 + 0.07 * rank, at)
    for month in months:
        closing.close(entity, month, actor=Actor(entity.finess_juridique, account_name="tâche périodique"))


def _traces(rng: Random, months: list[date], accounts: Mapping[str, Account]) -> Iterator[Trace]:
    """More and more professionals consult, month after month. In the order of the instants, as ranks are."""
    rows = []
    for rank, month in enumerate(months):
        start, end = bounds(month)
        for account in accounts.values():
            if not account.has_role(Role.CLINICIAN) or rng.random() > 0.55 + 0.06 * rank:
                continue
            moment = start + (end - start) * rng.random()
            strong = rng.random() < 0.9
            rows.append(_login(account, moment, "totp" if strong else "recovery"))
            if strong and rng.random() < 0.35 + 0.07 * rank:
                rows.append(_consultation(account, moment + timedelta(minutes=1)))
    yield from sorted(rows, key=lambda row: row.recorded_at)


def _login(account: Account, moment: datetime, means: str) -> Trace:
    proof = local(means, moment)
    return _trace(
        account, moment, means, event="connexion.reussie", outcome=proof.outcome, detail={"means": proof.label}
    )


def _consultation(account: Account, moment: datetime) -> Trace:
    said = {"transaction": "TD3.1", "outcome": Outcome.ANSWERED.value, "access_mode": AccessMode.NORMAL.value}
    return _trace(account, moment, "totp", event="dmp.reponse", **said)


def _trace(account: Account, moment: datetime, means: str, **fields: object) -> Trace:
    who = actor(account, local(means, moment))
    trace = Trace(
        recorded_at=moment, finess_juridique=who.finess_juridique, account_id=who.account_id,
        account_name=who.account_name, rpps=who.rpps, proof=who.proof, **fields,
    )  # fmt: skip
    trace.digest = digest_of(trace)
    return trace


def _visits(rng: Random, entity: LegalEntity, crowd: Sequence[str], month: date, share: float, at: datetime) -> None:
    """Visits of some hours, long over; a share of them with the patient's consent."""
    start, end = bounds(month)
    last = min(end, at - AFTER_DISCHARGE - timedelta(days=1))
    if last <= start:
        return
    services = list(Service.objects.filter(geographic_entity__legal_entity=entity).order_by("pk"))
    willing = entity.patients.exclude(consents__choice=Choice.OPPOSITION).filter(ipp__in=crowd).order_by("pk")
    came = rng.sample(list(willing), VISITS)
    moments = [start + (last - start) * rng.random() for _ in came]
    episodes = Episode.objects.bulk_create(
        Episode(
            patient=patient, service=rng.choice(services), visit_number=f"V{patient.ipp}-{month:%y%m}",
            kind=Episode.Kind.OUTPATIENT, starts_at=moment, ends_at=min(moment + timedelta(hours=3), last),
        )
        for patient, moment in zip(came, moments, strict=True)
    )  # fmt: skip
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            patient=one.patient, episode=one, subject=Subject.CONSULTATION, choice=Choice.CONSENT,
            recorded_at=one.starts_at,
        )
        for one in episodes
        if rng.random() < share
    )  # fmt: skip
