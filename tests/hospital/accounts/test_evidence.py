"""Which tokens prove two factors: 576 combinations and 10,000 random ones against an oracle that shares no code."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from support.evil_op import CLIENT_ID, Claims, public_jwk, rsa_key, sign
from tramontane.hospital.accounts.oidc import tokens
from tramontane.hospital.accounts.oidc.evidence import judge
from tramontane.hospital.accounts.oidc.profiles import ProfileError, ProviderProfile, build
from tramontane.hospital.accounts.views.delegated import proof_from
from tramontane.rules.access.facts import AccessFacts
from tramontane.rules.access.professional import IDENTIFICATION

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ISSUER = "https://sso.ch-exemple.fr"
PROFILES = {
    name: build(
        {"key": "op", "profile": name, "issuer": ISSUER, "client_id": CLIENT_ID, "legal_entity": "690000001"}, {}
    )
    for name in ("pro-sante-connect", "lemonldap-ng", "keycloak")
}
BASE = {"key": "x", "label": "SSO", "issuer": ISSUER, "client_id": "y", "legal_entity": "690000001"}
# What each provider writes for each kind of evidence; the rows below are the test's own, not the product's.
ACR: dict[str, dict[str, Any]] = {
    "pro-sante-connect": {"ok": "eidas2", "absent": None, "wrong": "https://evil.example/eidas2", "lower": "0"},
    "lemonldap-ng": {"ok": "eidas2", "absent": None, "wrong": "EIDAS2", "lower": "eidas1"},
    "keycloak": {"ok": "2", "absent": None, "wrong": 2, "lower": "1"},
}
AMR: dict[str, dict[str, list[str]]] = {
    "pro-sante-connect": {"pwd": ["pwd"], "otp": ["pwd", "otp", "mfa"], "webauthn": ["pwd", "hwk", "mfa"], "none": []},
    "lemonldap-ng": {"pwd": ["pwd"], "otp": ["pwd", "otp", "mfa"], "webauthn": ["pwd", "hwk", "mfa"], "none": []},
    "keycloak": {"pwd": ["pwd"], "otp": ["otp", "pwd"], "webauthn": ["hwk", "pin"], "none": []},
}
AUTH_TIME = {"fresh": timedelta(minutes=5), "stale": timedelta(days=2), "zero": None, "absent": None}


def cases() -> Iterator[tuple[str, str, str, str, str]]:
    means, acr = ("pwd", "otp", "webauthn", "none"), ("ok", "absent", "wrong", "lower")
    yield from product(PROFILES, means, acr, ("list", "string", "absent"), AUTH_TIME)


def claims_of(provider: str, means: str, acr: str, amr: str, auth_time: str) -> Claims:
    claims: Claims = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "x",
        "nonce": "n",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
    }
    if ACR[provider][acr] is not None:
        claims["acr"] = ACR[provider][acr]
    methods = AMR[provider][means]
    if amr != "absent":
        claims["amr"] = methods if amr == "list" else " ".join(methods)
    if auth_time == "zero":
        claims["auth_time"] = 0
    elif auth_time != "absent":
        claims["auth_time"] = int((NOW - AUTH_TIME[auth_time]).timestamp())  # type: ignore[operator]
    return claims


def expected(provider: str, means: str, acr: str, amr: str, auth_time: str) -> bool:
    """The oracle, in words: a fresh authentication, the right level, and (but for the State's own) listed methods."""
    if auth_time != "fresh" or acr != "ok":
        return False
    return provider == "pro-sante-connect" or (amr == "list" and means in ("otp", "webauthn"))


def opens_the_dmp(profile: ProviderProfile, claims: Claims) -> bool:
    """From the signed token to the conditions of EXI 23, as the application goes."""
    token = sign({"alg": "RS256", "kid": "a"}, claims, rsa_key("a"))
    verified = tokens.id_token(
        token, profile, lambda _again: [public_jwk(rsa_key("a"), "a")], tokens.Expected("n"), NOW
    )
    proof = proof_from(profile, verified, NOW)
    assert proof.two_factors or proof.why_not
    facts = AccessFacts(proof=proof.for_rules())
    factors = [
        c for c in IDENTIFICATION if c.code in ("deux-facteurs-absents", "deux-facteurs-inconnus", "facteur-unique")
    ]
    assert len(factors) == 3
    opens = all(condition.holds(facts) for condition in factors)
    assert opens == proof.two_factors
    return opens


def test_none_of_the_576_tokens_is_judged_wrong() -> None:
    every = list(cases())
    assert len(every) == 576
    wrong = [case for case in every if opens_the_dmp(PROFILES[case[0]], claims_of(*case)) != expected(*case)]
    assert wrong == []
    assert sum(expected(*case) for case in every) == 12 + 2 + 2


ODD: tuple[Any, ...] = (
    None,
    "",
    "2",
    "eidas1",
    "eidas2",
    "eidas2 ",
    "Eidas2",
    2,
    True,
    [],
    ["eidas2"],
    {"a": 1},
    "mfa",
)
METHODS = ("pwd", "otp", "hwk", "mfa", "pin", "sc", "swk", "sms", "OTP", "")


def random_amr(draw: random.Random) -> Any:
    size = draw.randint(0, 4)
    methods: list[Any] = [draw.choice(METHODS) for _ in range(size)]
    shape = draw.randrange(8)
    if shape == 0:
        return " ".join(methods)
    if shape == 1:
        return [*methods, draw.choice((1, None, ["pwd"], True))]
    if shape == 2:
        return dict.fromkeys(methods, 1)
    if shape == 3:
        return draw.choice((None, 3, True, "pwd"))
    if shape == 4:
        return draw.choice((["pwd", "otp", "mfa"], ["pwd", "otp"], ["mfa", "otp", "pwd", "pwd"], ["hwk", "pin"]))
    return methods


def oracle(name: str, acr: Any, amr: Any, auth_time: Any) -> bool:
    limit = 14_400 if name == "pro-sante-connect" else 36_000
    if type(auth_time) not in (int, float) or auth_time <= 0:
        return False
    if not -30 <= NOW.timestamp() - auth_time <= limit:
        return False
    if name == "pro-sante-connect":
        return type(acr) is str and acr in ("eidas1", "eidas2")
    if type(amr) is not list or any(type(item) is not str for item in amr):
        return False
    methods = sorted(set(amr))
    if name == "lemonldap-ng":
        return acr == "eidas2" and methods in (["mfa", "otp", "pwd"], ["hwk", "mfa", "pwd"])
    return type(acr) is str and acr == "2" and methods in (["otp", "pwd"], ["hwk", "pin"])


def test_10_000_random_tokens_agree_with_the_oracle() -> None:
    draw = random.Random(20261123)
    wrong, proven = [], 0
    for _ in range(10_000):
        name = draw.choice(list(PROFILES))
        acr, amr = draw.choice(ODD), random_amr(draw)
        ages = (-3600, -31, -29, 0, 60, 14_399, 14_401, 35_999, 36_001, 10**6)
        auth_time = draw.choice((None, 0, -1, True, "1", [1], *(int(NOW.timestamp()) - age for age in ages)))
        claims = {"acr": acr, "amr": amr, "auth_time": auth_time}
        proven += oracle(name, acr, amr, auth_time)
        if bool(judge(PROFILES[name], claims, NOW).factors) != oracle(name, acr, amr, auth_time):
            wrong.append((name, claims))
    assert wrong == []
    assert proven > 100


def test_a_provider_without_a_table_proves_nothing() -> None:
    profile = build(BASE, {})
    judged = judge(profile, {"acr": "eidas2", "amr": ["pwd", "otp", "mfa"], "auth_time": NOW.timestamp()}, NOW)
    assert judged.factors == ()
    assert judged.why_not


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": []}, "algorithms"),
        ({"issuer": "http://sso.ch-exemple.fr"}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"legal_entity": ""}, "legal_entity"),
        ({"token_auth_method": "none"}, "token_auth_method"),
        ({"account_kind": "email"}, "account_kind"),
        ({"key": "a/b"}, "key"),
        ({"unknown": 1}, "unknown"),
        ({"client_secret_env": "ABSENT"}, "ABSENT"),
        ({"profile": "../../secrets"}, "inconnu"),
        ({"acceptance": [{"factors": ["connaissance", "possession"]}]}, "acr"),
        ({"acceptance": [{"acr": "2", "factors": ["possession"]}]}, "deux facteurs"),
        ({"acceptance": [{"acr": "2", "factors": ["possession", "magie"]}]}, "deux facteurs"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused_by_name(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(ProfileError, match=word):
        build(BASE | changes, {})
