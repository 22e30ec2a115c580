"""What the objectives ask of this workspace. They stand below it: settings name these functions, they import nothing here."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.models import Homologation
from tramontane.hospital.homologation.selectors.homologations import in_force, signed, term
from tramontane.hospital.homologation.snapshot import carried
from tramontane.rules.objectives import Homologated


def homologated(entity: LegalEntity, referentiel: str, day: date) -> Homologated | None:
    """The homologation that holds on a day, with the réserves it still carries."""
    row = in_force(entity, referentiel, day)
    if row is None:
        return None
    signed_with = [line["id"] for line in row.snapshot["exigences"] if carried(line)]
    still = row.dossier.reserves.filter(Q(lifted_on=None) | Q(lifted_on__gt=day), exigence__in=signed_with)
    return Homologated(term(row).expires_on, still.count())


def signed_pvs(entity: LegalEntity, referentiel: str, year: int) -> list[Homologation]:
    """The homologations signed by the end of a year and still running in it: their signed PV goes into its proof file."""
    rows = signed(entity).filter(referentiel=referentiel, signed_on__lte=date(year, 12, 31))
    return [row for row in rows if term(row).expires_on >= date(year, 1, 1)]
