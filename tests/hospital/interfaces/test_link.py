"""The signed link, check by check: what is forged, altered, expired or incomplete opens nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from support.record_system import Signer, b64
from tramontane.hospital.interfaces.link import CLOCK_SKEW, LaunchRefusedError, Link, fingerprint, verified

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIGNER = Signer("dpi-essai")
AUDIENCE = "http://localhost:8000"


@dataclass(frozen=True)
class Issuer:
    identifier: str


def key_of(kid: str) -> Any:
    public = SIGNER.key.public_key()
    return (public, Issuer("dpi-essai")) if kid == fingerprint(public) else None


def claims(**changes: Any) -> dict[str, Any]:
    return SIGNER.claims(NOW, **({"rpps": "10000000001", "ipp": "IPP1"} | changes))


def read(token: str, *, at: datetime = NOW) -> Link:
    return verified(token, key_of, audience=AUDIENCE, at=at)


def refused(token: str, *, at: datetime = NOW) -> str:
    with pytest.raises(LaunchRefusedError) as error:
        read(token, at=at)
    assert error.value.sentence
    assert error.value.next_step
    return error.value.code


def test_a_good_link_says_who_and_for_whom():
    link = read(SIGNER.sign(claims(episode="V1")))
    assert (link.rpps, link.login, link.ipp, link.ins, link.episode) == ("10000000001", "", "IPP1", "", "V1")


def test_a_login_and_an_ins_name_as_well_as_an_rpps_and_an_ipp():
    link = read(SIGNER.sign(claims(rpps=None, login="alix", ipp=None, ins="279035121518989")))
    assert (link.login, link.ins) == ("alix", "279035121518989")


def test_another_key_under_the_same_name_is_a_false_signature():
    thief = Signer("dpi-essai", Ed25519PrivateKey.generate())
    assert refused(thief.sign(claims(), kid=fingerprint(SIGNER.key.public_key()))) == "lien-signature"
    assert refused(thief.sign(claims())) == "lien-cle"


@pytest.mark.parametrize("part", [0, 1])
def test_one_altered_claim_or_header_breaks_the_signature(part):
    parts = SIGNER.sign(claims()).split(".")
    good = json.loads(_decoded(parts[part]))
    parts[part] = b64(json.dumps(good | ({"typ": "JWT"} if part == 0 else {"ipp": "IPP2"})).encode())
    assert refused(".".join(parts)) == "lien-signature"


def _decoded(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": ["EdDSA"]},
        {"typ": "at+jwt"},
        {"jwk": {"kty": "OKP"}},
        {"crit": ["exp"]},
        {"jku": "https://mechant.test"},
    ],
)
def test_another_algorithm_or_a_header_that_brings_its_key_is_not_read(header):
    assert refused(SIGNER.sign(claims(), **header)) == "lien-illisible"


@pytest.mark.parametrize("kid", [None, 1, "", "0" * 64])
def test_a_link_without_a_known_key_is_refused(kid):
    assert refused(SIGNER.sign(claims(), kid=kid)) == "lien-cle"


@pytest.mark.parametrize("kid", ["\0", "\ud800", "é" * 64, "A" * 64])
def test_what_is_no_fingerprint_is_never_looked_up(kid):
    """A database refuses a NUL and half a character by an error: the first page that anybody may ask would answer 500."""
    looked_up = []
    with pytest.raises(LaunchRefusedError) as refusal:
        verified(SIGNER.sign(claims(), kid=kid), looked_up.append, audience=AUDIENCE, at=NOW)
    assert (refusal.value.code, looked_up) == ("lien-cle", [])


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "é.é.é", "a" * 5000, "....", "W10.W10.W10", "e30.W10.aa"])
def test_what_is_not_a_link_is_unreadable(token):
    assert refused(token) == "lien-illisible"


def test_two_values_for_one_claim_are_unreadable():
    body = json.dumps(claims())[:-1] + ', "ipp": "IPP2"}'
    assert refused(SIGNER.sign(body.encode())) == "lien-illisible"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "autre-dpi"}, "lien-destinataire"),
        ({"aud": "https://autre.test"}, "lien-destinataire"),
        ({"aud": ["http://localhost:8000"]}, "lien-destinataire"),
        ({"exp": None}, "lien-duree"),
        ({"iat": None}, "lien-duree"),
        ({"exp": int(NOW.timestamp()) + 61}, "lien-duree"),
        ({"exp": int(NOW.timestamp())}, "lien-duree"),
        ({"exp": str(int(NOW.timestamp()) + 30)}, "lien-duree"),
        ({"iat": True}, "lien-duree"),
        ({"jti": None}, "lien-incomplet"),
        ({"jti": "court"}, "lien-incomplet"),
        ({"jti": 1234567890123456}, "lien-incomplet"),
        ({"rpps": None}, "lien-incomplet"),
        ({"login": "alix"}, "lien-incomplet"),
        ({"ipp": None}, "lien-incomplet"),
        ({"ins": "279035121518989"}, "lien-incomplet"),
        ({"ipp": ["IPP1"]}, "lien-incomplet"),
        ({"ipp": "IPP\0"}, "lien-incomplet"),
        ({"episode": 12}, "lien-incomplet"),
        ({"proof": "two-factors"}, "lien-incomplet"),
    ],
)
def test_each_wrong_claim_is_refused_and_named(changes, code):
    assert refused(SIGNER.sign(claims(**changes))) == code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, ""), (59, ""), (64, ""), (65, "lien-expire"), (3600, "lien-expire"), (-5, ""), (-6, "lien-futur")],
)
def test_a_link_lives_a_minute_give_or_take_the_clocks(seconds, code):
    assert timedelta(seconds=5) == CLOCK_SKEW
    token, at = SIGNER.sign(claims()), NOW + timedelta(seconds=seconds)
    assert (refused(token, at=at) if code else read(token, at=at) and "") == code


@given(st.text(max_size=200))
def test_no_text_gets_in_nor_breaks_the_reader(text):
    with pytest.raises(LaunchRefusedError):
        read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_signed_payload_of_another_shape_gets_in_nor_breaks_the_reader(payload):
    with pytest.raises(LaunchRefusedError):
        read(SIGNER.sign(payload))
