"""A contextual launch: from a signed link to a row that says who, for whom, for which episode. Once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.interfaces.link import LaunchRefusedError, Link, verified
from tramontane.hospital.interfaces.models import Launch, RecordSystem
from tramontane.hospital.interfaces.selectors import key_in_force
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.patients.selectors import patients_for
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


class _KeyRing:
    """Looks a key up, and remembers whose it was: a refusal is traced in its legal entity."""

    def __init__(self) -> None:
        self.system: RecordSystem | None = None

    def __call__(self, fingerprint: str) -> tuple[object, RecordSystem] | None:
        found = key_in_force(fingerprint)
        self.system = found[1] if found else None
        return found


def launch(token: str, *, at: datetime) -> Launch:
    """Accept a link, once. Traces: `lancement.contextuel`, or `lancement.refuse` when a known key signed it.

    Raises:
        LaunchRefusedError: with what to do; nothing was opened.
    """
    ring = _KeyRing()
    try:
        link = verified(token, ring, audience=settings.ENVIRONMENT.base_url, at=at)  # type: ignore[arg-type]
        assert ring.system is not None, "a verified link has a key"
        return _accept(link, ring.system, at)
    except LaunchRefusedError as refusal:
        _trace_refusal(ring.system, refusal)
        raise


def _accept(link: Link, system: RecordSystem, at: datetime) -> Launch:
    account = _account(link, system)
    patient = _patient(link, account, at)
    episode = _episode(link, patient)
    values = {"account": account, "patient": patient, "episode": episode, "launched_at": at}
    try:
        with transaction.atomic():
            row = Launch.objects.create(record_system=system, token_id=link.token_id, **values)
            record(_event("lancement.contextuel", system, patient=patient, account=account))
    except IntegrityError as error:
        raise LaunchRefusedError("lien-rejoue") from error
    return row


def _account(link: Link, system: RecordSystem) -> Account:
    named = {"rpps": link.rpps} if link.rpps else {"login": link.login}
    account = Account.objects.filter(legal_entity=system.legal_entity_id, is_active=True, **named).first()
    if account is None:
        raise LaunchRefusedError("utilisateur-inconnu")
    return account


def _patient(link: Link, account: Account, at: datetime) -> Patient:
    """Within the account's reach: a launch opens no door that the application would keep shut."""
    named = {"ipp": link.ipp} if link.ipp else {"ins": link.ins}
    found = list(patients_for(account, at).filter(**named)[:2])
    if len(found) != 1:
        raise LaunchRefusedError("patient-inconnu")
    return found[0]


def _episode(link: Link, patient: Patient) -> Episode | None:
    if not link.episode:
        return None
    episode = patient.episodes.filter(visit_number=link.episode, cancelled_at=None).first()
    if episode is None:
        raise LaunchRefusedError("venue-inconnue")
    return episode


def _trace_refusal(system: RecordSystem | None, refusal: LaunchRefusedError) -> None:
    if system is not None:
        with transaction.atomic():
            record(_event("lancement.refuse", system, reason=refusal.code))


def _event(
    code: str, system: RecordSystem, *, patient: Patient | None = None, account: Account | None = None, reason: str = ""
) -> Event:
    """The record system speaks of the user; only her own session will speak for her."""
    actor = Actor(
        system.legal_entity.finess_juridique,
        account_id=account.pk if account else None,
        account_name=account.display_name if account else "",
        rpps=(account.rpps or "") if account else "",
    )
    detail = {"record_system": system.identifier} | ({"reason": reason} if reason else {})
    return Event(
        code, actor, patient_id=patient.pk if patient else None, ins=patient.ins if patient else "", detail=detail
    )
