"""What the tests of the REST API share: its addresses, its bodies, its problems."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from support.consultation import Ready


def base(ready: Ready) -> str:
    return f"/api/v1/patients/{ready.patient.ipp}"


def post(client: Client, address: str, body: Any = None, **options: Any) -> Any:
    return client.post(address, json.dumps({} if body is None else body), content_type="application/json", **options)


def problem(response: HttpResponse | Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"] == f"urn:tramontane:probleme:{body['code']}"
    return body
