"""Passkeys: what is accepted, and every way to be refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from webauthn.helpers import base64url_to_bytes

from support.authenticator import UP, UV, SoftAuthenticator
from support.hospital import PASSWORD, login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, Passkey
from tramontane.hospital.accounts.proof import SessionProof

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    answer = client.post(address, json.dumps(body or {}), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def enrolled(account: Account, **fields: Any) -> SoftAuthenticator:
    """A key already registered for the account."""
    key = SoftAuthenticator(user_handle=account.handle.bytes, **fields)
    numbers = key.key.public_key().public_numbers()
    import cbor2

    cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
    Passkey.objects.create(
        account=account, name="Clé", credential_id=key.credential_id, public_key=cose, created_at=clock.now()
    )
    return key


def proof_of(client: Client) -> SessionProof | None:
    return proofs.read(client.session)


def use(client: Client, make: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    _, options = post(client, "/connexion/cle/options/")
    return post(client, "/connexion/cle/?suite=/x/", make(options))


def test_a_passkey_alone_logs_in_with_two_factors(client: Client) -> None:
    account = make_account(roles=())
    key = enrolled(account)
    assert use(client, key.assertion) == (200, {"next": "/x/"})
    proof = proof_of(client)
    assert proof is not None
    assert proof.means == "passkey"
    assert proof.two_factors
    assert client.get("/").status_code == 200


def test_the_first_passkey_is_enrolled_after_the_password_and_opens_the_session(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    client.post("/connexion/", {"login": account.login, "password": PASSWORD})
    _, options = post(client, "/connexion/enrolement/cle/options/")
    assert options["authenticatorSelection"]["userVerification"] == "required"
    key = SoftAuthenticator()
    status, answer = post(client, "/connexion/enrolement/cle/", key.attestation(options))
    assert (status, answer["next"]) == (200, "/mon-compte/codes-de-secours/")
    other = Client()
    assert use(other, key.assertion)[0] == 200


def test_the_name_given_to_the_authenticator_tells_nothing_of_the_person(client: Client) -> None:
    account = make_account(password=PASSWORD)
    client.post("/connexion/", {"login": account.login, "password": PASSWORD})
    _, options = post(client, "/connexion/enrolement/cle/options/")
    assert base64url_to_bytes(options["user"]["id"]) == account.handle.bytes
    assert account.handle.version == 4


Case = Callable[[SoftAuthenticator, dict[str, Any]], dict[str, Any]]


def _without(name: str) -> Case:
    def make(key: SoftAuthenticator, options: dict[str, Any]) -> dict[str, Any]:
        answer = key.assertion(options)
        answer["response"].pop(name)
        return answer

    return make


def _set(name: str, value: Any) -> Case:
    return lambda key, options: key.assertion(options) | {name: value}


def _flip(name: str) -> Case:
    def make(key: SoftAuthenticator, options: dict[str, Any]) -> dict[str, Any]:
        answer = key.assertion(options)
        text = answer["response"][name]
        answer["response"][name] = ("A" if text[10] != "A" else "B").join((text[:10], text[11:]))
        return answer

    return make


def _stranger(key: SoftAuthenticator, options: dict[str, Any]) -> dict[str, Any]:
    return SoftAuthenticator(user_handle=key.user_handle).assertion(options)


def _other_handle(key: SoftAuthenticator, options: dict[str, Any]) -> dict[str, Any]:
    key.user_handle = bytes(16)
    return key.assertion(options)


LOGIN_REFUSALS: dict[str, Case] = {
    "another origin": lambda k, o: k.assertion(o, client={"origin": "http://evil.example"}),
    "another port": lambda k, o: k.assertion(o, client={"origin": "http://localhost:9000"}),
    "https origin for an http site": lambda k, o: k.assertion(o, client={"origin": "https://localhost:8000"}),
    "a subdomain": lambda k, o: k.assertion(o, client={"origin": "http://a.localhost:8000"}),
    "origin with a path": lambda k, o: k.assertion(o, client={"origin": "http://localhost:8000/x"}),
    "empty origin": lambda k, o: k.assertion(o, client={"origin": ""}),
    "another relying party": lambda k, o: k.assertion(o, rp_id="evil.example"),
    "relying party with a port": lambda k, o: k.assertion(o, rp_id="localhost:8000"),
    "upper-case relying party": lambda k, o: k.assertion(o, rp_id="LOCALHOST"),
    "no user verification": lambda k, o: k.assertion(o, flags=UP),
    "no user presence": lambda k, o: k.assertion(o, flags=UV),
    "no flag at all": lambda k, o: k.assertion(o, flags=0),
    "a registration's client data": lambda k, o: k.assertion(o, client={"type": "webauthn.create"}),
    "no type": lambda k, o: k.assertion(o, client={"type": ""}),
    "payment type": lambda k, o: k.assertion(o, client={"type": "payment.get"}),
    "another challenge": lambda k, o: k.assertion(o | {"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "an empty challenge": lambda k, o: k.assertion(o | {"challenge": ""}),
    "a truncated challenge": lambda k, o: k.assertion(o | {"challenge": o["challenge"][:-4]}),
    "another key's signature": lambda k, o: k.assertion(o, sign=ec.generate_private_key(ec.SECP256R1())),
    "a signature on another curve": lambda k, o: k.assertion(o, sign=ec.generate_private_key(ec.SECP384R1())),
    "an unknown key": _stranger,
    "another account's handle": _other_handle,
    "no user handle": _without("userHandle"),
    "no signature": _without("signature"),
    "no client data": _without("clientDataJSON"),
    "no authenticator data": _without("authenticatorData"),
    "a changed signature": _flip("signature"),
    "changed client data": _flip("clientDataJSON"),
    "changed authenticator data": _flip("authenticatorData"),
    "a changed handle": _flip("userHandle"),
    "another type of credential": _set("type", "password"),
    "no type of credential": _set("type", None),
    "raw id that is not base64": _set("rawId", "***"),
    "raw id of no key": _set("rawId", "AAAA"),
    "empty raw id": _set("rawId", ""),
    "raw id that is a number": _set("rawId", 1),
    "no response": _set("response", None),
    "a response that is a list": _set("response", []),
    "id different from raw id": _set("id", "AAAA"),
    "nothing": lambda _k, _o: {},
}


@pytest.mark.parametrize("name", LOGIN_REFUSALS)
def test_a_login_is_refused_with(client: Client, name: str) -> None:
    account = make_account()
    key = enrolled(account)
    status, answer = use(client, lambda options: LOGIN_REFUSALS[name](key, options))
    assert status == 422, name
    assert "error" in answer
    assert proof_of(client) is None
    # The same key, honest, still works: the refusal was for that reason.
    key.user_handle = account.handle.bytes
    assert use(client, key.assertion)[0] == 200


def test_an_answer_nested_without_end_is_unreadable(client: Client) -> None:
    answer = client.post("/connexion/cle/", '{"response":' + "[" * 100_000, content_type="application/json")
    assert (answer.status_code, "illisible" in answer.json()["error"]) == (422, True)


def test_an_answer_is_used_once(client: Client) -> None:
    account = make_account()
    key = enrolled(account)
    _, options = post(client, "/connexion/cle/options/")
    answer = key.assertion(options)
    assert post(client, "/connexion/cle/", answer)[0] == 200
    client.post("/deconnexion/")
    assert post(client, "/connexion/cle/", answer)[0] == 422


def test_an_answer_given_to_another_browser_is_refused(client: Client) -> None:
    key = enrolled(make_account())
    _, options = post(client, "/connexion/cle/options/")
    other = Client()
    post(other, "/connexion/cle/options/")
    assert post(other, "/connexion/cle/", key.assertion(options))[0] == 422


def test_a_challenge_dies_after_five_minutes(client: Client) -> None:
    key = enrolled(make_account())
    _, options = post(client, "/connexion/cle/options/")
    session = client.session
    kept = session["passkey_challenge"]
    session["passkey_challenge"] = kept | {"at": (clock.now() - timedelta(minutes=6)).isoformat()}
    session.save()
    assert post(client, "/connexion/cle/", key.assertion(options))[0] == 422


def test_a_counter_that_goes_backwards_is_a_copied_key(client: Client) -> None:
    account = make_account()
    key = enrolled(account)
    key.count = 50
    assert use(client, key.assertion)[0] == 200
    client.post("/deconnexion/")
    key.count = 10
    assert use(client, key.assertion)[0] == 422


def test_a_closed_account_s_key_is_refused(client: Client) -> None:
    account = make_account()
    key = enrolled(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert use(client, key.assertion)[0] == 422


def test_after_a_password_another_person_s_key_does_not_complete_the_login(client: Client) -> None:
    account, other = make_account(password=PASSWORD), make_account()
    enrolled(account)
    key = enrolled(other)
    client.post("/connexion/", {"login": account.login, "password": PASSWORD})
    assert use(client, key.assertion)[0] == 422
    assert proof_of(client) is None


def test_a_passkey_strengthens_an_open_session_of_the_same_person_only(client: Client) -> None:
    account, other = make_account(roles=()), make_account()
    key, foreign = enrolled(account), enrolled(other)
    login(client, account, "recovery")
    assert use(client, foreign.assertion)[0] == 422
    assert use(client, key.assertion)[0] == 200
    proof = proof_of(client)
    assert proof is not None
    assert proof.two_factors


REGISTRATION_REFUSALS: dict[str, Case] = {
    "another origin": lambda k, o: k.attestation(o, client={"origin": "http://evil.example"}),
    "another relying party": lambda k, o: k.attestation(o, rp_id="evil.example"),
    "no user verification": lambda k, o: k.attestation(o, flags=UP),
    "no user presence": lambda k, o: k.attestation(o, flags=UV),
    "a login's client data": lambda k, o: k.attestation(o, client={"type": "webauthn.get"}),
    "another challenge": lambda k, o: k.attestation(o | {"challenge": "AAAA"}),
    "nothing": lambda _k, _o: {},
}


@pytest.mark.parametrize("name", REGISTRATION_REFUSALS)
def test_a_registration_is_refused_with(client: Client, name: str) -> None:
    account = make_account(roles=())
    login(client, account)
    _, options = post(client, "/mon-compte/facteurs/cle/options/")
    status, _ = post(client, "/mon-compte/facteurs/cle/", REGISTRATION_REFUSALS[name](SoftAuthenticator(), options))
    assert status == 422
    assert not Passkey.objects.exists()


def test_a_key_already_registered_is_not_taken_by_someone_else(client: Client) -> None:
    first = make_account()
    key = enrolled(first)
    second = make_account(roles=())
    login(client, second)
    _, options = post(client, "/mon-compte/facteurs/cle/options/")
    key.user_handle = b""
    status, _ = post(client, "/mon-compte/facteurs/cle/", key.attestation(options))
    assert status == 422
    assert Passkey.objects.get().account == first


def test_a_login_challenge_does_not_serve_to_register(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    _, options = post(client, "/connexion/cle/options/")
    answer = SoftAuthenticator().attestation(options | {"user": {"id": "AAAA"}})
    assert post(client, "/mon-compte/facteurs/cle/", answer)[0] == 422
