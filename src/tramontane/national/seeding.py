"""Fill the national side: establishments, professionals, patients, decisions, documents. Values in, rows out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Ins, Rpps
from tramontane.dmp.xds import DocumentEntry, SubmissionSet
from tramontane.national import clock, models, registration
from tramontane.national.storage import ContentStore, store


@dataclass(frozen=True, slots=True)
class Contract:
    """An AIR simplifié contract; `status` is active, expired, suspended or removed; days inclusive."""

    valid_from: date
    valid_until: date
    status: str = "active"
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Establishment:
    """A geographic entity and its legal entity. Without contract it is not on the white list."""

    finess: FinessGeographique
    name: str
    legal_entity: FinessJuridique
    legal_entity_name: str
    contract: Contract | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class ProfessionalRecord:
    """A professional of the RASS: TRE_G15 profession, TRE_R01 or TRE_G05 savoir-faire.

    With no establishment at all, the link between professional and structure is not judged.
    """

    rpps: Rpps
    family_name: str
    given_name: str
    profession: str
    savoir_faire: str = ""
    establishments: tuple[FinessGeographique, ...] = ()
    authorised: bool = True
    cause: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """A patient; `state` of the DMP is none, open or closed."""

    ins: Ins
    birth_name: str
    given_names: str
    sex: str
    birth_date: date
    usage_name: str = ""
    state: str = "open"
    closed_on: date | None = None
    closing_motive: str = "FERMETURE_DEMANDE_PATIENT"
    opposes_bris_de_glace: bool = False
    opposes_emergency_access: bool = False
    allows_masked_in_emergency: bool = False
    internet_account: bool = True
    attached_to_mes: bool = True
    medecin_traitant: Rpps | None = None


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What a patient decided about a professional or a structure: VALIDE (EXPIRE once past) or INTERDIT."""

    patient: Ins
    holder: Rpps | FinessGeographique
    state: str
    granted_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Guardianship:
    """A patient stands for a minor in Mon espace santé."""

    guardian: Ins
    child: Ins


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its metadata with entry_uuid and unique_id, its content, the entry_uuid that it replaces."""

    entry: DocumentEntry
    content: bytes
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """Documents fed together for one patient."""

    patient: Ins
    submission_set: SubmissionSet
    documents: tuple[Document, ...] = field(default_factory=tuple)


def seed(
    *,
    establishments: Iterable[Establishment] = (),
    professionals: Iterable[ProfessionalRecord] = (),
    patients: Iterable[Patient] = (),
    authorisations: Iterable[Authorisation] = (),
    guardianships: Iterable[Guardianship] = (),
    submissions: Iterable[Submission] = (),
) -> None:
    """Add or update everything, in one transaction. `submissions` is consumed one at a time.

    Raises:
        django.db.IntegrityError: a document is already there, or something refers to what is not.
        tramontane.national.models.PatientRecord.DoesNotExist: an unknown patient.
    """
    with transaction.atomic():
        for establishment in establishments:
            _establishment(establishment)
        for professional in professionals:
            _professional(professional)
        for patient in patients:
            _patient(patient)
        for authorisation in authorisations:
            _authorisation(authorisation)
        for tie in guardianships:
            models.Guardianship.objects.update_or_create(guardian=_row(tie.guardian), child=_row(tie.child))
        contents = store()
        for submission in submissions:
            _submission(submission, contents)


def reset() -> None:
    """Empty every table, and the contents."""
    emptied: tuple[Any, ...] = (
        models.AccessNotification, models.Act, models.Alert, models.WatchedPatient, models.ConformanceSession,
        models.Guardianship, models.DirectoryImport,
        models.AccessTrace, models.AssertionSeen, models.ScriptedFault, models.AssociationRecord,
        models.SubmissionSetRecord, models.RegistryDocument, models.PatientAuthorisation, models.PatientRecord,
        models.Professional, models.WhiteListEntry, models.ContractEntity, models.Contract, models.Representative,
        models.GeographicEntity, models.LegalEntity,
    )  # fmt: skip
    with transaction.atomic():
        for model in emptied:
            model.objects.all().delete()
    store().clear()


def _establishment(one: Establishment) -> None:
    legal, _ = models.LegalEntity.objects.update_or_create(
        finess=one.legal_entity.value, defaults={"name": one.legal_entity_name}
    )
    entity, _ = models.GeographicEntity.objects.update_or_create(
        finess=one.finess.value, defaults={"name": one.name, "legal_entity": legal, "active": one.active}
    )
    if one.contract is None:
        models.WhiteListEntry.objects.filter(geographic_entity=entity).delete()
        return
    models.WhiteListEntry.objects.update_or_create(
        geographic_entity=entity,
        defaults={
            "status": models.WhiteListStatus(one.contract.status),
            "valid_from": one.contract.valid_from,
            "valid_until": one.contract.valid_until,
            "cause": one.contract.cause,
        },
    )


def _professional(one: ProfessionalRecord) -> None:
    row, _ = models.Professional.objects.update_or_create(
        rpps=one.rpps.value,
        defaults={
            "family_name": one.family_name,
            "given_name": one.given_name,
            "profession": one.profession,
            "savoir_faire": one.savoir_faire,
            "authorised": one.authorised,
            "cause": one.cause,
        },
    )
    row.establishments.set(models.GeographicEntity.objects.filter(pk__in=[place.value for place in one.establishments]))


def _patient(one: Patient) -> None:
    state = models.DmpState(one.state)
    models.PatientRecord.objects.update_or_create(
        ins=one.ins.value,
        ins_oid=one.ins.oid,
        defaults={
            "birth_name": one.birth_name,
            "usage_name": one.usage_name,
            "given_names": one.given_names,
            "sex": one.sex,
            "birth_date": one.birth_date,
            "state": state,
            "closed_on": one.closed_on,
            "closing_motive": one.closing_motive if state is models.DmpState.CLOSED else "",
            "opposes_bris_de_glace": one.opposes_bris_de_glace,
            "opposes_emergency_access": one.opposes_emergency_access,
            "allows_masked_in_emergency": one.allows_masked_in_emergency,
            "internet_account": one.internet_account,
            "attached_to_mes": one.attached_to_mes,
            "medecin_traitant_id": one.medecin_traitant.value if one.medecin_traitant else None,
        },
    )


def _authorisation(one: Authorisation) -> None:
    is_professional = isinstance(one.holder, Rpps)
    models.PatientAuthorisation.objects.update_or_create(
        patient=_row(one.patient),
        professional_id=one.holder.value if is_professional else None,
        structure_id=None if is_professional else one.holder.value,
        defaults={
            "state": models.AuthorisationState(one.state),
            "granted_at": one.granted_at,
            "expires_at": one.expires_at,
            "last_action_at": one.granted_at,
        },
    )


def _submission(one: Submission, contents: ContentStore) -> None:
    documents, associations = [], []
    for document in one.documents:
        content = contents.save((document.content,))
        documents.append(registration.RegisteredDocument(registration.complete(document.entry, content), content))
        entry_uuid = document.entry.entry_uuid
        associations.append(registration.has_member(one.submission_set.entry_uuid, entry_uuid, clock.new_urn))
        if document.replaces:
            associations.append(registration.replaces(entry_uuid, document.replaces, clock.new_urn))
    registration.register(_row(one.patient), one.submission_set, documents, associations)


def _row(ins: Ins) -> models.PatientRecord:
    return models.PatientRecord.objects.get(ins=ins.value, ins_oid=ins.oid)
