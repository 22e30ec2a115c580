"""Who calls an interface, for which patient: the person of the session, within her reach. Never a program in her stead."""

from __future__ import annotations

from django.http import HttpRequest

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may
from tramontane.hospital.consultations.access import Access, access_of
from tramontane.hospital.interfaces import problems
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.patients.selectors import patients_for


def account_of(request: HttpRequest, *roles: Role) -> Account:
    """The person of the session, holding one of `roles`.

    Raises:
        ProblemError: 401 without a session, 403 without a role.
    """
    account: Account | None = getattr(request, "account", None)
    if account is None or getattr(request, "proof", None) is None:
        raise problems.unauthenticated()
    if not may(account, *roles):
        raise problems.missing_role([str(role.label) for role in roles])
    return account


def patient_of(account: Account, **named: str) -> Patient:
    """The one patient so named within the account's reach.

    Raises:
        ProblemError: 404.
    """
    found = list(patients_for(account, clock.now()).filter(**named)[:2])
    if len(found) != 1 or not all(named.values()):
        raise problems.unknown_patient()
    return found[0]


def clinical_access(request: HttpRequest, **named: str) -> Access:
    """A clinician before one patient, named by `ipp` or by `ins` and `ins_oid`.

    Raises:
        ProblemError: 401, 403 or 404.
    """
    patient = patient_of(account_of(request, Role.CLINICIAN), **named)
    return access_of(request, patient)  # type: ignore[arg-type]  # account and proof are there: `account_of` said so
