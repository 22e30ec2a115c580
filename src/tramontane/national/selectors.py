"""Read what the judge needs, decide nothing.

Three statements by hand, on the tables that Django migrates: the ORM builds a query in ten times the time that the
database takes to answer it, and this runs at every call. Columns come back typed by both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

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
from tramontane.national.models import AuthorisationState, PatientAuthorisation, PatientRecord

_ENTITY = """
    SELECT e.finess, e.active, e.legal_entity_id, w.status, w.valid_from, w.valid_until, w.cause
    FROM national_geographicentity e LEFT JOIN national_whitelistentry w ON w.geographic_entity_id = e.finess
    WHERE e.finess = %s
"""
_PROFESSIONAL = """
    SELECT p.profession, p.authorised, p.cause, l.geographicentity_id
    FROM national_professional p LEFT JOIN national_professional_establishments l ON l.professional_id = p.rpps
    WHERE p.rpps = %s
"""
_DECISIONS = """
    SELECT professional_id, state, expires_at FROM national_patientauthorisation
    WHERE patient_id = %s AND (professional_id = %s OR structure_id = %s)
"""


def facts(request: Request, patient: PatientRecord | None, *, first_presentation: bool) -> Facts:
    """Everything the judge may want to know about one request."""
    vihf = request.vihf
    entity = _first(_ENTITY, vihf.structure.finess or "")
    rpps = rpps_of(vihf)
    return Facts(
        first_presentation=first_presentation,
        structure=StructureFacts(*entity[:3]) if entity else None,
        white_list=WhiteListFacts(*entity[3:]) if entity and entity[3] else None,
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
    # No holder is empty: an empty RPPS or FINESS matches nothing.
    rows = _all(_DECISIONS, patient.pk, rpps, structure.finess or "")
    rows.sort(key=lambda row: row[0] is None)
    states = [_state(state, expires_at, at) for _, state, expires_at in rows]
    for decisive in (Authorisation.INTERDIT, Authorisation.VALIDE):
        if decisive in states:
            return decisive
    return states[0] if states else Authorisation.NON_EXISTE


def state_of(row: PatientAuthorisation, at: datetime) -> Authorisation:
    """VALIDE, INTERDIT, or EXPIRE once its date is past."""
    return _state(row.state, row.expires_at, at)


def _state(state: str, expires_at: datetime | None, at: datetime) -> Authorisation:
    # SQLite gives back the UTC instant without its zone.
    past = expires_at is not None and (expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)) <= at
    return Authorisation.EXPIRE if past and state == AuthorisationState.VALIDE else Authorisation(state)


def _professional(rpps: str, structure: StructIdNat) -> ProfessionalFacts | None:
    rows = _all(_PROFESSIONAL, rpps)
    if not rows:
        return None
    places = {row[3] for row in rows if row[3]}
    profession, authorised, cause, _ = rows[0]
    return ProfessionalFacts(profession, authorised, cause, structure.finess in places if places else None)


def _patient(patient: PatientRecord | None, rpps: str) -> PatientFacts | None:
    if patient is None:
        return None
    return PatientFacts(
        state=patient.state,
        opposes_bris_de_glace=patient.opposes_bris_de_glace,
        opposes_emergency_access=patient.opposes_emergency_access,
        allows_masked_in_emergency=patient.allows_masked_in_emergency,
        is_medecin_traitant=bool(rpps) and patient.medecin_traitant_id == rpps,
        birth_date=patient.birth_date,
    )


def _all(statement: str, *parameters: str | int) -> list[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _first(statement: str, *parameters: str | int) -> Sequence[Any] | None:
    return next(iter(_all(statement, *parameters)), None)
