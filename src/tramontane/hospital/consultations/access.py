"""Who asks, for whom, from where, how: the value every consultation starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tramontane.dmp.vihf import AccessMode
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, GeographicEntity, Service
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor, current_service, current_site
from tramontane.hospital.consultations import selectors
from tramontane.hospital.consultations.models import Opening
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.patients.selectors import current_episode
from tramontane.hospital.traces.events import SECRET, Actor, Event


@dataclass(frozen=True, slots=True)
class Access:
    """One professional before one patient.

    Attributes:
        proof: how she was identified; None: not, or no longer.
        site: the geographic entity (ET) every call names; None when nobody can tell which: then nothing is called.
        emergency: the emergency opening in force; None: ordinary access.
        secret: in the « connexion secrète » of a minor (EX_0.1-1100): every call says so, and every trace.
    """

    account: Account
    proof: SessionProof | None
    patient: Patient
    episode: Episode | None
    service: Service | None
    site: GeographicEntity | None
    emergency: Opening | None = None
    secret: bool = False

    @property
    def mode(self) -> AccessMode:
        """The mode every VIHF of this access carries."""
        return AccessMode(self.emergency.access_mode) if self.emergency else AccessMode.NORMAL

    @property
    def actor(self) -> Actor:
        """The professional, as traces name her."""
        return actor(self.account, self.proof)

    def event(self, code: str, *, detail: Mapping[str, object] = MappingProxyType({}), **fields: object) -> Event:
        """A trace of this access."""
        return Event(
            code=code,
            actor=self.actor,
            finess_geographique=self.site.finess_geographique if self.site else "",
            patient_id=self.patient.pk,
            ins=self.patient.ins,
            access_mode=self.mode.value,
            motive=self.emergency.motive if self.emergency else "",
            detail={**detail, **(SECRET if self.secret else {})},
            **fields,  # type: ignore[arg-type]  # fields of Event, checked by its constructor
        )

    def in_emergency(self, opening: Opening | None) -> Access:
        """The same person before the same patient, in this emergency (None: ordinary access)."""
        return replace(self, emergency=opening)

    def in_secret(self) -> Access:
        """The same, in a secret connection."""
        return replace(self, secret=True)


def access_of(request: AuthenticatedRequest, patient: Patient) -> Access:
    """The access a request is about; `patient` was found within the account's reach."""
    at = clock.now()
    service = current_service(request, at)
    standing = list(selectors.standing(request.account, at).filter(patient=patient))
    return Access(
        account=request.account,
        proof=request.proof,
        patient=patient,
        episode=current_episode(patient, request.account, at),
        service=service,
        site=service.geographic_entity if service else current_site(request, at),
        emergency=next((opening for opening in standing if not opening.secret), None),
        secret=any(opening.secret for opening in standing),
    )
