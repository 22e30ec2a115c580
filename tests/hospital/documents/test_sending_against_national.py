"""The outbox for real: the application's client, mutual TLS, and the running stand-in that registers and refuses doubles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

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
from support.national import ET, MEDECIN, OPEN
from support.national_server import BASE_PATH, NationalServer
from support.pki import FINESS_JURIDIQUE
from support.record_scene import PDF
from tramontane.dmp import cda
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents.models import Dispatch
from tramontane.hospital.documents.services import delivering, sending
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    running = NationalServer(tmp_path_factory.mktemp("national"))
    running.run("from support.national import populate\npopulate()")
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _files_and_clients(settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    gateway.close_all()


@pytest.fixture
def access(server: NationalServer) -> Access:
    entity = make_legal_entity(finess_juridique=FINESS_JURIDIQUE, site=False)
    connect(entity, base_url=f"https://localhost:{server.port}{BASE_PATH}")
    service = make_service(entity, geographic_entity=make_site(entity, finess_geographique=ET.value))
    account = make_account(entity, services=(service,), rpps=MEDECIN.value, savoir_faire="SM26")
    publish(entity, MATRIX, motive="Matrice initiale", actor=actor(account, None))
    now = clock.now()
    NoticeReading.objects.create(account=account, text_version=notice().version, read_at=now - timedelta(days=1))
    patient = make_patient(entity, ins=OPEN.value, ins_oid=OPEN.oid)
    episode = make_episode(patient, service)
    ConsentRecord.objects.create(
        patient=patient, episode=episode, subject="information", choice="informed", recorded_at=now
    )
    return Access(account, proof_of(), patient, episode, service, service.geographic_entity)


def asked(access: Access) -> Dispatch:
    new = NewDocument(content=PDF, type_code="34112-3", title="Compte rendu d’hospitalisation", act_date=clock.now(),
                      author=access.account, episode=access.episode)  # fmt: skip
    return sending.request_sending(access, add_hospital_document(access.patient, new, actor=access.actor))


def test_what_is_sent_is_found_and_read_back_from_the_dmp(access: Access) -> None:
    dispatch = asked(access)
    assert delivering.deliver(dispatch.pk) == "sent", Dispatch.objects.get().last_error
    assert consultations.open_record(access).readable
    (found,) = consultations.retrieve(access, [dispatch.document.unique_id]).documents
    with found.content as content:
        embedded = cda.extract(content.read())
    assert embedded is not None
    assert embedded.data == PDF


def test_after_a_crash_the_registry_tells_that_it_has_the_document(access: Access) -> None:
    dispatch = asked(access)
    assert delivering.deliver(dispatch.pk) == "sent"
    Dispatch.objects.update(state="sending", sending_since=clock.now() - timedelta(hours=1))
    delivering.recover(clock.now())
    assert delivering.deliver(dispatch.pk) == "sent"
    calls = Trace.objects.filter(event="dmp.demande").order_by("id").values_list("transaction", flat=True)
    assert list(calls) == ["TD2.1", "TD3.1"]


def test_the_same_submission_twice_is_refused_as_a_double_which_reads_as_sent(access: Access) -> None:
    dispatch = asked(access)
    assert delivering.deliver(dispatch.pk) == "sent"
    Dispatch.objects.update(state="pending", attempts=0, next_attempt_at=clock.now())
    assert delivering.deliver(dispatch.pk) == "sent"
    calls = Trace.objects.filter(event="dmp.reponse", transaction="TD2.1").order_by("id")
    assert [call.outcome for call in calls] == ["répondu", "refusé"]
