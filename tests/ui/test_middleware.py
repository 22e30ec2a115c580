"""What no database keeps is refused before any view, in an address or in a JSON body."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from tramontane.ui.middleware import RefuseUnstorable

GUARD = RefuseUnstorable(lambda _request: HttpResponse())


def judge(request, **named):
    GUARD.process_view(request, None, (), named)


SEND = RequestFactory()


@pytest.mark.parametrize("address", ["/patients/80%00/", "/patients/?recherche=a%00b"])
def test_an_address_with_a_nul_names_nothing(address):
    with pytest.raises(Http404):
        judge(SEND.get(address))


@pytest.mark.parametrize(
    "body",
    [
        rb'{"userName": "a\u0000"}',
        '{"userName": "a\\u0000"}'.encode("utf-16"),
        rb'{"userName": "\ud800"}',
        rb'{"userName": "\uDC00"}',
        rb'{"userName": "\ud83dx\ude00"}',
        rb'{"userName": "\ud83d\ud83d\ude00"}',
    ],
)
def test_a_json_body_with_what_is_no_text_is_a_bad_request(body):
    with pytest.raises(BadRequest):
        judge(SEND.post("/scim/v2/Users", body, content_type="application/scim+json"))


def test_a_number_that_no_key_can_be_names_nothing():
    with pytest.raises(Http404):
        judge(SEND.get("/patients/9223372036854775808/"), patient_id=2**63)


def test_the_rest_goes_through():
    judge(SEND.get("/patients/?recherche=noël"))
    judge(SEND.post("/api/v1/x", '{"motive": "é\\u00e9"}', content_type="application/json"))
    judge(SEND.post("/api/v1/x", rb'{"motive": "\ud83d\ude00\uD83D\uDE00"}', content_type="application/json"))
    judge(SEND.get("/patients/9223372036854775807/"), patient_id=2**63 - 1, word="x")
    judge(SEND.post("/comptes/import/", {"file": b"\0"}))
