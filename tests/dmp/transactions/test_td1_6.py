"""TD1.6: the list of authorisations, both sides."""

from __future__ import annotations

import pytest

from support.td_messages import CALL, answered, whole
from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage, ServiceStatusError
from tramontane.dmp.transactions import td0_3, td1_6
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.td1_6 import AuthorizationList, ListAuthorizations, ListedAuthorization, Mode

IDS = {"message_id": "urn:uuid:2", "relates_to": "urn:uuid:1"}
FULL = ListedAuthorization(
    national_id="899990000012",
    first_name="CAMILLE",
    last_name="MARTIN",
    specialities=(("G15_10/SM26", "Médecin - Qualifié en médecine générale (SM)"), ("G15_10/SM54", "")),
    start_of_authorization="20260301",
    last_action_date="20260302",
    mode="ACTIVE",
    specific_rights=("MEDECIN_TRAITANT", "AUTRE"),
)


def round_trip(value: AuthorizationList) -> AuthorizationList:
    content_type, body = td1_6.respond(value, **IDS)
    return td1_6.read(answered(body, content_type))


@pytest.mark.parametrize("mode", list(Mode))
def test_the_national_side_reads_the_mode(mode):
    request = td1_6.request(CALL, mode)
    assert (request.transaction, request.idempotent) == ("TD1.6", True)
    assert request.url.endswith("/services/habilitations")
    assert td1_6.parse(soap.read_envelope(whole(request))) == ListAuthorizations(mode)


def test_the_active_authorisations_are_asked_for_by_default():
    assert td1_6.parse(soap.read_envelope(whole(td1_6.request(CALL)))).mode == "ACTIVE"


@pytest.mark.parametrize("listed", [(), (FULL,), (ListedAuthorization("899990000020"), FULL)])
def test_a_list_survives_the_wire_in_its_order(listed):
    assert round_trip(AuthorizationList(listed)) == AuthorizationList(listed)


def test_the_elements_are_in_the_order_of_the_wsdl():
    _, body = td1_6.respond(AuthorizationList((FULL,)), **IDS)
    record = soap.read_envelope(body).body[0][0]
    assert [child.tag.rpartition("}")[2] for child in record] == [
        "nationalId",
        "nationalIdType",
        "firstName",
        "lastName",
        "codeSpeciality",
        "codeSpeciality",
        "libSpeciality",
        "startOfAuthorization",
        "lastActionDate",
        "mode",
        "specificRight",
        "specificRight",
    ]


def test_a_refusal_is_raised_with_its_code():
    with pytest.raises(ServiceStatusError) as refused:
        round_trip(AuthorizationList((), ServiceStatus("DMPErreur", "non")))
    assert refused.value.remote_code == "DMPErreur"


def test_another_operation_is_refused():
    with pytest.raises(MalformedMessage):
        td1_6.parse(soap.read_envelope(whole(td0_3.request(CALL, td0_3.Action.AJOUT))))
