"""Editions of a référentiel, and dossiers opened on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from msgspec.structs import replace

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation import official_workbook
from tramontane.hospital.homologation.documents.exchange import ciso, oscal_catalog
from tramontane.hospital.homologation.documents.exchange.oscal import InvalidOscal
from tramontane.hospital.homologation.models import Dossier, Edition
from tramontane.hospital.homologation.selectors import dossiers as reading
from tramontane.hospital.homologation.services.carrying import carry_over
from tramontane.hospital.homologation.services.writing import trace
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record
from tramontane.rules.homologation import ForbiddenMove
from tramontane.rules.referentiels import (
    Completion,
    ExigenceChange,
    InvalidReferentiel,
    Referentiel,
    completed,
    difference,
    dimension_changes,
    official_texts,
    read_completion,
    rule_changes,
    shipped,
    write,
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an import would do; nothing is written.

    Attributes:
        result: the edition it would make; the present one when it brings nothing new.
    """

    completion: Completion
    result: Referentiel
    changes: tuple[ExigenceChange, ...]
    dimensions: tuple[str, ...]
    rules: tuple[str, ...]
    new: bool


def rehearse(entity: LegalEntity, referentiel: str, data: bytes) -> Rehearsal:
    """Read the official text a person brings (YAML, Excel, CISO Assistant library, OSCAL catalog), and say what it changes.

    Raises:
        InvalidReferentiel: with every place at fault.
    """
    return rehearse_completion(entity, referentiel, _read(data, referentiel))


def _read(data: bytes, referentiel: str) -> Completion:
    """A workbook, a CISO Assistant library, an OSCAL catalog, or the YAML of the model."""
    if data.startswith(official_workbook.SIGNATURE):
        return official_workbook.completion(data, referentiel)
    if ciso.is_library(data):
        return official_texts(ciso.read(data))
    try:
        return official_texts(oscal_catalog.read(data)) if oscal_catalog.is_catalog(data) else read_completion(data)
    except InvalidOscal as error:
        raise InvalidReferentiel([str(error)]) from None


def rehearse_completion(entity: LegalEntity, referentiel: str, completion: Completion) -> Rehearsal:
    """The same, once the file is read, whatever its format.

    Raises:
        InvalidReferentiel: what it says does not fit the référentiel.
    """
    before = reading.current(entity, referentiel)
    number = reading.editions(entity).filter(referentiel=referentiel).count() + 1
    after = completed(before, completion, edition=f"{shipped(referentiel).edition}+{number}")
    if replace(after, edition=before.edition) == before:  # another edition would make every homologation due again
        after = before
    changed = difference(before, after), dimension_changes(before, after), rule_changes(before, after)
    return Rehearsal(completion, after, *changed, new=after is not before)


@transaction.atomic
def enter(entity: LegalEntity, referentiel: str, data: bytes, file_name: str, *, actor: Actor) -> Edition:
    """Record what a file brings to the edition of this instant: two imports at once follow one another.

    Raises:
        InvalidReferentiel: as `rehearse`.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    result = rehearse(entity, referentiel, data).result
    return record_edition(entity, result, file=(file_name, data), actor=actor)


@transaction.atomic
def record_edition(
    entity: LegalEntity, result: Referentiel, *, file: tuple[str, bytes] | None, actor: Actor
) -> Edition:
    """Keep an edition. The same content is kept once: the second time gives the first row.

    Args:
        file: name and bytes of the file it was read in; None for the one shipped.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    kept = Edition.objects.filter(legal_entity=entity, sha256=result.sha256).first()
    if kept is not None:
        return kept
    edition = Edition.objects.create(
        legal_entity=entity,
        referentiel=result.id,
        version=result.version or "",
        name=result.edition,
        sha256=result.sha256,
        content=write(result),
        file_name=file[0] if file else "",
        file_sha256=hashlib.sha256(file[1]).hexdigest() if file else "",
        created_at=clock.now(),
        created_by_id=actor.account_id,
    )
    detail = {"edition": f"{result.sigle}, {result.edition}", "sha256": result.sha256}
    record(Event("homologation.referentiel", actor, detail=detail))
    return edition


@transaction.atomic
def open_dossier(entity: LegalEntity, referentiel: str, *, actor: Actor) -> Dossier:
    """Open a dossier on the newest edition, with what the last one of the same référentiel already answered.

    Raises:
        ForbiddenMove: one is under way already, or the référentiel is only a draft.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    content = reading.current(entity, referentiel)
    if reading.under_way(entity, referentiel) is not None:
        raise ForbiddenMove(
            f"Un dossier est déjà en cours pour le {content.sigle}.", next_step="terminez-le, ou archivez-le"
        )
    if not content.actif:
        raise ForbiddenMove(
            f"Le {content.sigle} est inactif.", next_step="importez d’abord son texte officiel, en l’activant"
        )
    edition = reading.latest(entity, referentiel) or record_edition(entity, content, file=None, actor=actor)
    previous = reading.dossiers(entity).filter(referentiel=referentiel).first()
    newest = reading.dossiers(entity).first()
    dossier = Dossier.objects.create(
        legal_entity=entity,
        edition=edition,
        referentiel=referentiel,
        number=newest.number + 1 if newest else 1,
        previous=previous,
        opened_at=clock.now(),
        opened_by_id=actor.account_id,
    )
    if previous is not None:
        carry_over(previous, dossier)
    trace(dossier, "homologation.dossier", actor, move="ouvert", referentiel=content.sigle, edition=content.edition)
    return dossier
