"""Back-channel logout: a provider ends the sessions it opened, and no one else does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from support.evil_op import CLIENT_SECRET, EvilProvider, rsa_key, sign
from support.hospital import make_account
from tramontane.hospital.accounts.models import OpenSession
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
Declare = Callable[..., None]
NOW = int(time.time())


def opened(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    account = make_account(roles=())
    evil.identity = {"SubjectNameID": f"8{account.rpps}"}
    started = client.get("/connexion/oidc/psc/")
    client.get("/connexion/oidc/psc/retour/", evil.authorize(started["Location"]))
    assert client.get("/").status_code == 200


def notify(token: Any, key: str = "psc") -> Any:
    return Client(enforce_csrf_checks=True).post(f"/connexion/oidc/{key}/fin/", {"logout_token": token})


@pytest.mark.parametrize("absent", [{}, {"sid": None}, {"sub": None}])
def test_a_logout_ends_the_session_at_its_next_request_and_is_traced(
    client: Client, evil: EvilProvider, declare: Declare, absent: dict[str, None]
) -> None:
    opened(client, evil, declare)
    answer = notify(evil.logout_token(**absent))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/")["Location"].startswith("/connexion/")
    assert Trace.objects.filter(event="connexion.fin").exists()


def test_another_session_of_the_same_person_stays_open(client: Client, evil: EvilProvider, declare: Declare) -> None:
    opened(client, evil, declare)
    assert notify(evil.logout_token(sid="session-2")).status_code == 200
    assert client.get("/").status_code == 200


EVENTS: dict[str, dict[str, str]] = {"http://schemas.openid.net/event/backchannel-logout": {}}
REFUSALS: dict[str, tuple[Callable[[EvilProvider], Any], str]] = {
    "another algorithm": (
        lambda op: sign({"alg": "HS256", "kid": "a"}, {}, CLIENT_SECRET.encode()),
        "algorithme-refuse",
    ),
    "no algorithm": (lambda op: sign({"alg": "none"}, {}, b"") + "AA", "algorithme-refuse"),
    "another key": (
        lambda op: sign({"alg": "RS256", "kid": "a"}, {"iss": op.issuer}, rsa_key("b")),
        "signature-fausse",
    ),
    "another issuer": (lambda op: op.logout_token(iss="https://evil.example"), "emetteur"),
    "no issuer": (lambda op: op.logout_token(iss=None), "emetteur"),
    "another audience": (lambda op: op.logout_token(aud="autre"), "audience"),
    "no audience": (lambda op: op.logout_token(aud=None), "audience"),
    "an old issue date": (lambda op: op.logout_token(iat=NOW - 86_400), "iat"),
    "no issue date": (lambda op: op.logout_token(iat=None), "iat"),
    "expired": (lambda op: op.logout_token(exp=NOW - 3600), "exp"),
    "no event": (lambda op: op.logout_token(events=None), "evenement"),
    "another event": (lambda op: op.logout_token(events={"autre": {}}), "evenement"),
    "an event that is a list": (lambda op: op.logout_token(events=list(EVENTS)), "evenement"),
    "an event that is not an object": (lambda op: op.logout_token(events=dict.fromkeys(EVENTS, "x")), "evenement"),
    "a nonce": (lambda op: op.logout_token(nonce="x"), "nonce-interdit"),
    "no identifier": (lambda op: op.logout_token(jti=None), "jti"),
    "neither subject nor session": (lambda op: op.logout_token(sub=None, sid=None), "sujet-et-session-absents"),
    "no token": (lambda op: "", "jeton-malforme"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_logout_is_refused_with(client: Client, evil: EvilProvider, declare: Declare, name: str) -> None:
    opened(client, evil, declare)
    make, code = REFUSALS[name]
    answer = notify(make(evil))
    assert answer.status_code == 400
    assert answer.json()["error_description"] == code
    assert client.get("/").status_code == 200
    assert OpenSession.objects.count() == 1


def test_a_logout_token_is_used_once(client: Client, evil: EvilProvider, declare: Declare) -> None:
    opened(client, evil, declare)
    token = evil.logout_token()
    assert notify(token).status_code == 200
    assert notify(token).json()["error_description"] == "jti-rejoue"


def test_an_id_token_is_not_a_logout_token(client: Client, evil: EvilProvider, declare: Declare) -> None:
    opened(client, evil, declare)
    token = evil.sign({"iss": evil.issuer, "aud": "hopital", "iat": NOW, "exp": NOW + 60, "sub": "x", "nonce": "y"})
    assert notify(token).status_code == 400
