"""The flow of a month: the query and the rule of the consultation say the same, whatever patients declared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from support.hospital import make_account, make_patient, make_service
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives.selectors import flow
from tramontane.hospital.objectives.services.recounting import recount
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.rules.objectives import reading
from tramontane.rules.objectives.periods import bounds

pytestmark = pytest.mark.django_db
START, END = bounds(date(2026, 10, 1))
AT = datetime(2026, 11, 5, tzinfo=UTC)


def made(seed: int) -> LegalEntity:
    """Ninety patients of two services and another hospital's: visits of three months, declared about in any order."""
    draw = Random(seed)
    services = [make_service(), make_service()]
    services.append(make_service(services[0].geographic_entity.legal_entity))
    entity = services[0].geographic_entity.legal_entity
    someone = make_account(entity)
    days = [START + timedelta(days=draw.uniform(-35, 40)) for _ in range(400)]
    for rank in range(90):
        home = services[1].geographic_entity.legal_entity if rank % 8 == 0 else entity
        patient = make_patient(home, qualified=draw.random() < 0.5)
        visits = [
            Episode.objects.create(
                patient=patient, service=services[1] if rank % 8 == 0 else draw.choice((services[0], services[2])),
                visit_number=f"{rank}-{number}", kind=draw.choice("IOREN"), starts_at=(at := draw.choice(days)),
                ends_at=draw.choice((None, at + timedelta(days=20))),
                cancelled_at=draw.choice((None, None, None, at, AT + timedelta(days=1))),
            )
            for number in range(draw.randint(1, 4))
        ]  # fmt: skip
        ConsentRecord.objects.bulk_create(
            ConsentRecord(
                patient=patient, episode=draw.choice((*visits, None)), recorded_at=draw.choice(days),
                subject=draw.choice(("consultation", "consultation", "consultation", "feeding")),
                choice=draw.choice(("consent", "consent", "opposition", "withdrawn")),
                for_account=draw.choice((None, None, None, someone)),
            )
            for _ in range(draw.randint(0, 6))
        )  # fmt: skip
    return entity


@pytest.mark.parametrize("chosen", [{}, {"flux_mensuel": "presents"}, {"types_de_venue": "hospitalisations"}])
def test_the_query_counts_what_the_rule_of_the_consultation_counts(chosen: dict[str, str]) -> None:
    entity = made(seed=len(str(chosen)))
    for until in (END, START + timedelta(days=9)):
        window = flow.Window(START, until, AT, reading(chosen))
        counted = flow.count(entity, window)
        assert counted.flows == recount(entity, window)
        seen = Patient.objects.filter(episodes__in=flow.episodes(entity, window)).distinct()
        assert (counted.patients, counted.qualified) == (seen.count(), seen.filter(identity_status="QUAL").count())
        assert until < END or min(counted.flows[0].consent, counted.flows[0].opposition) > 0
    assert flow.count(entity, flow.Window(AT + timedelta(days=90), END, AT, reading())) == flow.Counted((), 0, 0)
