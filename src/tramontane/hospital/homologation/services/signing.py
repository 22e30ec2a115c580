"""The signature freezes the dossier; another signature, or an accepted trigger, ends the homologation before its term."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.homologation.models import Dossier, Ending, Homologation
from tramontane.hospital.homologation.selectors import homologations
from tramontane.hospital.homologation.selectors.dossiers import judgement_of
from tramontane.hospital.homologation.selectors.facts import PARIS
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import advance, today
from tramontane.hospital.homologation.services.writing import taken, trace
from tramontane.hospital.homologation.snapshot import canonical_digest, snapshot
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import DossierState, Move, TriggerKind

MAX_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SignedPv:
    """The PV as it came back signed.

    Attributes:
        content, name: the file.
        signed_on: the day of the signature; the months run from it.
        report: what was verified of the signature, and what could not be (`documents.signature.report`).
    """

    content: bytes
    name: str
    signed_on: date
    mode: Homologation.SignatureMode = Homologation.SignatureMode.SCANNED
    report: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def sign(dossier: Dossier, pv: SignedPv, *, actor: Actor) -> Homologation:
    """Freeze the dossier with its signed PV. The homologation in force before is replaced. The same file twice signs once.

    Raises:
        RefusedError: nobody named to sign, an empty or too large file, a day before the commission or to come.
        ForbiddenMove: the gate of the signature is shut.
    """
    kept = taken(
        dossier, frozenset(DossierState), "signer le PV"
    )  # held before it is read: what is frozen is what is signed
    sha256 = hashlib.sha256(pv.content).hexdigest()
    already = Homologation.objects.filter(dossier=kept, signed_sha256=sha256).first()
    if already is not None:
        return already
    _check(kept, pv)
    before = homologations.in_force(kept.legal_entity, kept.referentiel, today())
    frozen = snapshot(kept, today())
    row = advance(kept, Move.SIGN)
    homologation = Homologation.objects.create(
        legal_entity=row.legal_entity,
        dossier=row,
        referentiel=row.referentiel,
        version=frozen["referentiel"]["version"],
        signed_on=pv.signed_on,
        months=frozen["commission"]["mois"],
        signatory=frozen["pv"]["signataire"],
        mention=frozen["pv"]["mention"],
        snapshot=frozen,
        sha256=canonical_digest(frozen),
        fingerprint=asdict(homologations.fingerprint(row)),
        signature_mode=pv.mode.value,
        signed_file=ContentFile(pv.content, name=f"pv-{row.uuid}.pdf"),
        signed_file_name=pv.name[:200],
        signed_sha256=sha256,
        signature_report=pv.report,
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    if before is not None:
        _end(before, Ending(kind=Ending.Kind.REPLACED, ended_on=pv.signed_on, replaced_by=homologation), actor)
    trace(row, "homologation.pv", actor, months=homologation.months, sha256=homologation.sha256)
    return homologation


@transaction.atomic
def void(homologation: Homologation, trigger: TriggerKind, motive: str, *, actor: Actor) -> Ending:
    """Accept that a trigger makes an homologation void: it holds no longer from today on.

    Raises:
        RefusedError: no motive, or it no longer holds.
    """
    Dossier.objects.select_for_update().get(pk=homologation.dossier_id)  # two people, one ending
    homologation = Homologation.objects.get(pk=homologation.pk)
    state = homologations.term(homologation).state(today())
    refuse("motive", "" if motive.strip() else "Dire ce qui a changé.")
    refuse("motive", "" if state.in_force else f"Cette homologation est déjà {state}.")
    ending = Ending(kind=Ending.Kind.VOID, ended_on=today(), trigger=trigger.value, motive=motive.strip())
    return _end(homologation, ending, actor)


def _end(homologation: Homologation, ending: Ending, actor: Actor) -> Ending:
    ending.homologation = homologation
    ending.created_at, ending.created_by_id = clock.now(), actor.account_id
    ending.save(force_insert=True)
    dossier = homologation.dossier
    if DossierState(dossier.state) is DossierState.HOMOLOGATED:
        dossier = advance(dossier, Move.ARCHIVE)
    kind = Ending.Kind(ending.kind).label.casefold()
    trace(dossier, "homologation.fin", actor, motive=ending.motive, kind=kind, trigger=ending.trigger)
    return ending


def _check(dossier: Dossier, pv: SignedPv) -> None:
    judgement = judgement_of(dossier)
    named = judgement is not None and bool(judgement.signatory) and bool(judgement.identifiants)
    refuse("signatory", "" if named else "Nommer d’abord qui signe, et les identifiants juridiques des certificats.")
    refuse("file", "" if 0 < len(pv.content) <= MAX_BYTES else "Joindre le PV signé, de 25 Mo au plus.")
    refuse("file", "" if pv.content.startswith(b"%PDF-") else "Le PV signé est un fichier PDF.")
    sat = judgement.sitting.starts_at.astimezone(PARIS).date() if judgement else pv.signed_on
    refuse("signed_on", "La signature précède la séance de la commission." if pv.signed_on < sat else "")
    refuse("signed_on", "La signature ne peut pas être à venir." if pv.signed_on > today() else "")
