"""Service `patients`: TD0.2 (does a DMP exist, is it open, may I?) and TD1.3a (the same, with the oppositions)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from tramontane.dmp import soap
from tramontane.dmp.hl7v3 import DemographicsQuery, Reason, Traits
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.verdicts import Verdict
from tramontane.national.models import DmpState, PatientRecord
from tramontane.national.services.context import Context, Handler, Reply
from tramontane.national.storage import Incoming

_TRANSACTIONS: Mapping[str, str] = {reason.value: name for reason, name in td0_2.TRANSACTIONS.items()}
PATIENT_MISMATCH = "l'INS demandé n'est pas celui du VIHF"
# Quoted from the field (guide d'intégration, retours éditeurs); the code that goes with it was never seen.
UNKNOWN_STRUCTURE = "Impossible d'effectuer un test d'existence : Structure introuvable ou Inactive"


def parse(envelope: soap.Envelope, _parts: Mapping[str, Incoming]) -> DemographicsQuery:
    """Read the query."""
    return td0_2.parse(envelope)


def classify(query: DemographicsQuery) -> tuple[str, str]:
    """TD0.2 or TD1.3a, told by the reason; any other reason is a transaction that nobody may use here."""
    transaction = _TRANSACTIONS.get(query.reason, query.reason)
    return transaction, transaction


def serve(context: Context, query: DemographicsQuery) -> Reply:
    """The state of the DMP of the VIHF's patient."""
    if context.vihf.patient is None or query.patient.extension != context.vihf.patient.value:
        return _acknowledge_error(context, query, "XDSPatientIdDoesNotMatch", PATIENT_MISMATCH)
    patient = context.patient
    if patient is None or patient.state == DmpState.NONE:
        return _answer(context, query, td0_2.DmpStatus(exists=False, open=False), None)
    return _answer(context, query, _status(context, patient, query), _traits(patient))


def refuse(context: Context, query: DemographicsQuery, verdict: Verdict) -> Reply | None:
    """AE for what the HL7 service says in its own words, NF for a patient without DMP; None otherwise."""
    if verdict.code == "structure" and "introuvable" in verdict.received:
        return _acknowledge_error(context, query, "DMPAccessDeniedByRightsService", UNKNOWN_STRUCTURE)
    if verdict.code == "etat-dmp" and context.patient is not None and context.patient.state == DmpState.CLOSED:
        return _acknowledge_error(context, query, "DMPClosed", "Le DMP de ce patient est fermé.")
    if verdict.code == "etat-dmp" and context.vihf.patient is not None:
        return _answer(context, query, td0_2.DmpStatus(exists=False, open=False), None)
    return None


def _status(context: Context, patient: PatientRecord, query: DemographicsQuery) -> td0_2.DmpStatus:
    administrative = query.reason == Reason.CNSLT_DATA
    return td0_2.DmpStatus(
        exists=True,
        open=patient.state == DmpState.OPEN,
        authorisation=context.facts.authorisation,
        is_medecin_traitant=context.reader.is_medecin_traitant,
        internet_account=patient.internet_account,
        attached_to_mes=patient.attached_to_mes,
        closing_date=patient.closed_on,
        closing_motive=patient.closing_motive if patient.closed_on else "",
        opposition_bris_de_glace=patient.opposes_bris_de_glace if administrative else None,
        opposition_acces_urgence=patient.opposes_emergency_access if administrative else None,
    )


def _traits(patient: PatientRecord) -> Traits:
    return Traits(
        given=patient.given_names,
        usage_name=patient.usage_name or patient.birth_name,
        birth_name=patient.birth_name,
        gender=patient.sex,
        birth_date=f"{patient.birth_date:%Y%m%d}",
    )


def _answer(context: Context, query: DemographicsQuery, status: td0_2.DmpStatus, traits: Traits | None) -> Reply:
    answer = td0_2.StatusAnswer(query, status, timezone.localtime(context.request.at), traits)
    return Reply(*td0_2.respond(answer, **context.addressed()))


def _acknowledge_error(context: Context, query: DemographicsQuery, code: str, text: str) -> Reply:
    refusal = td0_2.StatusRefusal(query, code, text, timezone.localtime(context.request.at))
    return Reply(*td0_2.respond(refusal, **context.addressed()), code=code)


DEMOGRAPHICS = Handler(parse, classify, serve, refuse)
