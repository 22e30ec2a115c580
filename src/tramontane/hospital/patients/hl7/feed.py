"""The life of a message: stored, acknowledged, applied in order per patient, kept with its reason when it fails."""

from __future__ import annotations

import hashlib

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients.hl7 import apply as events
from tramontane.hospital.patients.hl7.message import Message, UnreadableError, acknowledge, parse
from tramontane.hospital.patients.hl7.reading import IncompleteError, former_key, patient_key, read
from tramontane.hospital.patients.models import Hl7Message
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

State = Hl7Message.State
IMPOSSIBLE = "La base de données refuse cet enregistrement : une autre personne vient sans doute d’écrire la même chose. Rejouez."
_CANDIDATES = ("utf-8", "windows-1252")  # MSH-18 is rarely right; French systems write one of these


def receive(legal_entity: LegalEntity, raw: bytes) -> str:
    """Store, acknowledge, then apply. The acknowledgement says « stored »: what was refused later is on the screen.

    Returns:
        The ACK to send back, as text.
    """
    text = _decode(raw).replace("\0", "␀")  # PostgreSQL keeps no NUL in a text: its picture is
    try:
        message = parse(text)
    except UnreadableError as error:
        _keep_unreadable(legal_entity, text, str(error))
        return acknowledge(None, "AR", str(error), control_id=_control(), at=clock.now())
    row, created = _store(legal_entity, message, text)
    if created or row.state == State.STORED:
        process_in_order(row)
    return acknowledge(message, "AA", "", control_id=_control(), at=clock.now())


def process_in_order(row: Hl7Message) -> Hl7Message:
    """Apply a stored message after those its patients still wait for: a crash left them behind, and its traits are newer."""
    keys = {row.patient_key, row.former_key} - {""}
    waiting = Hl7Message.objects.filter(
        Q(patient_key__in=keys) | Q(former_key__in=keys),
        legal_entity=row.legal_entity,
        state=State.STORED,
        id__lt=row.pk,
    )
    for earlier in waiting.select_related("legal_entity").order_by("id"):
        process(earlier)
    return process(row)


def process(row: Hl7Message, *, late: bool = False) -> Hl7Message:
    """Apply a stored message in one transaction with its trace, or keep it with its reason.

    Messages of one patient are serialised by a lock on the earliest of them. What another worker did with this one since
    it was read stands: it is given as it is now, untouched. What the database refuses for good is refused like the rest:
    a message sent again and again would hold up all those behind it.

    Args:
        late: newer messages of this patient are applied; this one puts back nothing that they changed.
    """
    actor = Actor(row.legal_entity.finess_juridique, account_name="Flux d’identités")
    try:
        with transaction.atomic():
            if not _claim(row):
                return row
            reading = read(parse(row.body), timezone.get_default_timezone())
            events.apply(row.legal_entity, reading, actor, late=late)
            row.state, row.reason, row.applied_at = State.APPLIED, "", clock.now()
            _finish(row, Event("hl7.recu", actor, detail={"event": row.event, "message": row.pk}))
    except (IncompleteError, UnreadableError, events.EventRefusedError) as refusal:
        return _refuse(row, str(refusal), actor)
    except (IntegrityError, DataError):
        return _refuse(row, IMPOSSIBLE, actor)
    return row


def _refuse(row: Hl7Message, reason: str, actor: Actor) -> Hl7Message:
    with transaction.atomic():
        if _claim(row):
            row.state, row.reason = State.REFUSED, reason[:500]
            _finish(row, Event("hl7.refuse", actor, detail={"event": row.event, "message": row.pk}))
    return row


def replay(row: Hl7Message, *, actor: Actor) -> Hl7Message:
    """Apply a refused message again.

    Raises:
        events.EventRefusedError: not refused, or a newer message of the same patient is applied: replaying would undo it.
            A merge is not undone by what came after it: it alone is then applied.
    """
    if row.state not in (State.REFUSED, State.STORED):
        raise events.EventRefusedError("Ce message est déjà appliqué : il n’y a rien à rejouer.")
    with transaction.atomic():  # one lock for the check and what it allows: no newer message is applied in between
        if not _claim(row):
            return row
        late = _is_late(row)
        if late and row.event not in events.LATE:
            raise events.EventRefusedError(
                "Un message plus récent de ce patient est déjà appliqué : rejouer celui-ci effacerait ses informations. "
                "S’il manque quelque chose au dossier, faites renvoyer ce patient par le logiciel émetteur."
            )
        record(Event("hl7.rejoue", actor, detail={"event": row.event, "message": row.pk}))
        return process(row, late=late)


def _is_late(row: Hl7Message) -> bool:
    """Whether a newer message about this identity is applied, those that merged or renamed it included."""
    about = Q(patient_key=row.patient_key) | Q(former_key=row.patient_key)
    newer = Hl7Message.objects.filter(about, legal_entity=row.legal_entity, state=State.APPLIED, id__gt=row.pk)
    return bool(row.patient_key) and newer.exists()


def process_pending(legal_entity: LegalEntity) -> int:
    """Apply what was stored but not processed before a crash, oldest first. Gives how many."""
    pending = Hl7Message.objects.filter(legal_entity=legal_entity, state=State.STORED).order_by("id")
    rows = list(pending.select_related("legal_entity"))
    for row in rows:
        process(row)
    return len(rows)


def _store(legal_entity: LegalEntity, message: Message, text: str) -> tuple[Hl7Message, bool]:
    """Commit the message as received. A control id already seen from this sender is the same message again."""
    key = {
        "legal_entity": legal_entity,
        "sending_application": message.value("MSH", 3)[:180],
        "control_id": message.value("MSH", 10)[:199] or _fingerprint(text),
    }
    try:
        with transaction.atomic():
            row = Hl7Message.objects.create(
                **key,
                event=message.value("MSH", 9, 2)[:8],
                patient_key=patient_key(message),
                former_key=former_key(message),
                body=text,
                received_at=clock.now(),
            )
    except IntegrityError:
        return Hl7Message.objects.select_related("legal_entity").get(**key), False
    return row, True


def _keep_unreadable(legal_entity: LegalEntity, text: str, reason: str) -> None:
    with transaction.atomic():
        Hl7Message.objects.get_or_create(
            legal_entity=legal_entity,
            sending_application="",
            control_id=_fingerprint(text),
            defaults={"event": "", "body": text, "received_at": clock.now(), "state": State.REFUSED, "reason": reason},
        )


def _claim(row: Hl7Message) -> bool:
    """Hold the patient's messages; whether nobody processed this one since it was read."""
    same = Hl7Message.objects.select_for_update().filter(legal_entity=row.legal_entity, patient_key=row.patient_key)
    same.order_by("id").first()
    known = (row.state, row.attempts)
    row.refresh_from_db(fields=["state", "reason", "applied_at", "attempts"])
    return known == (row.state, row.attempts)


def _finish(row: Hl7Message, event: Event) -> None:
    row.attempts += 1
    row.save(update_fields=["state", "reason", "applied_at", "attempts"])
    record(event)


def _decode(raw: bytes) -> str:
    for encoding in _CANDIDATES:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _fingerprint(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _control() -> str:
    return clock.new_uuid().hex[:20]
