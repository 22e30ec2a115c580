"""A consultation where everything holds: each test takes one thing away."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.dmp_double import DmpDouble, Dossier, World
from support.hospital import make_account, make_episode, make_legal_entity, make_patient, make_service, proof_of
from support.pki import FINESS_JURIDIQUE, OTHER_FINESS_JURIDIQUE, pki
from tramontane.demo.pki import Credentials, pem
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, NoticeReading, Service
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.patients.services import Declaration, declare
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

PHYSICIAN, NURSE = "10", "60"
EVERY_RIGHT = LocalRights(consult=True, bris_de_glace=True, regulate=True)
MATRIX = LocalRules((LocalRule(PHYSICIAN, "", EVERY_RIGHT), LocalRule(NURSE, "", LocalRights(consult=True))))


@cache
def directory() -> Path:
    """Certificates on disk, once per process."""
    return Path(tempfile.mkdtemp(prefix="tramontane-connection-"))


def write_credentials(name: str, credentials: Credentials) -> str:
    """A PEM with certificate, chain and key; the reference a connection keeps."""
    path = directory() / f"{name}.pem"
    path.write_bytes(pem(credentials.certificate, *credentials.chain) + credentials.key_pem())
    return f"file:{path}"


def files_of(finess_juridique: str = FINESS_JURIDIQUE) -> dict[str, str]:
    """What a connection refers to, of this process's own PKI: a process that starts another gives it these paths."""
    other = finess_juridique == OTHER_FINESS_JURIDIQUE
    auth = pki().auth_other_finess if other else pki().auth
    sign = pki().sign_other_finess if other else pki().sign
    trust, crl = directory() / "trust.pem", directory() / "crl.pem"
    trust.write_bytes(pem(*pki().anchors, *pki().intermediates))
    crl.write_bytes(pem(*pki().crls))
    return {
        "trust_path": str(trust),
        "crl_path": str(crl),
        "authentication": write_credentials(f"auth-{finess_juridique}", auth),
        "signature": write_credentials(f"sign-{finess_juridique}", sign),
    }


def connect(entity: LegalEntity, **fields: Any) -> DmpConnection:
    """The connection of an entity, with the certificates of its FINESS."""
    values = {
        "base_url": "https://localhost:8443/si-dmp-server/v2/services/",
        "software_oid": "1.2.250.1.999.77",
        "software_homologation": "NUMERO-HOMOLOGATION",
        "updated_at": clock.now(),
    }
    files = {} if "trust_path" in fields else files_of(entity.finess_juridique)
    return DmpConnection.objects.create(legal_entity=entity, **values | files | fields)


@dataclass
class Ready:
    """A professional before a patient, with everything that opens her DMP."""

    access: Access
    world: World

    @property
    def account(self) -> Account:
        return self.access.account

    @property
    def patient(self) -> Patient:
        return self.access.patient

    @property
    def service(self) -> Service:
        assert self.access.service is not None
        return self.access.service

    @property
    def episode(self) -> Episode:
        assert self.access.episode is not None
        return self.access.episode

    @property
    def dossier(self) -> Dossier:
        return self.world.dossiers[self.patient.ins]

    @property
    def connection(self) -> DmpConnection:
        return DmpConnection.objects.get(legal_entity=self.account.legal_entity)

    def say(self, subject: str, choice: str, **fields: Any) -> ConsentRecord:
        """The patient declares something for the episode."""
        declaration = Declaration(subject, choice, **({"episode": self.episode} | fields))
        return declare(self.patient, declaration, actor=self.access.actor)


def make_ready(world: World, *, finess: str = FINESS_JURIDIQUE, **account: Any) -> Ready:
    """Everything holds: connection, matrix, notice, proof, INS, episode, information, an open DMP."""
    entity = LegalEntity.objects.filter(finess_juridique=finess).first()
    entity = entity or make_legal_entity(finess_juridique=finess)
    service = make_service(entity)
    who = make_account(entity, services=(service,), **account)
    if not DmpConnection.objects.filter(legal_entity=entity).exists():
        connect(entity)
        publish(entity, MATRIX, motive="Matrice initiale", actor=actor(who, None))
    NoticeReading.objects.create(account=who, text_version=notice().version, read_at=clock.now() - timedelta(days=1))
    patient = make_patient(entity)
    episode = make_episode(patient, service)
    world.open(patient.ins)
    ready = Ready(Access(who, proof_of(), patient, episode, service, service.geographic_entity), world)
    ready.say("information", "informed")
    return ready


def play_double(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Put the double in place of the client, for every connection."""
    clients.close_all()
    monkeypatch.setattr(clients, "make", lambda connection: DmpDouble(world, connection))
