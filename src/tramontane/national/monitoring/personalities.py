"""The patients of generated traffic who attract curiosity: put under watch, and made up when the stand-in knows no such one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tramontane.dmp.identity import InsAuthority
from tramontane.national.models import DmpState, PatientRecord, WatchedPatient

_MADE_UP = {
    "birth_name": "PERSONNALITE",
    "given_names": "FICTIVE",
    "sex": "F",
    "birth_date": date(1999, 2, 1),
    "state": DmpState.NONE,
}


def watch(patients: Iterable[str], at: datetime) -> None:
    """Put these INS under watch from `at` on, aware; those who are stay as they were."""
    for ins in sorted(set(patients)):
        row = PatientRecord.objects.filter(ins=ins).first()
        row = row or PatientRecord.objects.create(ins=ins, ins_oid=InsAuthority.NIR_TEST.value, **_MADE_UP)
        WatchedPatient.objects.get_or_create(patient=row, defaults={"reason": "Trafic généré", "added_at": at})
