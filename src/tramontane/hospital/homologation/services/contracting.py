"""The contract file: the sites it is for, the referents, the signature on the portal, suspensions. Nothing is sent to anyone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.homologation.contacts_file import ContactLine
from tramontane.hospital.homologation.models import AirContract, RegionalContact, Suspension, SuspensionFile
from tramontane.hospital.homologation.selectors import contracts
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.services.proving import MAX_BYTES
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.homologation import ContractState, term_objection

Paper = UploadedFile | None


@dataclass(frozen=True, slots=True)
class SignedContract:
    """What the portal gave back."""

    signed_on: date
    expires_on: date
    signatory: str
    card: str
    reference: str = ""


@transaction.atomic
def prepare(entity: LegalEntity, sites: Sequence[GeographicEntity], *, actor: Actor) -> AirContract:
    """Open the contract file, for some sites; or change the sites of one not signed yet.

    Raises:
        RefusedError: no site, or one of another establishment.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    refuse("sites", "" if sites else "Choisir au moins un site.")
    stray = [site for site in sites if site.legal_entity_id != entity.pk]
    refuse("sites", "Un site n’est pas de cet établissement." if stray else "")
    contract = contracts.draft_of(entity)
    if contract is None:
        contract = AirContract.objects.create(
            legal_entity=entity, created_at=clock.now(), created_by_id=actor.account_id
        )
    if set(contract.sites.values_list("pk", flat=True)) == {site.pk for site in sites}:
        return contract
    contract.sites.set(sites)
    _trace("préparé", actor, contract, sites=[site.finess_geographique for site in sites])
    return contract


@transaction.atomic
def note_step(contract: AirContract, field: str, on: date, *, actor: Actor) -> None:
    """Note the day the regional referent was told (`contacted_on`), or the Assurance Maladie's was named (`referred_on`).

    Raises:
        RefusedError: another field, a day to come, or a contract already signed.
    """
    row = _taken(contract)
    labels = {"contacted_on": "référent régional contacté", "referred_on": "référent de l’Assurance Maladie connu"}
    refuse("on", "" if field in labels else "Cette étape n’existe pas.")
    refuse("on", "Ce jour est à venir." if on > today() else "")
    refuse("on", "Le contrat est déjà signé." if row.signed_on else "")
    if getattr(row, field) == on:
        return
    setattr(row, field, on)
    row.save(update_fields=[field])
    _trace(labels[field], actor, row, on=on.isoformat())


@transaction.atomic
def sign(contract: AirContract, signed: SignedContract, *, actor: Actor) -> None:
    """Record the contract signed on the portal. Each of its sites is then declared under contract, until its term.

    Raises:
        RefusedError: days that cannot be, already signed, or a step before the contract is missing.
    """
    row = _taken(contract)
    refuse("signed_on", "Ce contrat est déjà signé." if row.signed_on else "")
    refuse("expires_on", term_objection(signed.signed_on, signed.expires_on, today()))
    ready = contracts.steps(row.legal_entity, today())
    missing = "aucun dossier n’est ouvert" if ready is None else "les étapes qui précèdent ne sont pas toutes faites"
    refuse("signed_on", "" if ready and ready.ready else f"Le contrat ne se signe pas encore : {missing}.")
    for name in SignedContract.__dataclass_fields__:
        setattr(row, name, getattr(signed, name))
    row.save()
    for site in row.sites.all():
        dates = {"signed_at": signed.signed_on, "expires_at": signed.expires_on}
        SiteContract.objects.update_or_create(geographic_entity=site, defaults=dates)
    _trace("signé", actor, row, signed_on=str(signed.signed_on), expires_on=str(signed.expires_on))


@transaction.atomic
def suspend(contract: AirContract, kind: str, on: date, cause: str, *, actor: Actor, file: Paper = None) -> Suspension:
    """The CNAM suspends the access, or gives it back (article 2.3).

    Args:
        file: what it wrote.

    Raises:
        RefusedError: nothing to suspend or to give back, a day to come, no cause, a file too large.
    """
    row = _taken(contract)
    state = contracts.contract_facts(row, None).state(today())
    possible = state.in_force if kind == Suspension.Kind.SUSPENDED else state is ContractState.SUSPENDED
    refuse("kind", "" if possible and kind in Suspension.Kind.values else f"Le contrat est {state}.")
    refuse("on", "Ce jour est à venir." if on > today() else "")
    refuse("cause", "" if cause.strip() else "Dire la cause, ou ce qui a changé.")
    refuse("file", "Un fichier pèse au plus 25 Mo." if file is not None and (file.size or 0) > MAX_BYTES else "")
    made = Suspension.objects.create(
        contract=row, kind=kind, on=on, cause=cause.strip(), created_at=clock.now(), created_by_id=actor.account_id
    )
    sha256 = _attach(made, file) if file is not None else ""
    _trace(made.get_kind_display().casefold(), actor, row, motive=made.cause, on=on.isoformat(), sha256=sha256)
    return made


def _attach(suspension: Suspension, file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    name = (file.name or "fichier")[:200]
    SuspensionFile.objects.create(suspension=suspension, file=file, file_name=name, sha256=digest.hexdigest())
    return digest.hexdigest()


@transaction.atomic
def keep_contacts(entity: LegalEntity, lines: Sequence[ContactLine], name: str, data: bytes, *, actor: Actor) -> int:
    """Replace the regional referents by those of a file."""
    LegalEntity.objects.select_for_update().get(pk=entity.pk)  # two people, one list
    digest = hashlib.sha256(data).hexdigest()
    RegionalContact.objects.filter(legal_entity=entity).delete()
    common = {"legal_entity": entity, "file_name": name[:200], "file_sha256": digest}
    common |= {"imported_at": clock.now(), "imported_by_id": actor.account_id}
    rows = [
        RegionalContact(region=one.region, organisation=one.organisation, contact=one.contact, **common)
        for one in lines
    ]
    RegionalContact.objects.bulk_create(rows)
    detail = {"move": "référents régionaux importés", "count": len(rows), "sha256": digest}
    record(Event("homologation.contrat", actor, detail=detail))
    return len(rows)


def _taken(contract: AirContract) -> AirContract:
    return AirContract.objects.select_for_update().select_related("legal_entity").get(pk=contract.pk)


def _trace(move: str, actor: Actor, contract: AirContract, motive: str = "", **detail: Any) -> None:
    record(
        Event("homologation.contrat", actor, motive=motive, detail={"move": move, "contract": contract.pk, **detail})
    )
