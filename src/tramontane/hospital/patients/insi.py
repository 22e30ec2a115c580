"""Ask INSi for a patient's INS, compare the traits it returns, and raise the identity's status (RNIV).

    [transaction: write « insi.demande »]  committed ──▶ the question leaves ──▶
    [transaction: write « insi.reponse », attach the INS when every trait is the same]  committed

The traits INSi returns are compared and forgotten: those of somebody else are never shown, kept or logged.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from tramontane.client import TlsCredentials, TransportError, files
from tramontane.client.insi import InsiService, search
from tramontane.dmp.errors import LocalError, RemoteRefusal, TramontaneError
from tramontane.dmp.transactions import insi
from tramontane.dmp.transactions.insi import Answer, CertifiedIdentity, Result, Sought
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients import services
from tramontane.hospital.patients.models import InsiConnection, Patient
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

Status = Patient.IdentityStatus


class Kind(StrEnum):
    """What an interrogation came to; the value is the outcome a trace keeps."""

    QUALIFIED = "qualifiée"
    RECOVERED = "récupérée"
    DIFFERENT = "traits différents"
    NONE = "aucune identité"
    SEVERAL = "plusieurs identités"
    DUPLICATE = "INS refusée"
    FAILED = "échec"


@dataclass(frozen=True, slots=True)
class Interrogation:
    """What to tell the admissions desk: what happened, and what to do next. No trait in it."""

    kind: Kind
    sentence: str
    next_step: str = ""
    code: str = ""

    @property
    def attached(self) -> bool:
        """Whether the patient now has an INS returned by INSi."""
        return self.kind in (Kind.QUALIFIED, Kind.RECOVERED)


QUALIFIED = Interrogation(
    Kind.QUALIFIED, "INSi a rendu une identité dont tous les traits sont les mêmes : l’INS est qualifiée."
)
RECOVERED = Interrogation(
    Kind.RECOVERED,
    "INSi a rendu une identité dont tous les traits sont les mêmes : l’INS est récupérée.",
    "Contrôlez l’identité sur un titre à haut niveau de confiance pour qualifier l’INS.",
)
NONE = Interrogation(
    Kind.NONE,
    "INSi ne trouve aucune identité pour ces traits.",
    "Vérifiez chaque trait sur le titre d’identité, corrigez-les et interrogez de nouveau ; sinon, prenez en charge le "
    "patient avec l’identité locale.",
)
SEVERAL = Interrogation(
    Kind.SEVERAL,
    "INSi trouve plusieurs identités pour ces traits : aucune n’est reprise.",
    "Complétez le lieu de naissance et tous les prénoms d’après le titre d’identité, puis interrogez de nouveau ; si "
    "l’ambiguïté demeure, transmettez à l’identitovigilance.",
)

MOVED = ("l’identité, modifiée entre-temps",)

# RNIV: the INS of an identity already controlled makes it qualified; otherwise it is only recovered.
_ATTACHED = {True: QUALIFIED, False: RECOVERED}
_WITHOUT_INS = {Result.NONE: NONE, Result.SEVERAL: SEVERAL}


def service_of(connection: InsiConnection) -> InsiService:
    """What the row refers to, as it stands on disk now.

    Raises:
        CertificateMisuse, LocalError: a file, a certificate or an address that cannot serve.
    """
    secret = files.environment_secret(connection.secret_name, os.environ)
    return InsiService(
        connection.url,
        files.server_trust(connection.trust_path, connection.crl_path, connection.revocation),
        files.credentials(TlsCredentials, connection.authentication, secret),
        files.read(connection.security_path) if connection.security_path else b"",
    )


@transaction.atomic
def connect(legal_entity: LegalEntity, values: dict[str, str], *, actor: Actor) -> InsiConnection:
    """Keep how a legal entity reaches INSi, once everything it refers to was read. Traces: `configuration.modifiee`.

    Raises:
        CertificateMisuse, LocalError: a file, a certificate or an address that cannot serve; nothing is kept.
    """
    service_of(InsiConnection(legal_entity=legal_entity, updated_at=clock.now(), **values))
    row, _ = InsiConnection.objects.update_or_create(
        legal_entity=legal_entity, defaults=values | {"updated_at": clock.now()}
    )
    record(Event("configuration.modifiee", actor, detail={"connection": row.url}))
    return row


def interrogate(patient: Patient, connection: InsiConnection, *, actor: Actor) -> Interrogation:
    """Ask, compare, attach. Call it outside any transaction; every refusal and failure is a value with its sentence."""
    try:
        service, sought = service_of(connection), sought_of(patient)
    except LocalError as error:
        return Interrogation(Kind.FAILED, error.message, error.next_step, error.code)
    question = clock.new_uuid()
    with transaction.atomic(durable=True):
        record(Event("insi.demande", actor, patient_id=patient.pk, transaction=insi.TRANSACTION, correlation=question))
    try:
        answer = search(service, sought, message_id=f"urn:uuid:{question}")
    except TramontaneError as error:
        told = _failure(error)
        with transaction.atomic(durable=True):
            _trace(patient, told, actor, question)
        return told
    with transaction.atomic(durable=True):
        told = _conclude(patient, sought, answer, actor)
        _trace(patient, told, actor, question)
    return told


def sought_of(patient: Patient) -> Sought:
    """The strict traits, as INSi receives them.

    Raises:
        LocalError: a name or a sex that INSi cannot receive.
    """
    return Sought(
        patient.birth_name, patient.first_given_name, patient.sex, patient.birth_date, patient.birth_place_code
    )


def differences(patient: Patient, identity: CertifiedIdentity) -> tuple[str, ...]:
    """The traits that are not the same, by their French names. A trait that INSi does not return is not compared.

    Raises:
        LocalError: a name that cannot be normalised cannot be compared.
    """
    compared = (
        ("le nom de naissance", insi.normalise(patient.birth_name), insi.normalise(identity.birth_name)),
        ("les prénoms de naissance", insi.normalise(patient.birth_given_names), insi.normalise(identity.given_names)),
        ("le sexe", patient.sex, identity.sex),
        ("la date de naissance", patient.birth_date.isoformat(), identity.birth_date),
        ("le lieu de naissance", patient.birth_place_code, identity.birth_place_code or patient.birth_place_code),
    )
    return tuple(name for name, here, there in compared if here != there)


def _conclude(patient: Patient, sought: Sought, answer: Answer, actor: Actor) -> Interrogation:
    """Compare with the identity as it is now, locked: it may have changed while INSi was answering."""
    if answer.identity is None:
        return _WITHOUT_INS[answer.result]
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    different = differences(current, answer.identity) if sought_of(current) == sought else MOVED
    if different:
        return _different(different)
    return _attach(current, answer.identity, actor)


def _attach(patient: Patient, identity: CertifiedIdentity, actor: Actor) -> Interrogation:
    controlled = patient.identity_status in (Status.VALIDEE, Status.QUALIFIEE)
    try:
        services.set_ins(patient, identity.ins.value, identity.ins.oid, checked=controlled, actor=actor)
    except services.PatientError as error:
        return Interrogation(Kind.DUPLICATE, str(error), "Transmettez à l’identitovigilance de l’établissement.")
    return _ATTACHED[controlled]


def _different(names: tuple[str, ...]) -> Interrogation:
    return Interrogation(
        Kind.DIFFERENT,
        f"INSi a rendu une identité dont des traits diffèrent : {', '.join(names)}. L’INS n’est pas reprise.",
        "Contrôlez ces traits sur le titre d’identité, corrigez-les s’il y a lieu et interrogez de nouveau ; sinon, "
        "transmettez à l’identitovigilance.",
    )


def _failure(error: TramontaneError) -> Interrogation:
    if isinstance(error, TransportError):
        sentence = f"Le téléservice INSi n’a pas répondu (phase : {error.phase.value})."
        return Interrogation(
            Kind.FAILED, sentence, "Réessayez plus tard ; l’identité locale reste utilisable.", error.code
        )
    if isinstance(error, RemoteRefusal):
        sentence = f"{error.message} Code « {error.remote_code} » : {error.remote_text or 'sans texte'}"
        return Interrogation(Kind.FAILED, sentence, error.next_step, error.remote_code)
    return Interrogation(Kind.FAILED, error.message, error.next_step, error.code)


def _trace(patient: Patient, told: Interrogation, actor: Actor, question: UUID) -> None:
    current = Patient.objects.only("ins").get(pk=patient.pk)
    record(
        Event(
            "insi.reponse",
            actor,
            patient_id=patient.pk,
            ins=current.ins if told.attached else "",
            transaction=insi.TRANSACTION,
            outcome=told.kind.value,
            correlation=question,
            detail={"code": told.code} if told.code else {},
        )
    )
