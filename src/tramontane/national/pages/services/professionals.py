"""The right of access of a professional, by RPPS: suspended with a cause, re-established with grounds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tramontane.national.models import ActKind, Alert, Professional
from tramontane.national.pages.roles import Person
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused


@transaction.atomic
def suspend(rpps: str, cause: str, person: Person, at: datetime, alert: Alert | None = None) -> None:
    """Suspend, with a cause that the hospital will read in the refusal; from an alert, or not.

    Raises:
        ActRefused: already suspended.
    """
    _change(rpps, cause, authorised=False)
    acts.record(ActKind.PROFESSIONAL_SUSPENDED, person, at, rpps=rpps, detail=cause, alert=alert)


@transaction.atomic
def reestablish(rpps: str, grounds: str, person: Person, at: datetime) -> None:
    """Give the access back. Raises ActRefused when it is not suspended."""
    _change(rpps, "", authorised=True)
    acts.record(ActKind.PROFESSIONAL_REESTABLISHED, person, at, rpps=rpps, detail=grounds)


def _change(rpps: str, cause: str, *, authorised: bool) -> None:
    """The row changes only from the other state: two officers at once write one act."""
    changed = Professional.objects.filter(pk=rpps, authorised=not authorised).update(authorised=authorised, cause=cause)
    if not changed:
        raise ActRefused(
            "L’accès de ce professionnel est déjà actif." if authorised else "Ce professionnel est déjà suspendu."
        )
