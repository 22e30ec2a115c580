"""« J'ai compris »: kept, with its trace."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tramontane.hospital.accounts.models import Account, NoticeReading
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


def acknowledge(account: Account, actor: Actor, at: datetime) -> NoticeReading:
    """Keep « J'ai compris », with its trace. Rows are added, never changed."""
    with transaction.atomic():
        reading = NoticeReading.objects.create(account=account, text_version=notice().version, read_at=at)
        record(Event("notice.lue", actor, detail={"text_version": notice().version}))
    return reading
