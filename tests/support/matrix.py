"""An entity with its RSSI, two services and people at work in them."""

from __future__ import annotations

from dataclasses import dataclass

from support.hospital import make_account, make_legal_entity, make_service
from tramontane.hospital.accounts.models import Account, LegalEntity, Role, Service
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.traces.events import Actor


@dataclass
class House:
    """The entity and its people."""

    entity: LegalEntity
    rssi: Account
    cardiology: Service
    surgery: Service
    physician: Account
    nurse: Account

    @property
    def actor(self) -> Actor:
        return actor(self.rssi, None)


def make_house() -> House:
    """A physician in cardiology, a nurse in both services."""
    entity = make_legal_entity()
    cardiology, surgery = make_service(entity, name="Cardiologie"), make_service(entity, name="Chirurgie")
    return House(
        entity=entity,
        rssi=make_account(entity, roles=(Role.RSSI,)),
        cardiology=cardiology,
        surgery=surgery,
        physician=make_account(entity, services=(cardiology,), family_name="Médecin"),
        nurse=make_account(entity, services=(cardiology, surgery), profession="60", family_name="Infirmière"),
    )
