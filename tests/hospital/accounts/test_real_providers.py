"""Delegated login with providers written by others: code and PKCE, two factors there or only one."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyotp
import pytest
import yaml
from django.test import Client

from support.evil_op import CLIENT_ID
from support.hospital import login, make_account, make_legal_entity
from support.real_providers import CLIENT_SECRET, LemonldapPerson, RealProvider, Stranger, lemonldap, oidc_provider
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, OpenSession, Role
from tramontane.hospital.accounts.oidc import metadata, profiles
from tramontane.hospital.accounts.proof import SessionProof

pytestmark = pytest.mark.django_db
BASE = "http://localhost:8000"
START = "/connexion/oidc/real/?suite=/mon-compte/facteurs/"
RETURN = f"{BASE}/connexion/oidc/real/retour/"


@pytest.fixture
def people() -> tuple[Account, Account]:
    """One with two factors at the provider's, one with a password only."""
    entity = make_legal_entity()
    return make_account(entity, roles=(Role.ADMISSIONS,)), make_account(entity, roles=(Role.ADMISSIONS,))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    metadata.forget()
    yield
    metadata.forget()
    profiles.load.cache_clear()


def declare(
    provider: RealProvider, people: tuple[Account, Account], directory: Path, settings: Any, **fields: Any
) -> None:
    """The operator's file."""
    entry = {
        "key": "real",
        "profile": "lemonldap-ng",
        "issuer": provider.issuer,
        "discovery": provider.discovery,
        "client_id": CLIENT_ID,
        "client_secret_env": "REAL_SECRET",
        "legal_entity": people[0].legal_entity.finess_juridique,
        **fields,
    }
    path = directory / "providers.yaml"
    path.write_text(yaml.safe_dump({"providers": [entry]}))
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, providers_file=str(path))


def proof_of(client: Client) -> SessionProof:
    proof = proofs.read(client.session)
    assert proof is not None
    return proof


def come_back(client: Client, address: str) -> Any:
    assert address.startswith(RETURN)
    return client.get(address.removeprefix(BASE))


def assert_two_factors(client: Client, account: Account, amr: list[str]) -> None:
    proof = proof_of(client)
    assert OpenSession.objects.get(session_key=client.session.session_key).account == account
    assert proof.two_factors, proof.why_not
    assert proof.detail is not None
    assert (proof.detail["acr"], proof.detail["amr"]) == ("eidas2", amr)
    assert abs(proof.detail["auth_time"] - time.time()) < 600


def assert_one_factor_stays_out(client: Client) -> None:
    """Open, but not for the DMP, and told why; confirming with the same single factor changes nothing."""
    assert not proof_of(client).two_factors
    page = client.get("/mon-compte/confirmer/").content.decode()
    assert "n’a pas indiqué une authentification à deux facteurs" in page


def test_npm_oidc_provider_with_a_code_proves_two_factors_and_with_a_password_one(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, people: tuple[Account, Account]
) -> None:
    monkeypatch.setenv("REAL_SECRET", CLIENT_SECRET)
    secret = secrets.token_bytes(20)
    code = pyotp.TOTP(base64.b32encode(secret).decode())
    known = {account.login: {"password": "pw", "rpps": str(account.rpps), "secret": secret.hex()} for account in people}
    with oidc_provider(RETURN, known) as provider:
        claims = '{"id_token":{"acr":null,"amr":null,"rpps":null}}'
        declare(provider, people, tmp_path, settings, extra_parameters={"claims": claims})

        def authorize(client: Client, account: Account, fields: dict[str, str], start: str = START) -> Any:
            browser = Stranger()
            where, _ = browser.follow(client.get(start)["Location"], until=RETURN)
            where, _ = browser.follow(where, {"login": account.login, "password": "pw"} | fields, until=RETURN)
            return come_back(client, where)

        strong, weak = Client(), Client()
        answer = authorize(strong, people[0], {"code": code.now()})
        assert answer["Location"] == "/mon-compte/facteurs/"
        assert_two_factors(strong, people[0], ["pwd", "otp", "mfa"])
        authorize(weak, people[1], {})
        assert_one_factor_stays_out(weak)
        step_up = START.replace("?", "?confirmer=1&")
        authorize(weak, people[1], {}, step_up)
        assert not proof_of(weak).two_factors, "confirmed with one factor again"
        stranger = authorize(weak, people[0], {"code": code.now()}, step_up)
        assert "<code>autre-personne</code>" in stranger.content.decode()
        authorize(weak, people[1], {"code": code.now()}, step_up)
        assert_two_factors(weak, people[1], ["pwd", "otp", "mfa"])


def test_lemonldap_ng_with_a_totp_proves_two_factors_and_without_one(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, people: tuple[Account, Account]
) -> None:
    monkeypatch.setenv("REAL_SECRET", CLIENT_SECRET)
    rpps = {"dwho": str(people[0].rpps), "rtyler": str(people[1].rpps)}
    work = tmp_path / "lemonldap"
    with lemonldap(RETURN, rpps, work) as provider:
        declare(provider, people, tmp_path, settings)
        secret = LemonldapPerson(provider, "dwho").enrol()
        strong, weak = Client(), Client()
        where = LemonldapPerson(provider, "dwho").authorize(strong.get(START)["Location"], secret, until=RETURN)
        assert come_back(strong, where)["Location"] == "/mon-compte/facteurs/"
        assert_two_factors(strong, people[0], ["pwd", "otp", "mfa"])
        replayed = come_back(Client(), where)
        assert "<code>state</code>" in replayed.content.decode(), "another browser with the same answer"
        where = LemonldapPerson(provider, "rtyler").authorize(weak.get(START)["Location"], "", until=RETURN)
        come_back(weak, where)
        assert_one_factor_stays_out(weak)
        login(weak, people[0], "password")
        step_up = weak.get(START.replace("?", "?confirmer=1&"))["Location"]
        refused = come_back(weak, LemonldapPerson(provider, "rtyler").authorize(step_up, "", until=RETURN))
        assert "<code>autre-personne</code>" in refused.content.decode()
