"""Service `habilitations`: TD0.3 (add or remove one's own authorisation) and TD1.6 (whom the patient let in)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.transactions import td0_3, td1_6
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.verdicts import Verdict
from tramontane.national import selectors
from tramontane.national.judge import right
from tramontane.national.models import AuthorisationState, DmpState, PatientAuthorisation
from tramontane.national.services.context import Context, Handler, Reply

# Quoted from the official samples.
ALREADY_THERE = "Autorisation déjà présente aucune action effectuée"
# How long an authorisation lasts is not documented in what was obtained: a default of ours.
VALIDITY = timedelta(days=365)
CLOSED = ServiceStatus("DMPClosed", "Le DMP de ce patient est fermé.")
_RIGHTS: Mapping[str, str] = {td0_3.Action.AJOUT: "TD0.3.declarer", td0_3.Action.SUPPRESSION: "TD0.3.supprimer"}
_MODES = {
    td1_6.Mode.ACTIVE: frozenset({Authorisation.VALIDE}),
    td1_6.Mode.INTERDITE: frozenset({Authorisation.INTERDIT}),
    td1_6.Mode.TOUTE: frozenset(Authorisation),
}
_TIMESTAMP = "%Y%m%d%H%M%S"


def set_authorization(context: Context, value: td0_3.SetAuthorization) -> Reply:
    """Declare or remove the caller's authorisation; note 1 of the matrix gives it to the structure."""
    rows = _own_rows(context, value)
    status = (_add if value.action == td0_3.Action.AJOUT else _remove)(context, value, rows)
    return Reply(*td0_3.respond(status, **context.addressed()))


def _own_rows(context: Context, value: td0_3.SetAuthorization) -> QuerySet[PatientAuthorisation]:
    return PatientAuthorisation.objects.filter(patient=context.known_patient, **_holder(context, value))


def _holder(context: Context, value: td0_3.SetAuthorization) -> dict[str, str]:
    cell = right(context.vihf, _classify_set(value)[1], is_medecin_traitant=context.reader.is_medecin_traitant)
    if cell.note == "1":
        return {"structure_id": context.vihf.structure.finess or ""}
    return {"professional_id": selectors.rpps_of(context.vihf)}


def _add(context: Context, value: td0_3.SetAuthorization, rows: QuerySet[PatientAuthorisation]) -> ServiceStatus:
    at = context.request.at
    if value.role == td0_3.Role.MEDECIN_TRAITANT:
        context.known_patient.medecin_traitant_id = selectors.rpps_of(context.vihf)
        context.known_patient.save(update_fields=["medecin_traitant"])
    existing = rows.first()
    if existing is not None and selectors.state_of(existing, at) is Authorisation.VALIDE:
        return ServiceStatus(context=ALREADY_THERE)
    changed = {"state": AuthorisationState.VALIDE, "expires_at": at + VALIDITY, "last_action_at": at}
    rows.update_or_create(
        defaults=changed,
        create_defaults={
            **changed,
            "granted_at": at,
            "patient": context.known_patient,
            **_holder(context, value),
        },
    )
    return ServiceStatus()


def _remove(_context: Context, _value: td0_3.SetAuthorization, rows: QuerySet[PatientAuthorisation]) -> ServiceStatus:
    rows.delete()
    return ServiceStatus()


def list_authorizations(context: Context, value: td1_6.ListAuthorizations) -> Reply:
    """The professionals that the patient authorised or blocked; structures have no place in this message."""
    wanted = _MODES[td1_6.Mode(value.mode)]
    rows = PatientAuthorisation.objects.filter(
        patient=context.known_patient, professional__isnull=False
    ).select_related("professional")
    listed = [_listed(row, state) for row in rows if (state := selectors.state_of(row, context.request.at)) in wanted]
    return Reply(*td1_6.respond(td1_6.AuthorizationList(tuple(listed)), **context.addressed()))


def _listed(row: PatientAuthorisation, state: Authorisation) -> td1_6.ListedAuthorization:
    who = row.professional
    assert who is not None, "structures were left out"
    code = f"G15_{who.profession}" + (f"/{who.savoir_faire}" if who.savoir_faire else "")
    return td1_6.ListedAuthorization(
        national_id=f"8{who.rpps}",
        first_name=who.given_name,
        last_name=who.family_name,
        specialities=((code, value_set(ValueSetName.AUTHOR_SPECIALTY).display(code)),),
        start_of_authorization=timezone.localtime(row.granted_at).strftime(_TIMESTAMP),
        last_action_date=timezone.localtime(row.last_action_at).strftime(_TIMESTAMP),
        mode=state.value,
    )


def _classify_set(value: td0_3.SetAuthorization) -> tuple[str, str]:
    """A word outside the schema is a row that no matrix holds: denied."""
    return "TD0.3", _RIGHTS.get(value.action, "")


def _classify_list(value: td1_6.ListAuthorizations) -> tuple[str, str]:
    return "TD1.6", "TD1.6" if value.mode in list(td1_6.Mode) else ""


def _closed(context: Context, verdict: Verdict) -> ServiceStatus | None:
    closed = context.patient is not None and context.patient.state == DmpState.CLOSED
    return CLOSED if verdict.code == "etat-dmp" and closed else None


def _refuse_set(context: Context, _value: td0_3.SetAuthorization, verdict: Verdict) -> Reply | None:
    status = _closed(context, verdict)
    if status is None:
        return None
    return Reply(*td0_3.respond(status, **context.addressed()), code=status.status)


def _refuse_list(context: Context, _value: td1_6.ListAuthorizations, verdict: Verdict) -> Reply | None:
    status = _closed(context, verdict)
    if status is None:
        return None
    return Reply(*td1_6.respond(td1_6.AuthorizationList((), status), **context.addressed()), code=status.status)


SET_AUTHORIZATION = Handler(
    lambda envelope, _parts: td0_3.parse(envelope), _classify_set, set_authorization, _refuse_set
)
LIST_AUTHORIZATIONS = Handler(
    lambda envelope, _parts: td1_6.parse(envelope), _classify_list, list_authorizations, _refuse_list
)
