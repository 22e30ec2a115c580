"""The synthetic hospital, whole, from one integer. Everything in it is fictitious."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tramontane.demo.documents import DemoDocument, documents
from tramontane.demo.patients import patients
from tramontane.demo.plans import plans
from tramontane.demo.staff import agents, correspondents, hospital_staff
from tramontane.demo.structures import CORRESPONDENTS, HOSPITAL
from tramontane.demo.values import LegalEntity, Patient, Staff

SEED = 2026
# The day a hospital without date is told of; the walk-through passes the real one, so that news are always recent.
REFERENCE_DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class SyntheticHospital:
    """A hospital drawn from `seed`, as it stands on `today`. The same two values give the same bytes for ever.

    Identities (people, INS, RPPS) depend on the seed alone; only stays, authorisations and documents follow the day.
    """

    seed: int = SEED
    today: date = REFERENCE_DAY

    @property
    def legal_entity(self) -> LegalEntity:
        """The hospital's legal entity and its three sites."""
        return HOSPITAL

    @property
    def legal_entities(self) -> tuple[LegalEntity, ...]:
        """The hospital and its correspondents."""
        return (HOSPITAL, *CORRESPONDENTS)

    @cached_property
    def professionals(self) -> tuple[Staff, ...]:
        """The forty professionals of the hospital."""
        return hospital_staff(self.seed)

    @cached_property
    def correspondents(self) -> tuple[Staff, ...]:
        """The professionals in town."""
        return correspondents()

    @cached_property
    def agents(self) -> tuple[Staff, ...]:
        """The staff without RPPS."""
        return agents()

    @cached_property
    def patients(self) -> tuple[Patient, ...]:
        """Two hundred patients, the named scenarios first."""
        return patients(self.seed, self.today, (*self.professionals, *self.correspondents))

    @cached_property
    def documents(self) -> tuple[DemoDocument, ...]:
        """Two thousand documents, by patient then by day. Their bytes: `contents.content`."""
        authors = (*self.professionals, *self.correspondents)
        return documents(self.seed, plans(self.seed, self.today, self.patients), authors)

    def staff(self, key: str) -> Staff:
        """Someone, by key. Raises KeyError."""
        return {one.key: one for one in (*self.professionals, *self.correspondents, *self.agents)}[key]

    def patient(self, key: str) -> Patient:
        """A patient, by key. Raises KeyError."""
        return {one.key: one for one in self.patients}[key]
