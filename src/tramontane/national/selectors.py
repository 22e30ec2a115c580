"""Read what the judge needs, decide nothing."""

from __future__ import annotations

from datetime import datetime

from tramontane.dmp.identity import Ins, PsIdNat, StructIdNat
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import Vihf
from tramontane.national.judge.facts import (
    Facts,
    PatientFacts,
    ProfessionalFacts,
    Request,
    StructureFacts,
    WhiteListFacts,
)
from tramontane.national.models import (
    AuthorisationState,
    GeographicEntity,
    PatientAuthorisation,
    PatientRecord,
    Professional,
)


def facts(request: Request, patient: PatientRecord | None, *, first_presentation: bool) -> Facts:
    """Everything the judge may want to know about one request."""
    vihf = request.vihf
    entity = _entity(vihf.structure)
    rpps = rpps_of(vihf)
    return Facts(
        first_presentation=first_presentation,
        structure=_structure(entity),
        white_list=_white_list(entity),
        professional=_professional(rpps, vihf.structure),
        patient=_patient(patient, rpps),
        authorisation=authorisation_of(patient, rpps, vihf.structure, request.at),
    )


def rpps_of(vihf: Vihf) -> str:
    """The RPPS of the caller, or nothing."""
    rpps = vihf.subject.rpps if isinstance(vihf.subject, PsIdNat) else None
    return rpps.value if rpps else ""


def find_patient(ins: Ins | None) -> PatientRecord | None:
    """The patient of an INS, in its own authority."""
    return None if ins is None else PatientRecord.objects.filter(ins=ins.value, ins_oid=ins.oid).first()


def authorisation_of(patient: PatientRecord | None, rpps: str, structure: StructIdNat, at: datetime) -> Authorisation:
    """What the patient decided about this professional, else about the structure. A block on either one wins."""
    if patient is None:
        return Authorisation.NON_EXISTE
    rows = PatientAuthorisation.objects.filter(patient=patient)
    decisions = [row for row in rows if _holds(row, rpps, structure)]
    decisions.sort(key=lambda row: row.professional_id is None)
    if any(row.state == AuthorisationState.INTERDIT for row in decisions):
        return Authorisation.INTERDIT
    states = [state_of(row, at) for row in decisions]
    if Authorisation.VALIDE in states:
        return Authorisation.VALIDE
    return states[0] if states else Authorisation.NON_EXISTE


def state_of(row: PatientAuthorisation, at: datetime) -> Authorisation:
    """VALIDE, INTERDIT, or EXPIRE once its date is past."""
    expired = row.expires_at is not None and row.expires_at <= at
    return Authorisation.EXPIRE if expired and row.state == AuthorisationState.VALIDE else Authorisation(row.state)


def _holds(row: PatientAuthorisation, rpps: str, structure: StructIdNat) -> bool:
    return bool(rpps and row.professional_id == rpps) or row.structure_id == (structure.finess or "")


def _entity(structure: StructIdNat) -> GeographicEntity | None:
    if structure.finess is None:
        return None
    return GeographicEntity.objects.select_related("white_list").filter(pk=structure.finess).first()


def _structure(entity: GeographicEntity | None) -> StructureFacts | None:
    return None if entity is None else StructureFacts(entity.finess, entity.active, entity.legal_entity_id)


def _white_list(entity: GeographicEntity | None) -> WhiteListFacts | None:
    entry = getattr(entity, "white_list", None)  # a missing reverse one-to-one raises AttributeError's subclass
    if entry is None:
        return None
    return WhiteListFacts(entry.status, entry.valid_from, entry.valid_until, entry.cause)


def _professional(rpps: str, structure: StructIdNat) -> ProfessionalFacts | None:
    who = Professional.objects.filter(pk=rpps).first() if rpps else None
    if who is None:
        return None
    places = set(who.establishments.values_list("finess", flat=True))
    linked = structure.finess in places if places else None
    return ProfessionalFacts(who.profession, who.authorised, who.cause, linked)


def _patient(patient: PatientRecord | None, rpps: str) -> PatientFacts | None:
    if patient is None:
        return None
    return PatientFacts(
        state=patient.state,
        opposes_bris_de_glace=patient.opposes_bris_de_glace,
        opposes_emergency_access=patient.opposes_emergency_access,
        allows_masked_in_emergency=patient.allows_masked_in_emergency,
        is_medecin_traitant=bool(rpps) and patient.medecin_traitant_id == rpps,
    )
