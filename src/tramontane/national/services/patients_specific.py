"""Service `patientsSpecific`: TD0.4, the DMP that the caller may read, by date."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.transactions import td0_4
from tramontane.national import selectors
from tramontane.national.judge import right
from tramontane.national.models import AuthorisationState, DmpState, PatientAuthorisation
from tramontane.national.services.context import Context, Handler, Reply

_TIMESTAMP = "%Y%m%d%H%M%S"


def serve(context: Context, query: td0_4.PatientListQuery) -> Reply:
    """Open DMP whose authorisation to the caller is valid, most recent first; note 3 restricts to the structure."""
    since = _instant(query.start_date)
    rows = _rows(context).annotate(last_add=Max("patient__submission_sets__submission_time"))
    dated = "last_add" if query.date_type == td0_4.DateType.LASTDOC else "last_action_at"
    listed = rows.filter(**{f"{dated}__gte": since}).order_by(f"-{dated}", "pk")
    patients = tuple(_listed(row, context) for row in listed)
    return Reply(*td0_4.respond(td0_4.PatientList(patients), **context.addressed()))


def _rows(context: Context) -> QuerySet[PatientAuthorisation]:
    limited = right(context.vihf, "TD0.4", is_medecin_traitant=False).note == "3"
    holder = (
        {"structure_id": context.vihf.structure.finess or ""}
        if limited
        else {"professional_id": selectors.rpps_of(context.vihf)}
    )
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=context.request.at)
    return PatientAuthorisation.objects.select_related("patient").filter(
        unexpired, state=AuthorisationState.VALIDE, patient__state=DmpState.OPEN, **holder
    )


def _listed(row: PatientAuthorisation, context: Context) -> td0_4.ListedPatient:
    patient = row.patient
    last_add: datetime | None = getattr(row, "last_add", None)
    return td0_4.ListedPatient(
        identifiers=((patient.ins, patient.ins_oid),),
        last_name=patient.usage_name or patient.birth_name,
        patronymical_name=patient.birth_name,
        first_name=patient.given_names,
        date_of_birth=f"{patient.birth_date:%Y%m%d}",
        medecin_traitant=str(patient.medecin_traitant_id == selectors.rpps_of(context.vihf)).lower(),
        last_access_date=timezone.localtime(row.last_action_at).strftime(_TIMESTAMP),
        last_add_date=timezone.localtime(last_add).strftime(_TIMESTAMP) if last_add else "",
    )


def _instant(text: str) -> datetime:
    try:
        # HL7 V3 and the proprietary services write French wall-clock time; only XDS writes UTC.
        return timezone.make_aware(datetime.strptime(text, _TIMESTAMP))  # noqa: DTZ007  # the zone is given here
    except ValueError:
        raise MalformedMessage(
            "La date de début de la liste n'est pas lisible.",
            code="td0-4-date",
            expected="yyyyMMddHHmmss",
            received=f"{len(text)} caractères",
            reference="WSDL patientsSpecific, startDate",
        ) from None


PATIENT_LIST = Handler(lambda envelope, _parts: td0_4.parse(envelope), lambda _query: ("TD0.4", "TD0.4"), serve)
