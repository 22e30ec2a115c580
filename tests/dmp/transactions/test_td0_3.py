"""TD0.3: an authorisation is added or removed, both sides."""

from __future__ import annotations

import pytest

from support.same_xml import shape, shape_of
from support.td_messages import CALL, answered, example, whole
from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage, ServiceStatusError
from tramontane.dmp.transactions import td0_3
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.transactions.td0_3 import Action, Role, SetAuthorization

ANSWER_ID = "urn:uuid:3f0a6a1e-9a10-4a0c-8d8a-5d6e0d0b2202"
REQUEST_ID = "urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1103"


def parsed(request):
    return td0_3.parse(soap.read_envelope(whole(request)))


def respond(status: ServiceStatus) -> bytes:
    return td0_3.respond(status, message_id=ANSWER_ID, relates_to=REQUEST_ID)[1]


def test_the_request_body_is_the_official_example():
    ours = soap.read_envelope(whole(td0_3.request(CALL, Action.AJOUT)))
    official = soap.read_envelope(example("td03_request.xml"))
    assert shape(ours.body) == shape(official.body)
    assert ours.addressing.action == official.addressing.action


def test_the_request_is_never_sent_twice_by_itself():
    request = td0_3.request(CALL, Action.SUPPRESSION)
    assert (request.transaction, request.idempotent) == ("TD0.3", False)
    assert request.url.endswith("/services/habilitations")


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", [None, Role.MEDECIN_TRAITANT])
def test_the_national_side_reads_the_action_and_the_role(action, role):
    assert parsed(td0_3.set_authorization(CALL, action, role)) == SetAuthorization(action, role or "")


def test_the_answer_is_the_official_example():
    assert shape_of(respond(ServiceStatus())) == shape_of(example("td03_response.xml"))


def test_the_official_answer_reads_as_done():
    assert td0_3.read(answered(example("td03_response.xml"))) == ServiceStatus("DMPOk", "")


def test_an_authorisation_already_there_is_a_success_with_its_sentence():
    sentence = "Autorisation déjà présente aucune action effectuée"
    assert td0_3.read(answered(respond(ServiceStatus(context=sentence)))).context == sentence


def test_another_status_is_a_refusal_with_code_and_context_verbatim():
    refusal = ServiceStatus("DMPAccessDeniedByRightsService", "Accès refusé au patient")
    with pytest.raises(ServiceStatusError) as refused:
        td0_3.read(answered(respond(refusal)))
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"
    assert refused.value.remote_text == "Accès refusé au patient"
    assert "setAuthorization" in refused.value.message


@pytest.mark.parametrize("output", ["<output/>", "<output><status> </status></output>"])
def test_an_answer_without_status_is_not_a_success(output):
    answer = f'<setAuthorizationResponse xmlns="urn:si-dmp-habilitations">{output}</setAuthorizationResponse>'
    envelope = soap.build_envelope(soap.Addressing(ANSWER_ID, "a", relates_to=REQUEST_ID), answer.encode())
    with pytest.raises(ServiceStatusError, match="absent"):
        td0_3.read(answered(envelope))


def test_an_answer_without_output_is_malformed():
    answer = b'<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"/>'
    envelope = soap.build_envelope(soap.Addressing(ANSWER_ID, "a", relates_to=REQUEST_ID), answer)
    with pytest.raises(MalformedMessage) as refused:
        td0_3.read(answered(envelope))
    assert refused.value.code == "service-sans-resultat"


def test_the_answer_of_another_service_is_refused_and_named():
    with pytest.raises(MalformedMessage) as refused:
        td0_3.read(answered(example("td02_response_active.xml")))
    assert refused.value.received == "PRPA_IN201308UV02"


def test_another_request_is_refused_by_the_national_side():
    with pytest.raises(MalformedMessage):
        td0_3.parse(soap.read_envelope(example("td02_request.xml")))


def test_a_comment_in_the_action_changes_nothing_to_what_is_read():
    body = whole(td0_3.request(CALL, Action.AJOUT)).replace(b"AJOUT", b"AJ<!-- -->OUT")
    assert td0_3.parse(soap.read_envelope(body)).action == "AJOUT"
