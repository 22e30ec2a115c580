"""A NUL in an address or in a JSON body is refused before any view, whatever the database would do of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from tramontane.ui.middleware import RefuseNul

GUARD = RefuseNul(lambda _request: HttpResponse())
SEND = RequestFactory()


@pytest.mark.parametrize("address", ["/patients/80%00/", "/patients/?recherche=a%00b"])
def test_an_address_with_a_nul_names_nothing(address):
    with pytest.raises(Http404):
        GUARD.process_view(SEND.get(address))


def test_a_json_body_with_a_nul_is_a_bad_request():
    with pytest.raises(BadRequest):
        GUARD.process_view(
            SEND.post("/scim/v2/Users", '{"userName": "a\\u0000"}', content_type="application/scim+json")
        )


def test_the_rest_goes_through():
    GUARD.process_view(SEND.get("/patients/?recherche=noël"))
    GUARD.process_view(SEND.post("/api/v1/x", '{"motive": "é\\u00e9"}', content_type="application/json"))
    GUARD.process_view(SEND.post("/comptes/import/", {"file": b"\0"}))
