"""TD0.2, does this patient have a DMP, is it open, may I read it? And TD1.3a, the same message with the oppositions.

Source: official samples (PRPA_IN201307UV02 → PRPA_IN201308UV02, service `patients`), reasonCode TEST_EXST or CNSLT_DATA.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tramontane.dmp import hl7v3, soap
from tramontane.dmp.errors import AcknowledgementError, MalformedMessage
from tramontane.dmp.hl7v3 import DemographicsAnswer, DemographicsQuery, Flag, InstanceId, Reason, Registration, Traits
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import Operation, body_of, post, reply, require_body

OPERATION = Operation(
    transaction="TD0.2",
    service="patients",
    action="urn:hl7-org:v3:PRPA_IN201307UV02",
    response_action="urn:hl7-org:v3:PRPA_IN201308UV02",
    idempotent=True,
)
TRANSACTIONS = {Reason.TEST_EXST: "TD0.2", Reason.CNSLT_DATA: "TD1.3a"}


class Authorisation(StrEnum):
    """The professional's authorisation on the DMP; the four states of the code system 1.2.250.1.213.4.1.2.6.2."""

    VALIDE = "VALIDE"
    EXPIRE = "EXPIRE"
    INTERDIT = "INTERDIT"
    NON_EXISTE = "NON_EXISTE"


@dataclass(frozen=True, slots=True)
class DmpStatus:
    """What the DMP says of itself and of the caller. It holds no identity trait: they must not be shown (RG_0320).

    Attributes:
        exists: the registry knows this INS.
        open: it exists and its status is ``active``.
        authorisation: None when the DMP did not say, or said a word nobody knows: see `authorisation_code`.
        is_medecin_traitant: the caller is the patient's declared attending physician.
        internet_account: the patient opened an account; None when the DMP did not say.
        attached_to_mes: the DMP belongs to a Mon espace santé; None when the DMP did not say.
        closing_date: day of closing, when told.
        closing_motive: code of closing, verbatim (system 1.2.250.1.213.4.1.2.4).
        opposition_bris_de_glace: the patient refuses emergency access (TD1.3a only, else None).
        opposition_acces_urgence: the patient refuses access by emergency dispatch (TD1.3a only, else None).
        authorisation_code: the authorisation, verbatim.
        flags: every statement of the DMP, verbatim, unknown ones included.
    """

    exists: bool
    open: bool
    authorisation: Authorisation | None = None
    is_medecin_traitant: bool = False
    internet_account: bool | None = None
    attached_to_mes: bool | None = None
    closing_date: date | None = None
    closing_motive: str = ""
    opposition_bris_de_glace: bool | None = None
    opposition_acces_urgence: bool | None = None
    authorisation_code: str = ""
    flags: tuple[Flag, ...] = ()


# Where each field of the status sits on the wire: attention lines, then observations: (code, code system, field).
AUTORISATION = ("AUTORISATION", "1.2.250.1.213.4.1.2.6.1")
AUTORISATION_VALUES = "1.2.250.1.213.4.1.2.6.2"
STATUT_MT = ("STATUT_MT", "1.2.250.1.213.4.1.2.6.3")
OBSERVATIONS = (
    ("COMPTE_INTERNET_OUVERT", "1.2.250.1.213.4.1.2.9", "internet_account"),
    ("RATTACHEMENT_ENS", "1.2.250.1.213.4.1.2.3", "attached_to_mes"),
    ("OPPOSITION_BRIS_DE_GLACE", "1.2.250.1.213.4.1.2.3", "opposition_bris_de_glace"),
    ("OPPOSITION_ACCES_URGENCE", "1.2.250.1.213.4.1.2.3", "opposition_acces_urgence"),
)


def request(call: Call, patient: Ins, *, reason: Reason = Reason.TEST_EXST, processing_code: str = "D") -> HttpRequest:
    """Ask for the state of `patient`'s DMP. `call.sent_at` gives the local time written: pass the zone you mean."""
    message = call.message_id.removeprefix("urn:uuid:")
    query = DemographicsQuery(
        message=InstanceId(f"{call.software.oid}.1", message),
        query=InstanceId(f"{call.software.oid}.2", message),
        creation_time=hl7v3.timestamp(call.sent_at),
        sender=hl7v3.Device(call.software.oid, call.software.name),
        reason=reason,
        patient=hl7v3.PatientId(patient.authority.value, patient.value),
        processing_code=processing_code,
    )
    return post(_operation(reason), call, hl7v3.build_query(query))


def _operation(reason: Reason) -> Operation:
    return Operation(
        TRANSACTIONS[reason], OPERATION.service, OPERATION.action, OPERATION.response_action, OPERATION.idempotent
    )


def read(response: HttpResponse, *, patient: Ins | None = None) -> DmpStatus:
    """The state of the DMP. With `patient`, an answer about someone else is refused.

    Raises:
        SoapFault: refused before being read.
        AcknowledgementError: acknowledged AE or AR; the code and text are verbatim.
        MalformedMessage: not the expected answer, or another patient's.
    """
    answer = hl7v3.parse_answer(body_of(response))
    _raise_for_acknowledgement(answer)
    if answer.registration is None:
        return _status_without_registration(answer)
    if patient is not None:
        _require_patient(answer.registration, patient)
    return _status(answer, answer.registration)


def _raise_for_acknowledgement(answer: DemographicsAnswer) -> None:
    if answer.acknowledgement.accepted:
        return
    code, text = next(iter(answer.acknowledgement.details), (answer.acknowledgement.type_code, ""))
    raise AcknowledgementError(
        f"Le DMP a refusé la demande : code « {code} ».",
        remote_code=code,
        remote_text=text,
        expected="acquittement AA",
        received=f"acquittement {answer.acknowledgement.type_code}, code {code}",
        reference="TD0.2, acknowledgement/acknowledgementDetail",
        next_step="lisez le texte du DMP joint à ce refus et corrigez la demande avant de la renvoyer",
    )


def _status_without_registration(answer: DemographicsAnswer) -> DmpStatus:
    if answer.response_code == "NF":
        return DmpStatus(exists=False, open=False, flags=answer.attention)
    raise MalformedMessage(
        "Le DMP a accepté la demande sans décrire de dossier.",
        code="td0-2-reponse-incomplete",
        expected="un dossier, ou queryResponseCode « NF »",
        received=f"queryResponseCode « {answer.response_code} » sans dossier",
        reference="TD0.2, PRPA_IN201308UV02",
    )


def _require_patient(registration: Registration, patient: Ins) -> None:
    if (patient.authority.value, patient.value) not in {(i.root, i.extension) for i in registration.patient_ids}:
        raise MalformedMessage(
            "La réponse du DMP concerne un autre patient que celui de la demande.",
            code="td0-2-autre-patient",
            expected="l'INS de la demande",
            received="un autre identifiant",
            reference="TD0.2, patient/id",
            next_step="n'utilisez pas cette réponse et signalez l'incident à l'éditeur",
        )


def _status(answer: DemographicsAnswer, registration: Registration) -> DmpStatus:
    authorisation = answer.flag(AUTORISATION[0])
    literal = authorisation.value if authorisation else ""
    closing = registration.closing or hl7v3.Closing()
    return DmpStatus(
        exists=True,
        open=registration.status == "active",
        authorisation=Authorisation(literal) if literal in list(Authorisation) else None,
        is_medecin_traitant=bool(_boolean(answer, STATUT_MT[0])),
        closing_date=closing.on,
        closing_motive=closing.motive,
        authorisation_code=literal,
        flags=(*answer.attention, *registration.observations),
        **{field: _boolean(answer, code) for code, _, field in OBSERVATIONS},
    )


def _boolean(answer: DemographicsAnswer, code: str) -> bool | None:
    flag = answer.flag(code)
    return {"true": True, "1": True, "false": False, "0": False}.get(flag.value) if flag else None


# ── National side ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """What the national side answers. `traits` are written only when the DMP exists."""

    query: DemographicsQuery
    status: DmpStatus
    answered_at: datetime
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class StatusRefusal:
    """An AE acknowledgement, its code and its sentence."""

    query: DemographicsQuery
    code: str
    text: str
    answered_at: datetime


def parse(envelope: soap.Envelope) -> DemographicsQuery:
    """Read the request.

    Raises:
        MalformedMessage: not a demographics query.
    """
    return hl7v3.parse_query(require_body(envelope))


def respond(value: StatusAnswer | StatusRefusal, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its envelope."""
    answer = _refusal(value, message_id) if isinstance(value, StatusRefusal) else _answer(value, message_id)
    return reply(OPERATION, hl7v3.build_answer(answer), message_id=message_id, relates_to=relates_to)


def _refusal(refusal: StatusRefusal, message_id: str) -> DemographicsAnswer:
    query = refusal.query
    return DemographicsAnswer(
        message=InstanceId(message_id.removeprefix("urn:uuid:")),
        creation_time=hl7v3.timestamp(refusal.answered_at),
        receiver=query.sender,
        acknowledgement=hl7v3.Acknowledgement("AE", query.message, ((refusal.code, refusal.text),)),
        reason=query.reason,
        query=query.query,
        response_code="AE",
    )


def _answer(value: StatusAnswer, message_id: str) -> DemographicsAnswer:
    query, status = value.query, value.status
    return DemographicsAnswer(
        message=InstanceId(message_id.removeprefix("urn:uuid:")),
        creation_time=hl7v3.timestamp(value.answered_at),
        receiver=query.sender,
        acknowledgement=hl7v3.Acknowledgement("AA", query.message),
        reason=query.reason,
        query=query.query,
        response_code="OK" if status.exists else "NF",
        attention=_attention(status) if status.exists else (),
        registration=_registration(value) if status.exists else None,
    )


def _attention(status: DmpStatus) -> tuple[Flag, ...]:
    authorisation = status.authorisation or status.authorisation_code or Authorisation.NON_EXISTE
    return (
        Flag(*AUTORISATION, authorisation, "CV", AUTORISATION_VALUES),
        Flag(*STATUT_MT, str(status.is_medecin_traitant).lower()),
    )


def _registration(value: StatusAnswer) -> Registration:
    status = value.status
    closing = hl7v3.Closing(status.closing_date, status.closing_motive)
    stated = [(code, system, getattr(status, field)) for code, system, field in OBSERVATIONS]
    return Registration(
        patient_ids=(value.query.patient,),
        status="active" if status.open else "terminated",
        observations=tuple(Flag(code, system, str(said).lower()) for code, system, said in stated if said is not None),
        closing=closing if closing != hl7v3.Closing() else None,
        traits=value.traits,
    )
