"""TD0.4: the list of patients, both sides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.td_messages import CALL, PATIENT, answered, whole
from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage, ServiceStatusError
from tramontane.dmp.transactions import td0_3, td0_4
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.td0_4 import DateType, ListedPatient, PatientList, PatientListQuery

IDS = {"message_id": "urn:uuid:2", "relates_to": "urn:uuid:1"}
SINCE = datetime(2026, 1, 31, 8, 5, 9, tzinfo=UTC)
FULL = ListedPatient(
    identifiers=((PATIENT.value, PATIENT.authority.value), ("0123", "1.2.250.1.213.1.4.2")),
    last_name="PAT-TROIS",
    patronymical_name="PAT-TROIS",
    first_name="DOMINIQUE",
    civility="MME",
    date_of_birth="19790328",
    medecin_traitant="true",
    message="À revoir",
    last_access_date="20260301101500",
    last_update_date="20260302101500",
    last_add_date="20260303101500",
)


def round_trip(value: PatientList) -> PatientList:
    content_type, body = td0_4.respond(value, **IDS)
    return td0_4.read(answered(body, content_type))


@pytest.mark.parametrize("date_type", list(DateType))
@pytest.mark.parametrize("owner", ["", "899990000012"])
def test_the_national_side_reads_what_was_asked(date_type, owner):
    request = td0_4.request(CALL, since=SINCE, date_type=date_type, ps_owner_id=owner)
    assert (request.transaction, request.idempotent) == ("TD0.4", True)
    assert request.url.endswith("/services/patientsSpecific")
    asked = td0_4.parse(soap.read_envelope(whole(request)))
    assert asked == PatientListQuery("20260131080509", date_type, owner)


def test_an_absent_owner_is_an_absent_element():
    assert b"psOwnerId" not in whole(td0_4.request(CALL, since=SINCE, date_type=DateType.LASTDOC))


@pytest.mark.parametrize("patients", [(), (FULL,), (FULL, ListedPatient(identifiers=()))])
def test_a_list_survives_the_wire_in_its_order(patients):
    assert round_trip(PatientList(patients)) == PatientList(patients)


def test_a_success_may_carry_a_sentence():
    assert round_trip(PatientList((), ServiceStatus(context="Liste tronquée"))).status.context == "Liste tronquée"


def test_a_refusal_is_raised_with_its_code():
    with pytest.raises(ServiceStatusError) as refused:
        round_trip(PatientList((), ServiceStatus("DMPErreur", "non")))
    assert (refused.value.remote_code, refused.value.remote_text) == ("DMPErreur", "non")


def test_a_listed_patient_never_shows_himself_in_a_log():
    assert "DOMINIQUE" not in repr(PatientList((FULL,)))
    assert PATIENT.value not in repr(PatientList((FULL,)))


def test_another_operation_is_refused():
    other = whole(td0_3.request(CALL, td0_3.Action.AJOUT))
    with pytest.raises(MalformedMessage):
        td0_4.parse(soap.read_envelope(other))
