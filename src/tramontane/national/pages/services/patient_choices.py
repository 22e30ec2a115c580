"""What a patient, or who stands for a minor, decides: documents, professionals, emergencies, closing. Effective at the next call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import MASQUE_PS, DocumentEntry
from tramontane.national import metadata, registration
from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import (
    AccessNotification,
    ActKind,
    AuthorisationState,
    DmpState,
    PatientAuthorisation,
    PatientRecord,
    Professional,
)
from tramontane.national.pages.roles import Person
from tramontane.national.pages.selectors.health_space import visible_to_patient
from tramontane.national.pages.services import acts
from tramontane.national.pages.services.refusals import ActRefused

# Nomenclature of the closing motives in the protocol: the patient asked.
CLOSED_BY_PATIENT = "FERMETURE_DEMANDE_PATIENT"
# Each choice for emergencies: the column, and the sentence of the history for yes and no.
EMERGENCY_CHOICES = {
    "opposes_bris_de_glace": ("s’oppose au bris de glace", "ne s’oppose pas au bris de glace"),
    "opposes_emergency_access": ("s’oppose à l’accès du centre 15", "ne s’oppose pas à l’accès du centre 15"),
    "allows_masked_in_emergency": (
        "laisse voir ses documents masqués au centre 15",
        "ne laisse pas voir ses documents masqués au centre 15",
    ),
}


@transaction.atomic
def mask(person: Person, entry_uuid: str, at: datetime, new_urn: Callable[[], str]) -> DocumentEntry:
    """Hide a document from professionals, except its author and the médecin traitant. Raises ActRefused."""
    return _with_visibility(person, entry_uuid, at, new_urn, masked=True)


@transaction.atomic
def unmask(person: Person, entry_uuid: str, at: datetime, new_urn: Callable[[], str]) -> DocumentEntry:
    """Show a document to professionals again. Raises ActRefused."""
    return _with_visibility(person, entry_uuid, at, new_urn, masked=False)


@transaction.atomic
def block(person: Person, rpps: str, at: datetime) -> None:
    """Refuse a professional from the next call on, whatever was authorised before. Raises ActRefused."""
    professional = Professional.objects.filter(pk=rpps).first()
    if professional is None:
        raise ActRefused("Ce professionnel n’est pas dans l’annuaire.")
    PatientAuthorisation.objects.update_or_create(
        patient=_record(person),
        professional=professional,
        defaults={"state": AuthorisationState.INTERDIT, "expires_at": None, "last_action_at": at},
        create_defaults={"state": AuthorisationState.INTERDIT, "granted_at": at, "last_action_at": at},
    )
    acts.record(ActKind.PROFESSIONAL_BLOCKED, person, at, patient=_record(person), rpps=rpps, detail=str(professional))


@transaction.atomic
def unblock(person: Person, rpps: str, at: datetime) -> None:
    """Lift a block. The professional needs a consent again: unblocking is not authorising. Raises ActRefused."""
    lifted, _ = PatientAuthorisation.objects.filter(
        patient=_record(person), professional=rpps, state=AuthorisationState.INTERDIT
    ).delete()
    if not lifted:
        raise ActRefused("Ce professionnel n’est pas bloqué.")
    acts.record(ActKind.PROFESSIONAL_UNBLOCKED, person, at, patient=_record(person), rpps=rpps)


@transaction.atomic
def choose_for_emergencies(person: Person, choices: dict[str, bool], at: datetime) -> None:
    """Write the three choices; the history names those that changed. Raises ActRefused when none did."""
    row = PatientRecord.objects.select_for_update().get(pk=_record(person).pk)
    changed = [name for name in EMERGENCY_CHOICES if getattr(row, name) != choices[name]]
    if not changed:
        raise ActRefused("Vos choix étaient déjà ceux-là.")
    for name in changed:
        setattr(row, name, choices[name])
    row.save(update_fields=changed)
    sentences = [EMERGENCY_CHOICES[name][0 if choices[name] else 1] for name in changed]
    acts.record(ActKind.EMERGENCY_CHOICES, person, at, patient=row, detail=" ; ".join(sentences))


@transaction.atomic
def close(person: Person, at: datetime) -> None:
    """Close the DMP: nobody reads nor feeds it until it is opened again. Raises ActRefused."""
    day = at.astimezone(FRANCE).date()
    _move(person, DmpState.OPEN, {"state": DmpState.CLOSED, "closed_on": day, "closing_motive": CLOSED_BY_PATIENT})
    acts.record(ActKind.DMP_CLOSED, person, at, patient=_record(person))


@transaction.atomic
def reopen(person: Person, at: datetime) -> None:
    """Open it again, as it was. Raises ActRefused."""
    _move(person, DmpState.CLOSED, {"state": DmpState.OPEN, "closed_on": None, "closing_motive": ""})
    acts.record(ActKind.DMP_REOPENED, person, at, patient=_record(person))


def read_notifications(person: Person, at: datetime) -> None:
    """Mark every message as seen."""
    AccessNotification.objects.filter(patient=_record(person), seen_at=None).update(seen_at=at)


def _record(person: Person) -> PatientRecord:
    assert person.viewed is not None, "the view requires a patient"
    return person.viewed


def _move(person: Person, before: DmpState, columns: dict[str, object]) -> None:
    if not PatientRecord.objects.filter(pk=_record(person).pk, state=before).update(**columns):
        raise ActRefused(f"Ce DMP n’est pas {before.label}.")


def _with_visibility(
    person: Person, entry_uuid: str, at: datetime, new_urn: Callable[[], str], *, masked: bool
) -> DocumentEntry:
    rows = visible_to_patient(_record(person), for_a_child=person.for_a_child)
    row = rows.select_for_update().filter(pk=entry_uuid).first()
    if row is None:
        raise ActRefused("Ce document a changé ou n’est plus visible : revenez à la liste.")
    if row.masked == masked:
        raise ActRefused("Ce document est déjà masqué." if masked else "Ce document n’est pas masqué.")
    others = tuple(
        one for one in metadata.entry_of(row.metadata, row.status).confidentiality_codes if one.code != MASQUE_PS
    )
    codes = (*others, value_set(ValueSetName.CONFIDENTIALITY).require(MASQUE_PS)) if masked else others
    entry = registration.new_version(row, codes, new_urn)
    kind = ActKind.DOCUMENT_MASKED if masked else ActKind.DOCUMENT_UNMASKED
    acts.record(kind, person, at, patient=_record(person), document=entry.unique_id, detail=entry.title)
    return entry
