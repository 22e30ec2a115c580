"""A request that failed: whose fault, in the form its caller reads, and nothing of what was being done."""

from __future__ import annotations

import errno
import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from support.killable import Hospital
from support.postgres import Cluster, binaries

PAGE = "/connexion/"
SECRET = "password=secret of the connection"
AWAY = {
    "gone": OperationalError(SECRET),
    "closed": InterfaceError(SECRET),
    "disk full": OSError(errno.ENOSPC, SECRET),
}
INTERFACES = {
    "/api/v1/openapi.json": ("application/problem+json", lambda body: body["code"]),
    "/fhir/metadata": ("application/fhir+json", lambda body: body["issue"][0]["details"]["coding"][0]["code"]),
    "/scim/v2/Users": ("application/scim+json", lambda body: body["status"]),
}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def failure(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What every request meets once it is put in."""
    met: list[BaseException] = []

    def identify(*_args: object) -> str:
        raise met[0]

    monkeypatch.setattr("tramontane.hospital.accounts.middleware.SessionGuard._identify", identify)
    return met


@pytest.mark.parametrize("case", AWAY)
def test_what_comes_back_by_itself_is_a_page_that_says_so_and_nothing_else(
    case: str, client: Client, failure: list[BaseException]
) -> None:
    failure.append(AWAY[case])
    shown = client.get(f"{PAGE}?suite=%2Fpatients%2F")
    said = shown.content.decode()
    assert (shown.status_code, shown["Retry-After"], shown["Cache-Control"]) == (503, "10", "no-store")
    assert "Réessayer" in said
    assert f'href="{PAGE}?suite=%2Fpatients%2F"' in said
    assert "secret" not in said
    sent = client.post(PAGE).content.decode()
    assert "vérifiez-le avant de l’envoyer de nouveau" in sent
    assert 'href="/"' in sent


@pytest.mark.parametrize(("error", "status"), [(AWAY["gone"], 503), (RuntimeError(SECRET), 500)])
@pytest.mark.parametrize("path", INTERFACES)
def test_each_interface_says_it_in_its_own_json(
    path: str, error: BaseException, status: int, client: Client, failure: list[BaseException]
) -> None:
    failure.append(error)
    answer = client.get(path)
    kind, read = INTERFACES[path]
    assert (answer.status_code, answer["Content-Type"]) == (status, kind)
    assert read(answer.json()) in ({503: "base-indisponible", 500: "erreur-interne"}[status], str(status))
    assert ("Retry-After" in answer) == (status == 503)
    assert b"secret" not in answer.content


def test_a_script_of_ours_is_given_a_sentence_to_show(client: Client, failure: list[BaseException]) -> None:
    failure.append(AWAY["gone"])
    answer = client.post(PAGE, b"{}", content_type="application/json", headers={"Accept": "application/json"})
    assert (answer.status_code, "base de données" in answer.json()["error"]) == (503, True)


def test_a_wrong_address_and_a_malformed_request_are_said_in_json_or_french(client: Client) -> None:
    lost = client.get("/api/v1/nothing-here")
    assert (lost.status_code, lost.json()["code"]) == (404, "adresse-inconnue")
    odd = client.post("/api/v1/nothing-here", headers={"Host": "evil.example"})
    assert (odd.status_code, odd.json()["code"]) == (400, "demande-illisible")
    page = client.get("/", headers={"Host": "evil.example"})
    assert (page.status_code, "Cette demande n’est pas lisible" in page.content.decode()) == (400, True)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Hospital, Cluster]]:
    if binaries() is None:
        pytest.skip("no PostgreSQL server on this machine")
    cluster = Cluster(durable=False)
    hospital = Hospital(tmp_path / "hospital", cluster.create("hospital"))
    try:
        hospital.run("django.core.management:call_command", "migrate", "sessions")  # all that the page reads
        hospital.start("server")
        yield hospital, cluster
    finally:
        hospital.stop()
        cluster.stop()


def asked(hospital: Hospital, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", hospital.port, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": "session=of-an-earlier-day"} if path == PAGE else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_pages_come_back_by_themselves_when_postgresql_does(served: tuple[Hospital, Cluster]) -> None:
    hospital, cluster = served
    assert asked(hospital, PAGE)[0] == 200
    cluster.halt()
    status, said = asked(hospital, PAGE)
    assert (status, "Sa base de données" in said) == (503, True)
    ready, checks = asked(hospital, "/health/ready")
    assert (ready, json.loads(checks)["database"]) == (503, False)
    assert asked(hospital, "/health/live")[0] == 200
    assert "tramontane_database_up 0.0" in asked(hospital, "/metrics")[1]
    cluster.start()
    assert asked(hospital, PAGE)[0] == 200
    assert json.loads(asked(hospital, "/health/ready")[1])["database"] is True
