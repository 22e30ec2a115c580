"""Writing patients: identities, episodes, consent. Each write carries its trace, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Service
from tramontane.hospital.patients.models import CareTeamMember, ConsentRecord, Episode, OutsideAccess, Patient
from tramontane.hospital.patients.selectors import since_reopened
from tramontane.hospital.traces.events import SECRET, Actor, Event
from tramontane.hospital.traces.services import record

Choice = ConsentRecord.Choice
Subject = ConsentRecord.Subject

# What may be declared about what. An empty cell is refused: nobody « consents » to an information.
ALLOWED: dict[str, frozenset[str]] = {
    Subject.INFORMATION: frozenset({Choice.INFORMED}),
    Subject.CONSULTATION: frozenset({Choice.CONSENT, Choice.OPPOSITION, Choice.WITHDRAWN}),
    Subject.FEEDING: frozenset({Choice.INFORMED, Choice.OPPOSITION, Choice.WITHDRAWN}),
}


class PatientError(Exception):
    """A write refused; `field` names the form field at fault."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a patient, or the person who answers for her, declares.

    Attributes:
        submission: identifier of the form that was sent; the same one with the same choice is the same declaration.
        secret: by a minor, without the legal representatives, to one professional: `for_account`.
    """

    subject: str
    choice: str
    episode: Episode | None = None
    for_account: Account | None = None
    motive: str = ""
    given_by: str = ""
    source: str = "screen"
    submission: UUID | None = None
    secret: bool = False

    def __post_init__(self) -> None:
        if self.choice not in ALLOWED.get(self.subject, frozenset()):
            raise PatientError(f"« {self.choice} » ne se déclare pas pour « {self.subject} ».", "choice")
        if self.subject == Subject.FEEDING and self.choice == Choice.OPPOSITION and not self.motive.strip():
            raise PatientError(
                "L’opposition à l’alimentation demande un motif légitime (CSP L. 1111-15, R. 1111-47).", "motive"
            )


@transaction.atomic
def declare(patient: Patient, declaration: Declaration, *, actor: Actor) -> ConsentRecord:
    """Add a declaration to the patient's history. Nothing is overwritten: the newest row is the state.

    Under the patient's lock, which every call to the DMP takes to write its intention: once a withdrawal is
    acknowledged, no intention is written after it (`consultations.gateway.tracing`).
    """
    Patient.objects.select_for_update().only("pk").get(pk=patient.pk)
    sent = {"submission": declaration.submission, "subject": declaration.subject, "choice": declaration.choice}
    before = ConsentRecord.objects.filter(patient=patient, **sent).first() if declaration.submission else None
    if before is not None:  # a double click, or a page sent again: even after a withdrawal, nothing is added
        return before
    row = ConsentRecord.objects.create(
        patient=patient,
        episode=declaration.episode,
        **sent,
        for_account=declaration.for_account,
        motive=declaration.motive,
        given_by=declaration.given_by,
        recorded_at=clock.now(),
        recorded_by_id=actor.account_id,
        source=declaration.source,
        secret=declaration.secret,
    )
    detail: dict[str, Any] = {
        "subject": row.get_subject_display(),
        "choice": row.get_choice_display(),
        "source": row.source,
    }
    detail |= SECRET if row.secret else {}
    record(_event("consentement.enregistre", patient, actor, detail=detail))
    return row


@transaction.atomic
def create_patient(legal_entity: LegalEntity, traits: dict[str, Any], *, actor: Actor) -> Patient:
    """Create a provisional identity. The same one sent twice is created once.

    Raises:
        PatientError: the IPP already names somebody here.
    """
    found = Patient.objects.filter(legal_entity=legal_entity, ipp=traits["ipp"]).first()
    same = {"identity_status": Patient.IdentityStatus.PROVISOIRE, "merged_into_id": None, **traits}
    if found is not None and all(getattr(found, name) == value for name, value in same.items()):
        return found
    if found is not None:
        raise PatientError("Cet IPP désigne déjà un autre patient de l’établissement.", "ipp")
    patient = Patient.objects.create(legal_entity=legal_entity, **traits)
    record(_event("patient.cree", patient, actor))
    return patient


@transaction.atomic
def update_traits(patient: Patient, traits: dict[str, Any], *, actor: Actor) -> Patient:
    """Change traits. An INS was returned by INSi for the strict ones: when one changes it goes, and INSi must answer again."""
    _hold(patient)
    changed = sorted(name for name, value in traits.items() if getattr(patient, name) != value)
    if not changed:
        return patient
    for name in changed:
        setattr(patient, name, traits[name])
    without = WITHOUT_INS.get(Patient.IdentityStatus(patient.identity_status))
    if without is not None and STRICT_TRAITS.intersection(changed):
        _take_ins_off(patient, without)
    patient.save()
    record(_event("patient.modifie", patient, actor, detail={"fields": changed}))
    return patient


STRICT_TRAITS = frozenset(
    {"birth_name", "birth_given_names", "first_given_name", "sex", "birth_date", "birth_place_code"}
)
# RNIV: what an identity is once its INS is taken off. Recovered and then controlled, it would be qualified for other traits.
WITHOUT_INS = {
    Patient.IdentityStatus.QUALIFIEE: Patient.IdentityStatus.VALIDEE,
    Patient.IdentityStatus.RECUPEREE: Patient.IdentityStatus.PROVISOIRE,
}


# The same INS attached again within this time is one form sent twice; later, it is INSi that answered again.
SAME_ANSWER = timedelta(minutes=5)


@transaction.atomic
def set_ins(patient: Patient, value: str, oid: str, *, checked: bool, actor: Actor) -> Patient:
    """Attach an INS returned by INSi. `checked`: the identity was also controlled on a document → qualified (RNIV).

    Raises:
        PatientError: impossible INS, or an INS that already names another patient.
    """
    try:
        ins = Ins(value, InsAuthority.from_oid(oid))
    except InvalidIdentifier as error:
        raise PatientError(error.explain(), "ins") from error
    here = InsAuthority.from_oid(settings.ENVIRONMENT.ins_oid).environment
    if ins.authority.environment != here:  # a made-up person of a training base is nobody's record
        raise PatientError(
            f"Cette INS est de l’environnement « {ins.authority.environment} », cette installation de « {here} » : "
            "vérifiez d’où elle vient.",
            "ins",
        )
    _hold(patient)
    now = clock.now()
    status = Patient.IdentityStatus.QUALIFIEE if checked else Patient.IdentityStatus.RECUPEREE
    again = (patient.ins, patient.ins_oid, patient.identity_status) == (ins.value, ins.oid, status)
    if again and patient.ins_checked_at is not None and now - patient.ins_checked_at < SAME_ANSWER:
        return patient
    patient.ins, patient.ins_oid, patient.ins_checked_at = ins.value, ins.oid, now
    patient.identity_status, patient.qualified_at = status, now if checked else None
    try:
        with transaction.atomic():  # `patient_ins_unique`: two desks cannot give the same one to two patients
            patient.save()
    except IntegrityError as error:
        _hold(patient)
        raise PatientError(
            "Cet INS est déjà porté par un autre dossier : doublon à traiter par l’identitovigilance.", "ins"
        ) from error
    record(_event("patient.qualifie" if checked else "patient.modifie", patient, actor))
    return patient


@transaction.atomic
def distrust(patient: Patient, *, actor: Actor) -> Patient:
    """Say that the identity is not surely that of the person cared for: provisional, and without INS, until controlled."""
    _hold(patient)
    if patient.ins or patient.identity_status != Patient.IdentityStatus.PROVISOIRE:
        _take_ins_off(patient, Patient.IdentityStatus.PROVISOIRE)
        patient.save()
        record(_event("patient.modifie", patient, actor, detail={"fields": ["identity_status", "ins"]}))
    return patient


@transaction.atomic
def control_identity(patient: Patient, *, actor: Actor) -> Patient:
    """Say that the identity was checked on a high-trust document: PROV → VALI, RECUP → QUAL (RNIV)."""
    _hold(patient)
    controlled = {
        Patient.IdentityStatus.PROVISOIRE: Patient.IdentityStatus.VALIDEE,
        Patient.IdentityStatus.RECUPEREE: Patient.IdentityStatus.QUALIFIEE,
    }
    status = controlled.get(Patient.IdentityStatus(patient.identity_status))
    if status is None:
        return patient
    patient.identity_status = status
    patient.qualified_at = clock.now() if status is Patient.IdentityStatus.QUALIFIEE else None
    patient.save()
    record(_event("patient.qualifie" if patient.qualified_at else "patient.modifie", patient, actor))
    return patient


@transaction.atomic
def admit(
    patient: Patient, service: Service, *, visit_number: str, kind: str, starts_at: datetime, actor: Actor
) -> Episode:
    """Open an episode. The same one sent twice is opened once.

    Raises:
        PatientError: the visit number is taken, or the service belongs to another legal entity.
    """
    if service.geographic_entity.legal_entity_id != patient.legal_entity_id:
        raise PatientError("Ce service appartient à un autre établissement.", "service")
    _hold(patient)
    known = patient.episodes.filter(visit_number=visit_number).first()
    if known is not None and (known.service, known.kind, known.ends_at, known.cancelled_at) == (
        service,
        kind,
        None,
        None,
    ):
        return known
    if known is not None:
        raise PatientError("Ce numéro de venue existe déjà pour ce patient.", "visit_number")
    episode = Episode.objects.create(
        patient=patient, service=service, visit_number=visit_number, kind=kind, starts_at=starts_at
    )
    record(_event("venue.modifiee", patient, actor, detail={"visit": visit_number}))
    return episode


@transaction.atomic
def change_episode(episode: Episode, changes: dict[str, Any], *, actor: Actor) -> Episode:
    """Transfer, discharge, cancel or reopen an episode."""
    episode.refresh_from_db(from_queryset=Episode.objects.select_for_update())
    changed = sorted(name for name, value in changes.items() if getattr(episode, name) != value)
    if not changed:
        return episode
    for name in changed:
        setattr(episode, name, changes[name])
    episode.save(update_fields=changed)
    record(_event("venue.modifiee", episode.patient, actor, detail={"visit": episode.visit_number, "fields": changed}))
    return episode


@transaction.atomic
def merge(former: Patient, kept: Patient, *, actor: Actor) -> Patient:
    """Merge two identities of one person: episodes, declarations, representatives and documents go to the one that is
    kept; nothing is deleted."""
    if former.pk == kept.pk:
        raise PatientError("Une identité ne se fusionne pas avec elle-même.", "ipp")
    for one in sorted((former, kept), key=lambda one: one.pk):
        _hold(one)
    if former.merged_into_id is not None or kept.merged_into_id is not None:
        raise PatientError("Une de ces identités est déjà fusionnée avec une autre : vérifiez les IPP cités.", "ipp")
    numbers = set(kept.episodes.values_list("visit_number", flat=True))
    if shared := numbers.intersection(former.episodes.values_list("visit_number", flat=True)):
        raise PatientError(f"Les deux identités portent la même venue ({', '.join(sorted(shared))}).", "visit_number")
    former.episodes.update(patient=kept)
    former.consents.update(patient=kept, submission=None)  # one page may have declared for both
    former.representatives.update(patient=kept)
    former.outside_accesses.update(patient=kept)
    documents = import_string(settings.MERGED_DOCUMENTS)(former, kept)
    former.merged_into = kept
    former.save(update_fields=["merged_into"])
    record(_event("patient.fusionne", kept, actor, detail={"from": former.pk, "documents": documents}))
    return kept


@transaction.atomic
def change_ipp(patient: Patient, ipp: str, *, actor: Actor) -> Patient:
    """Give a patient another IPP."""
    _hold(patient)
    if Patient.objects.filter(legal_entity=patient.legal_entity_id, ipp=ipp).exclude(pk=patient.pk).exists():
        raise PatientError("Cet IPP désigne déjà un autre patient de l’établissement.", "ipp")
    patient.ipp = ipp
    patient.save(update_fields=["ipp"])
    record(_event("patient.modifie", patient, actor, detail={"fields": ["ipp"]}))
    return patient


@transaction.atomic
def join_care_team(episode: Episode, account: Account, *, actor: Actor) -> CareTeamMember:
    """Name an account in the care team of an episode."""
    _hold(episode.patient)
    named = CareTeamMember.objects.filter(episode=episode, account=account)
    member = named.filter(since_reopened("added_at")).first()
    if member is None:
        named.delete()  # she was in it before she left
        member = CareTeamMember.objects.create(
            episode=episode, account=account, added_at=clock.now(), added_by_id=actor.account_id
        )
        record(_event("venue.modifiee", episode.patient, actor, detail={"care_team": account.pk}))
    return member


@transaction.atomic
def leave_care_team(episode: Episode, member_id: int, *, actor: Actor) -> bool:
    """Take somebody out of the care team of an episode. False when she was not in it."""
    member = CareTeamMember.objects.filter(pk=member_id, episode=episode).first()
    if member is None:
        return False
    member.delete()
    record(_event("venue.modifiee", episode.patient, actor, detail={"care_team_without": member.account_id}))
    return True


@transaction.atomic
def note_outside_access(patient: Patient, *, account: Account, actor: Actor) -> OutsideAccess:
    """Let a professional reach a patient outside her care team, with its trace."""
    access = OutsideAccess.objects.create(patient=patient, account=account, opened_at=clock.now())
    record(_event("dossier.hors_equipe", patient, actor))
    return access


def _hold(patient: Patient) -> None:
    """The patient as she is now, until the end of the transaction: what follows is judged and written on that."""
    patient.refresh_from_db(from_queryset=Patient.objects.select_for_update())


def _take_ins_off(patient: Patient, status: Patient.IdentityStatus) -> None:
    patient.identity_status, patient.qualified_at = status, None
    patient.ins, patient.ins_oid, patient.ins_checked_at = "", "", None


def _event(code: str, patient: Patient, actor: Actor, *, detail: dict[str, Any] | None = None) -> Event:
    return Event(code=code, actor=actor, patient_id=patient.pk, ins=patient.ins, detail=detail or {})
