"""The whole chain for real: the application's services, its client, mutual TLS, and the running stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from support.consultation import MATRIX, connect
from support.hospital import (
    make_account,
    make_episode,
    make_legal_entity,
    make_patient,
    make_service,
    make_site,
    proof_of,
)
from support.national import (
    BLOCKED,
    ET,
    ET_WITHOUT_CONTRACT,
    EXPIRED,
    INFIRMIER,
    MEDECIN,
    NO_DMP,
    OPEN,
    OPPOSED,
    UNDECLARED,
)
from support.national_server import BASE_PATH, NationalServer
from support.pki import FINESS_JURIDIQUE
from tramontane.dmp.identity import FinessGeographique, Ins, Rpps
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity, NoticeReading
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import gateway, selectors, services
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import DmpConnection, Opening, SiteContract
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.consultations.view import Situation, Whose
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.traces.models import Trace

FEED = (
    "from support.national import confidential, entry, feed, populate\n"
    "populate()\n"
    "feed(entry(1), entry(2), entry(3, confidentiality_codes=confidential('MASQUE_PS')))"
)
TRUE = Declarations("Patient inconscient", unable_to_express_will=True, immediate_risk=True)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    running = NationalServer(tmp_path_factory.mktemp("national"))
    running.run(FEED)
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _no_client_left() -> Iterator[None]:
    yield
    gateway.close_all()


def access(server: NationalServer, patient: Ins, *, who: Rpps = MEDECIN, site: FinessGeographique = ET) -> Access:
    """A professional of the stand-in's directory before one of its patients, everything in order at the hospital."""
    entity = make_legal_entity(finess_juridique=FINESS_JURIDIQUE, site=False)
    connect(entity, base_url=f"https://localhost:{server.port}{BASE_PATH}")
    return _within(entity, patient, who, site)


def _within(entity: LegalEntity, patient: Ins, who: Rpps, site: FinessGeographique) -> Access:
    service = make_service(entity, geographic_entity=make_site(entity, finess_geographique=site.value))
    profession: dict[str, Any] = (
        {"profession": "60", "savoir_faire": ""} if who == INFIRMIER else {"savoir_faire": "SM26"}
    )
    account = make_account(entity, services=(service,), rpps=who.value, **profession)
    publish(entity, MATRIX, motive="Matrice initiale", actor=actor(account, None))
    now = clock.now()
    NoticeReading.objects.create(account=account, text_version=notice().version, read_at=now - timedelta(days=1))
    row = make_patient(entity, ins=patient.value, ins_oid=patient.oid)
    episode = make_episode(row, service)
    ConsentRecord.objects.create(
        patient=row, episode=episode, subject="information", choice="informed", recorded_at=now
    )
    return Access(account, proof_of(), row, episode, service, service.geographic_entity)


def test_a_physician_opens_reads_and_opens_again(server: NationalServer) -> None:
    opened = access(server, OPEN)
    view = services.open_record(opened)
    assert view.situation is Situation.READABLE
    assert len(view.new) >= 2
    uid = view.new[0].unique_id
    (document,) = services.retrieve(opened, [uid]).documents
    with document.content as content:
        assert content.read().startswith(b"Document")
    assert document.verified
    again = services.refresh(opened)
    assert again.readable
    assert again.new == ()
    assert selectors.unanswered(opened.account.legal_entity, clock.now() + timedelta(days=1)).count() == 0
    asked = Trace.objects.filter(event="dmp.demande")
    assert set(asked.values_list("assertion_id", flat=True)).isdisjoint({""})
    assert asked.count() == Trace.objects.filter(event="dmp.reponse", outcome="répondu").count()


def test_the_authorisation_is_added_then_the_record_opens(server: NationalServer) -> None:
    opened = access(server, UNDECLARED)
    assert services.open_record(opened).situation is Situation.TO_AUTHORISE
    assert services.authorise(opened).readable


def test_a_patient_without_dmp_and_a_blocked_professional(server: NationalServer) -> None:
    first = access(server, NO_DMP)
    assert services.open_record(first).situation is Situation.NO_DMP
    row = make_patient(first.account.legal_entity, ins=BLOCKED.value, ins_oid=BLOCKED.oid)
    episode = make_episode(row, first.service)
    ConsentRecord.objects.create(
        patient=row, episode=episode, subject="information", choice="informed", recorded_at=clock.now()
    )
    blocked = Access(first.account, first.proof, row, episode, first.service, first.site)
    view = services.open_record(blocked)
    assert [reason.code for reason in view.reasons] == ["professionnel-bloque"]


def test_a_site_outside_the_white_list_is_observed_then_refused_beforehand(server: NationalServer) -> None:
    opened = access(server, OPEN, site=ET_WITHOUT_CONTRACT)
    view = services.open_record(opened)
    assert view.failure is not None
    assert view.failure.code == "DMPAccessDeniedByRightsService"
    assert SiteContract.objects.get(geographic_entity=opened.site).observed_state == "refused"
    calls = Trace.objects.filter(event="dmp.demande").count()
    assert [reason.code for reason in services.refresh(opened).reasons] == ["liste-blanche"]
    assert Trace.objects.filter(event="dmp.demande").count() == calls


def test_an_emergency_is_told_to_the_dmp_and_an_opposition_is_respected(server: NationalServer) -> None:
    opened = access(server, OPPOSED)
    opening = services.bris_de_glace_open(opened, TRUE)
    assert isinstance(opening, Opening)
    view = services.open_record(opened.in_emergency(opening))
    assert not view.readable
    assert set(Trace.objects.filter(event="dmp.demande").values_list("access_mode", flat=True)) == {"bris_de_glace"}


def test_a_secret_connection_reaches_the_dmp_which_judges_it(server: NationalServer) -> None:
    opened = access(server, OPEN)  # an adult for the stand-in, a minor here by mistake
    DmpConnection.objects.update(minor_secret_age=15)
    Patient.objects.update(birth_date=clock.now().date() - timedelta(days=16 * 366))
    opened.patient.refresh_from_db()
    assert isinstance(services.secret_open(opened), Opening)
    refused = services.open_record(opened.in_secret())
    assert refused.failure is not None
    assert refused.failure.whose is Whose.DMP
    assert services.refresh(opened).readable


def test_an_emergency_opens_what_the_authorisation_no_longer_does(server: NationalServer) -> None:
    opened = access(server, EXPIRED)
    assert services.open_record(opened).situation is Situation.TO_AUTHORISE
    opening = services.bris_de_glace_open(opened, TRUE)
    assert isinstance(opening, Opening)
    assert services.open_record(opened.in_emergency(opening)).readable
    opening.refresh_from_db()
    assert opening.emergency_opposition == "aucune"


def test_a_dmp_that_does_not_answer_is_told_with_its_phase(server: NationalServer) -> None:
    from support.national_server import free_port

    opened = access(server, OPEN)
    row = selectors.connection_of(opened.account.legal_entity_id)
    assert row is not None
    row.base_url, row.updated_at = f"https://localhost:{free_port()}{BASE_PATH}", clock.now()
    row.save()
    view = services.open_record(opened)
    assert view.failure is not None
    assert view.failure.phase == "connexion"
    assert Trace.objects.filter(event="dmp.reponse").values_list("outcome", flat=True)[0] == "échoué"
