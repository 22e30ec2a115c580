"""The legal entity, its sites and services, its AIR contracts, its matrix, its connection to the stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from tramontane.demo.documents import OID
from tramontane.demo.structures import HOSPITAL
from tramontane.demo.values import Site
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital.accounts.models import Account, GeographicEntity, LegalEntity, Service
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations.models import DmpConnection, SiteContract
from tramontane.hospital.habilitations.content import key_of
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import InsiConnection
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

# The passphrase of the test PKCS#12 files is read from this variable (its value: `demo.pki.DEMO_PASSWORD`).
PKCS12_VARIABLE = "TRAMONTANE_PKCS12_PASSWORD"
PHYSICIAN = "10"
SOFTWARE_HOMOLOGATION = "HOMOLOGATION-FICTIVE"
INSI_PATH = "/insi/lps"  # where the stand-in answers for INSi, beside the SI-DMP


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the stand-in listens, and the directory of the test PKI."""

    base_url: str
    pki: Path


def create(at: datetime) -> LegalEntity:
    """The legal entity with its sites, services and contracts."""
    entity = LegalEntity.objects.create(finess_juridique=HOSPITAL.finess.value, name=HOSPITAL.name)
    for site in HOSPITAL.sites:
        _site(entity, site, at)
    return entity


def _site(entity: LegalEntity, site: Site, at: datetime) -> None:
    row = GeographicEntity.objects.create(
        legal_entity=entity, finess_geographique=site.finess.value, name=site.name, sector=site.sector
    )
    Service.objects.bulk_create(Service(geographic_entity=row, code=one.code, name=one.name) for one in site.services)
    signed, expires = (at - timedelta(days=200)).date(), (at + timedelta(days=530)).date()
    dates = {"signed_at": signed, "expires_at": expires} if site.contracted else {}
    SiteContract.objects.create(geographic_entity=row, **dates)


def connect(entity: LegalEntity, endpoint: Endpoint, at: datetime) -> None:
    """Point the entity at the stand-in, DMP and INSi: its port and its certificates change at each start."""
    pki = endpoint.pki.absolute()
    common = {
        "trust_path": str(pki / "autorites.pem"),
        "crl_path": str(pki / "crl.pem"),
        "secret_name": PKCS12_VARIABLE,
        "updated_at": at,
    }
    dmp = {
        "base_url": endpoint.base_url,
        "authentication": f"file:{pki / 'authentification.p12'}",
        "signature": f"file:{pki / 'signature.p12'}",
        "software_oid": OID,
        "software_homologation": SOFTWARE_HOMOLOGATION,
    }
    insi = {"url": urljoin(endpoint.base_url, INSI_PATH), "authentication": f"file:{pki / 'insi.p12'}"}
    DmpConnection.objects.update_or_create(legal_entity=entity, defaults=common | dmp)
    InsiConnection.objects.update_or_create(legal_entity=entity, defaults=common | insi)


def publish_matrix(entity: LegalEntity, author: Account) -> None:
    """Every health profession consults; physicians also break the glass, and regulate from the emergency service."""
    ordinary, physician = LocalRights(consult=True), LocalRights(consult=True, bris_de_glace=True)
    rules = [
        LocalRule(one.code, "", physician if one.code == PHYSICIAN else ordinary)
        for one in value_set(ValueSetName.PROFESSION)
    ]
    emergencies = Service.objects.select_related("geographic_entity").get(
        geographic_entity__legal_entity=entity, code="urgences"
    )
    regulation = LocalRights(consult=True, bris_de_glace=True, regulate=True)
    rules.append(LocalRule(PHYSICIAN, key_of(emergencies), regulation))
    publish(entity, LocalRules(tuple(rules)), motive="Matrice initiale de la démonstration", actor=actor(author, None))
