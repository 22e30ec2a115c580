"""What the killed processes work on: a physician of the stand-in's directory, her patient, documents to send. Called in a process
of the hospital (`support.killable`): plain values in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from support.consultation import MATRIX, connect
from support.hospital import login, make_account, make_episode, make_legal_entity, make_patient, make_service, make_site
from support.national import ET, MEDECIN, OPEN
from support.national_server import BASE_PATH
from support.pki import FINESS_JURIDIQUE
from support.record_scene import PDF
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.documents.models import Dispatch
from tramontane.hospital.documents.services import delivering
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord, Hl7Message
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.models import Trace


def seed(national_port: int, files: dict[str, str], documents: int) -> dict[str, Any]:
    """Tables, people, one patient, `documents` to send; what the load needs to know. `files`: of the stand-in's PKI."""
    call_command("migrate", interactive=False, verbosity=0)
    entity = make_legal_entity(finess_juridique=FINESS_JURIDIQUE, site=False)
    connect(entity, base_url=f"https://localhost:{national_port}{BASE_PATH}", **files)
    service = make_service(entity, geographic_entity=make_site(entity, finess_geographique=ET.value))
    account = make_account(entity, services=(service,), rpps=MEDECIN.value, savoir_faire="SM26")
    who = actor(account, None)
    publish(entity, MATRIX, motive="Matrice initiale", actor=who)
    now = clock.now()
    NoticeReading.objects.create(account=account, text_version=notice().version, read_at=now - timedelta(days=1))
    patient = make_patient(entity, ins=OPEN.value, ins_oid=OPEN.oid)
    episode = make_episode(patient, service)
    ConsentRecord.objects.create(
        patient=patient, episode=episode, subject="information", choice="informed", recorded_at=now
    )
    new = NewDocument(
        content=PDF, type_code="34112-3", title="Compte rendu", act_date=now, author=account, episode=episode
    )
    ids = [add_hospital_document(patient, new, actor=who).pk for _ in range(documents)]
    client = Client()
    login(client, account)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"session": session, "ipp": patient.ipp, "patient": patient.pk, "documents": ids, "service": service.code}


def settle() -> dict[str, Any]:
    """As an hour later: rows left half-way are taken back and sent. Then what the rows say."""
    Dispatch.objects.filter(state=Dispatch.State.SENDING).update(sending_since=clock.now() - timedelta(hours=1))
    delivering.recover(clock.now())
    for _ in range(3):
        Dispatch.objects.filter(state=Dispatch.State.PENDING).update(next_attempt_at=clock.now())
        for dispatch_id in delivering.due(clock.now()):
            delivering.deliver(dispatch_id)
    while chain.seal() is not None:
        pass
    dispatches = Dispatch.objects.select_related("document")
    return {
        "intentions": [f"urn:uuid:{one}" for one in _correlations("dmp.demande")],
        "answers": len(_correlations("dmp.reponse")),
        "messages": dict(Hl7Message.objects.values_list("control_id", "state")),
        "dispatches": {one.document.unique_id: [one.state, one.last_code] for one in dispatches},
        "failures": [
            one["sentence"]
            for one in Trace.objects.filter(event="dmp.reponse", outcome="échoué")
            .order_by("-id")
            .values_list("detail", flat=True)[:5]
        ],
        "intact": chain.verify().intact,
    }


def _correlations(event: str) -> list[Any]:
    return list(Trace.objects.filter(event=event).values_list("correlation", flat=True))
