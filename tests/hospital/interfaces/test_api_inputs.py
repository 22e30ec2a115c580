"""The REST API: what it says of itself, and inputs of every shape."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.consultation import Ready
from support.hospital import login
from support.rest_api import base, post, problem


@pytest.fixture
def api(ready: Ready, client: Client) -> Client:
    login(client, ready.account)
    return client


def test_the_openapi_document_names_every_endpoint_and_loads_nothing(client):
    document = client.get("/api/v1/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/v1/session",
        "/api/v1/patients/{ipp}/dmp",
        "/api/v1/patients/{ipp}/dmp/opening",
        "/api/v1/patients/{ipp}/dmp/documents",
        "/api/v1/patients/{ipp}/dmp/documents/{unique_id}",
        "/api/v1/patients/{ipp}/dmp/documents/{unique_id}/content",
        "/api/v1/patients/{ipp}/record/documents",
        "/api/v1/patients/{ipp}/consent",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"401", "403", "404"} <= set(operation["responses"])
            assert operation["security"] == [{"PersonalSession": []}]
    assert client.get("/api/v1/docs").status_code == 404


def test_what_is_not_json_is_a_problem(api, ready):
    response = api.post(f"{base(ready)}/consent", "{", content_type="application/json")
    assert problem(response, 400)["code"] == "demande-illisible"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ipp=st.text(min_size=1, max_size=40), unique_id=st.text(min_size=1, max_size=40))
def test_no_identifier_breaks_the_door_nor_reaches_the_dmp(api, ready, ipp, unique_id):
    for address in ("", f"/documents/{quote(unique_id, safe='')}", f"/documents/{quote(unique_id, safe='')}/content"):
        response = api.get(f"/api/v1/patients/{quote(ipp, safe='')}/dmp{address}")
        assert response.status_code in (404, 422), (ipp, unique_id, response.status_code)
    assert ready.world.asked == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["subject", "choice", "motive", "unique_id", "x"]), inner, max_size=4),
        max_leaves=6,
    )
)  # fmt: skip
def test_no_body_breaks_what_writes(api, ready, body):
    for address in ("/consent", "/record/documents"):
        assert post(api, base(ready) + address, body).status_code in (400, 404, 409, 422)
    assert ready.world.asked == []
