"""Opening a record: status, then ONE automatic search, then what to tell. A page shown again asks nothing.

facts → decide(STATUS) → TD0.2 → decide(LIST) → TD3.1 (first: two years; next: what was submitted since)
      → judged once more, then written: documents shown, date of the search, the answer itself
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import QueryResponse, StoredQuery
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations import gateway, knowledge, searching, selectors, words
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Answer, Opening, SearchMemory
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.consultations.services.judging import gathered, trace_refusal, view
from tramontane.hospital.consultations.services.telling import counted, hidden_by, last_deposit, notices_of
from tramontane.hospital.consultations.view import RecordView, Situation, Told
from tramontane.hospital.habilitations.selectors import withheld_types
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.prepared import first, prepared
from tramontane.hospital.traces.services import record
from tramontane.rules.access import AccessFacts, DmpState, EmergencyOpposition, Purpose, Refused, decide
from tramontane.rules.consultation import Classification, FirstSearch, Kind, NextSearch, opening_search


def displayed(access: Access) -> RecordView:
    """What may be shown now, without any call: the last answer if it is fresh, else `Situation.TO_ASK`. Traces nothing."""
    at = clock.now()
    return _displayed(access, gathered(access, at), at)


def open_record(access: Access) -> RecordView:
    """Tell what the DMP holds. Asks it unless it answered a moment ago.

    Traces: `acces.refuse`; or `dossier.ouvert`, then every call.
    """
    at = clock.now()
    found = gathered(access, at)
    shown = _displayed(access, found, at)
    refused = isinstance(decide(found, Purpose.STATUS), Refused)  # nothing is asked, and the refusal is traced
    return _opened(access, found) if refused or shown.situation is Situation.TO_ASK else shown


def refresh(access: Access) -> RecordView:
    """The same, on an explicit act: the DMP is always asked."""
    return _opened(access, gathered(access, clock.now()))


def _displayed(access: Access, found: AccessFacts, at: datetime) -> RecordView:
    told = _fresh(access, at)
    return view(access, found, told, kept=told is not None)


def _opened(access: Access, found: AccessFacts) -> RecordView:
    decision = decide(found, Purpose.STATUS)
    if isinstance(decision, Refused):
        trace_refusal(access, decision)
        return view(access, found, None)
    try:
        _note_opening(access)
        told, found = _ask(access, found)
    except gateway.AccessRefusedError as refusal:
        trace_refusal(access, refusal.refused)
        return view(access, gathered(access, clock.now()), None)
    except TramontaneError as error:
        told = _failed(access, error)
    if not told.read or told.failure is not None:  # a list is kept with its answer
        _keep_answer(access, told)
    return view(access, found, told)


def _ask(access: Access, found: AccessFacts) -> tuple[Told, AccessFacts]:
    """TD0.2, then the search when the rules let it; the facts that the last step was judged on.

    Raises:
        AccessRefusedError: the rules changed their mind meanwhile.
        TramontaneError: the call failed.
    """
    at = clock.now()
    status = gateway.status(access)
    told = _told_of(status, at)
    with transaction.atomic(durable=True):
        knowledge.keep_status(access, status, at)
    opposition = _opposition(access, status)
    found = replace(
        found,
        dmp=DmpState.of(status),
        authorisation=status.authorisation,
        emergency=replace(found.emergency, opposition=opposition),
    )
    if isinstance(decide(found, Purpose.LIST), Refused):
        return told, found
    return _search(access, told)


def _told_of(status: DmpStatus, at: datetime) -> Told:
    return Told(
        as_of=at,
        exists=status.exists,
        open=status.open,
        authorisation=status.authorisation or "",
        closed_on=f"{status.closing_date:%d/%m/%Y}" if status.closing_date else "",
    )


def _opposition(access: Access, status: DmpStatus) -> EmergencyOpposition:
    """Before reading in emergency, ask whether the patient opposed it beforehand (TD1.3a)."""
    opening = access.emergency
    if opening is None or not status.open:
        return EmergencyOpposition.UNKNOWN
    details = gateway.details(access)
    regulation = access.mode is AccessMode.CENTRE_15
    told = EmergencyOpposition.of(details.opposition_acces_urgence if regulation else details.opposition_bris_de_glace)
    Opening.objects.filter(pk=opening.pk).update(emergency_opposition=told.value)
    return told


@dataclass(frozen=True, slots=True)
class _Searched:
    search: FirstSearch | NextSearch
    found: searching.Found
    classification: Classification


def _search(access: Access, told: Told) -> tuple[Told, AccessFacts]:
    memory = selectors.memory_of(access.account, access.patient)
    ins = gateway.ins_of(access.patient)
    preferences = selectors.preferences_of(access.account.legal_entity_id)
    search = opening_search(
        ins,
        previous=memory.searched_at if memory else None,
        at=timezone.localtime(clock.now()),
        types=preferences.types,
        policy=preferences.search,
    )
    local = knowledge.local_documents(access.account, access.patient)

    def ask(query: StoredQuery) -> QueryResponse:
        return gateway.query(access, query)

    withheld = withheld_types(access.account, access.service)
    searched = _Searched(search, *searching.run(search, ask, local, withheld))
    return _keep(access, told, searched, memory)


def _keep(access: Access, told: Told, searched: _Searched, memory: SearchMemory | None) -> tuple[Told, AccessFacts]:
    """Write what was shown, unless the patient withdrew while the DMP was answering: then nothing is kept or shown.

    Raises:
        AccessRefusedError: it may no longer be read.
    """
    found, classification = searched.found, searched.classification
    newest, notices = last_deposit(found, memory.last_deposit_at if memory else None), notices_of(classification)
    with transaction.atomic(durable=True):
        gateway.lock_patient(access.patient.pk)
        judged = gateway.permit(access, Purpose.LIST)
        knowledge.keep_entries(access, found.entries, told.as_of)
        knowledge.keep_replacements(access.patient, classification)
        knowledge.keep_memory(access, searched.search.remember, newest)
        complete = msgspec.structs.replace(
            told,
            notices=notices,
            kinds=counted(notices),
            total=selectors.shown_count(access.account, access.patient),
            here=len(classification.of(Kind.ALREADY_HERE)),
            last_deposit_at=newest,
            previous_search=memory.searched_at if memory else None,
            hidden=hidden_by(searched.search, found.withheld),
            warnings=tuple(found.warnings),
            read=True,
        )
        knowledge.keep_answer(access, complete, clock.now())
    return complete, judged


def _failed(access: Access, error: TramontaneError) -> Told:
    """The failure, over what was last told: dated, so that nobody takes it for the present."""
    at = clock.now()
    last = Answer.objects.filter(account=access.account, patient=access.patient).first()
    before = msgspec.convert(last.content, Told) if last and last.access_mode == access.mode.value else Told(as_of=at)
    return msgspec.structs.replace(before, failure=words.failure_of(error, at))


def _fresh(access: Access, at: datetime) -> Told | None:
    """The last answer, while it is young enough and of the same access mode."""
    row = first(_answers(access.account, access.patient, access.mode.value))
    if row is None:
        return None
    told = msgspec.convert(row.content, Told)
    young = policy().failure if told.failure else policy().answer
    return told if at - row.answered_at < young else None


@prepared
def _answers(account: Account, patient: Patient, access_mode: str) -> QuerySet[Answer]:
    return Answer.objects.filter(account=account, patient=patient, access_mode=access_mode)


def _keep_answer(access: Access, told: Told) -> None:
    with transaction.atomic(durable=True):
        knowledge.keep_answer(access, told, clock.now())


def _note_opening(access: Access) -> None:
    """One row an ordinary opening, with its trace; an emergency, or a secret connection, has its own, written when it began."""
    if access.emergency is not None or access.secret or access.site is None:
        return
    with transaction.atomic(durable=True):
        Opening.objects.create(
            account=access.account,
            patient=access.patient,
            episode=access.episode,
            geographic_entity=access.site,
            access_mode=access.mode.value,
            opened_at=clock.now(),
        )
        record(access.event("dossier.ouvert"))
