"""Preloading the patients of the day: status and counts, in the name of the professional who asked, never documents.

EX_AIR-085: no call without a professional authenticated and informed. The job carries the proof of her session; it
stops when the session ends or the proof expires, and every call passes the same gate as if she had opened the record.
Nothing is remembered as seen: her next opening still tells her everything that is new.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import close_old_connections, connection, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils import timezone

from tramontane.client import CircuitOpen
from tramontane.dmp.errors import RemoteRefusal, TramontaneError
from tramontane.dmp.vihf import AccessMode
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, OpenSession, Service
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import gateway, knowledge, searching, selectors, words
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Preload, PreloadItem
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.consultations.services.judging import awaits_choice
from tramontane.hospital.consultations.services.telling import counted, notices_of
from tramontane.hospital.consultations.view import Situation, Told
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.hospital.patients.models import Episode
from tramontane.hospital.patients.selectors import active_episodes, current_episode, patients_for
from tramontane.hospital.prepared import prepared
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Purpose
from tramontane.rules.consultation import Kind, opening_search

State = PreloadItem.State
SESSION_OVER = "La session qui a demandé ce préchargement est terminée : plus rien n’est demandé au DMP."

# Set when this process is told to stop: what is left is for the next one.
STOPPING = threading.Event()

ASKED_FIRST = "Mineur en âge de demander le secret : rien n’est demandé au DMP avant votre choix, dans son dossier."


# Longer than one patient takes, whatever the DMP does: the job is then not running.
STALLED = timedelta(minutes=5)


def request_preload(account: Account, proof: SessionProof, service: Service, session_key: str) -> tuple[Preload, bool]:
    """Note the request for the patients of a service; the job does the rest. The one that runs already is given again.

    Returns:
        The preload, and whether it is a new one, to be run.
    """
    now = clock.now()
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)  # a double click asks the DMP once
        asked = Preload.objects.filter(account=account, service=service, session_key=session_key, finished_at=None)
        running = asked.order_by("-pk").first()
        if running is not None and not is_stalled(running, now):
            return running, False
        return _noted(account, proof, service, session_key, now), True


def _noted(account: Account, proof: SessionProof, service: Service, session_key: str, now: datetime) -> Preload:
    here = Episode.objects.filter(active_episodes(now), service=service, patient=OuterRef("pk"))
    patients = patients_for(account, now).filter(Exists(here)).values_list("pk", flat=True)
    preload = Preload.objects.create(
        account=account, service=service, proof=_as_json(proof), session_key=session_key, requested_at=now
    )
    PreloadItem.objects.bulk_create([PreloadItem(preload=preload, patient_id=pk) for pk in patients])
    record(Event("prechargement", actor(account, proof), outcome="demandé", detail={"preload": preload.pk}))
    return preload


def is_stalled(preload: Preload, at: datetime) -> bool:
    """Whether nothing came of it for so long that nobody is working on it: the worker is stopped, or broke on it."""
    last = preload.items.aggregate(last=Max("done_at"))["last"] or preload.requested_at
    return preload.finished_at is None and at - last > STALLED


def run_preload(preload_id: int) -> None:
    """Do what is left of a preload: a job killed midway is run again and takes up where it stopped.

    Raises:
        InterruptedError: this process was told to stop; every call that was on its way is answered and kept.
    """
    preload = Preload.objects.select_related("account__legal_entity", "service__geographic_entity").get(pk=preload_id)
    workers = policy().preload_workers
    with ThreadPoolExecutor(workers, thread_name_prefix="preload") as pool:
        for _ in range(policy().preload_attempts):
            waiting = list(_waiting(preload).values_list("pk", flat=True))
            if not waiting or not _still_there(preload):
                break
            if STOPPING.wait(max(pool.map(_work, [preload] * workers, [iter(waiting)] * workers))):
                raise InterruptedError
    _finish(preload)


def _waiting(preload: Preload) -> QuerySet[PreloadItem]:
    return preload.items.filter(state=State.WAITING).order_by("pk")


def _still_there(preload: Preload) -> bool:
    return bool(_sessions(preload.session_key, preload.account))


@prepared
def _sessions(session_key: str, account: Account) -> QuerySet[OpenSession, tuple[int]]:
    return OpenSession.objects.filter(session_key=session_key, account=account).values_list("pk")


def _finish(preload: Preload) -> None:
    left = _waiting(preload)
    gone = left.exists() and not _still_there(preload)
    left.update(state=State.REFUSED if gone else State.FAILED, sentence=SESSION_OVER if gone else F("sentence"))
    with transaction.atomic():
        Preload.objects.filter(pk=preload.pk).update(
            finished_at=clock.now(), stopped_because=SESSION_OVER if gone else ""
        )
        proof = _proof(preload)
        record(Event("prechargement", actor(preload.account, proof), outcome="terminé", detail={"preload": preload.pk}))


def _work(preload: Preload, waiting: Iterator[int]) -> float:
    """One of the workers: patient after patient, while the session lasts, on one database connection.

    Args:
        waiting: the same for every worker: each takes the next one.

    Gives the seconds to wait before trying the failed ones again.
    """
    pause = 0.0
    try:
        for item_id in waiting:
            close_old_connections()  # one that the database broke is opened again
            if STOPPING.is_set() or not _still_there(preload):
                break
            (item,) = _items(item_id)
            pause = max(pause, _asked(preload, item))
    finally:
        connection.close()
    return pause


@prepared
def _items(item_id: int) -> QuerySet[PreloadItem]:
    return PreloadItem.objects.select_related("patient").filter(pk=item_id)


def _asked(preload: Preload, item: PreloadItem) -> float:
    """One patient. Gives the seconds to wait before trying her again, if it failed."""
    now = clock.now()
    service = preload.service
    access = Access(
        preload.account,
        _proof(preload),
        item.patient,
        current_episode(item.patient, preload.account, now),
        service,
        service.geographic_entity,
    )
    item.attempts += 1
    pause = 0.0
    if awaits_choice(access) or selectors.secret_opening(preload.account, item.patient_id):
        return _left(item)
    try:
        told = _tell(access)
        _still_permitted(access, Purpose.LIST if told.read else Purpose.STATUS)
        situation = Situation.READABLE if told.read else Situation.NO_DMP
        parts = words.sentence(situation, told, (), mode=AccessMode.NORMAL)
        item.state, item.sentence, item.new = State.DONE, " · ".join(parts)[:300], len(told.of(Kind.NEW))
    except gateway.AccessRefusedError as refusal:
        item.state, item.sentence = State.REFUSED, refusal.refused.reasons[0].sentence[:300]
    except TramontaneError as error:
        item.sentence = error.message[:300]
        if isinstance(error, RemoteRefusal):
            item.state = State.FAILED
        pause = 31.0 if isinstance(error, CircuitOpen) else 1.0
    item.done_at = clock.now()
    item.save()
    return pause


def _still_permitted(access: Access, purpose: Purpose) -> None:
    """What the DMP answered while the patient withdrew is not told.

    Raises:
        AccessRefusedError: it may no longer be read.
    """
    with transaction.atomic():
        gateway.lock_patient(access.patient.pk)
        gateway.permit(access, purpose)


def _left(item: PreloadItem) -> float:
    item.state, item.sentence, item.done_at = State.REFUSED, ASKED_FIRST, clock.now()
    item.save()
    return 0.0


def _tell(access: Access) -> Told:
    """Status and counts. No document is indexed, no search remembered."""
    at: datetime = clock.now()
    status = gateway.status(access)
    with transaction.atomic(durable=True):
        knowledge.keep_status(access, status, at)
    told = Told(as_of=at, exists=status.exists, open=status.open, authorisation=status.authorisation or "")
    if not status.open:
        return told
    memory = selectors.memory_of(access.account, access.patient)
    search = opening_search(
        gateway.ins_of(access.patient),
        previous=memory.searched_at if memory else None,
        at=timezone.localtime(at),
        policy=policy().search,
    )
    local = knowledge.local_documents(access.account, access.patient)
    withheld = withheld_types(access.account, access.service)
    _, classification = searching.run(search, lambda query: gateway.query(access, query), local, withheld)
    notices = notices_of(classification)
    return Told(
        as_of=at, exists=True, open=True, authorisation=told.authorisation, notices=notices, kinds=counted(notices),
        read=True,
    )  # fmt: skip


def _as_json(proof: SessionProof) -> dict[str, object]:
    return proof.as_trace() | {"why_not": proof.why_not}


def _proof(preload: Preload) -> SessionProof:
    kept = preload.proof
    return SessionProof(
        means=kept["means"],
        factors=tuple(kept["factors"]),
        provider=kept["provider"],
        instant=datetime.fromisoformat(kept["instant"]),
        why_not=kept["why_not"],
        detail=kept.get("evidence"),
    )
