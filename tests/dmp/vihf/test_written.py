"""The form we write, recognised without a tree (ADR 6): whatever it accepts, the tree accepts too.

`conftest.py` judges every document of this folder both ways. Here the forger holds the key, and signs bytes that
are not canonical as if they were: only the reading of the form stands between him and the value that is read.
"""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.vihf_forgery import envelope, failed_codes, judge, judge_token
from support.vihf_tokens import AIR, AIR_EXAMPLE, ASSERTION_ID, INDIRECTE, ISSUED, signer, token
from tramontane.dmp.errors import LocalError
from tramontane.dmp.saml import find_written
from tramontane.dmp.saml.writing import START, XS_DECLARATION
from tramontane.dmp.signature import enveloped_signature, key_info
from tramontane.dmp.vihf import build

_SIGNATURE, _AFTER_SIGNATURE = "<Signature ", "</Signature>"
_MARKS = [
    *"\t\n\r\"'&<>;#=/ -!?x:\x7f\x85\xa0\u2028\ufeff\ufffe\uffff\U0001f600é",
    *("&#65;", "&#x41;", "&apos;", "&quot;", "&gt;", "&lt;", "&amp;", "&amp", "&#xA;", "&#xD;", "&#x9;", "&nbsp;"),
    *("<!---->", "<!-- x -->", "<?a?>", "<?a b?>", "<![CDATA[]]>", "<![CDATA[x]]>", "<a/>", "<a></a>", "]]>", "\r\n"),
    *(
        ' xmlns:a="urn:b"',
        ' xmlns="urn:b"',
        ' xmlns=""',
        ' a="b"',
        ' xml:lang="fr"',
        ' xsi:type="CE"',
        ' xmlns:xs="urn:b"',
    ),
    *(
        ' code="1"',
        ' ID="x"',
        f' ID="{ASSERTION_ID}"',
        ASSERTION_ID,
        "xs:",
        "saml2:",
        "</saml2:Assertion>",
        "<saml2:Assertion ",
    ),
]


def signed_text() -> str:
    """What the good token signs: itself, without its Signature and without the declaration of xs."""
    before, _, rest = token().decode().partition(_SIGNATURE)
    return before.replace(XS_DECLARATION, "", 1) + rest.partition(_AFTER_SIGNATURE)[2]


def signed_as_it_is(text: str, *, declaration: str = XS_DECLARATION) -> bytes:
    """A token whose Signature vouches for these very characters, canonical or not."""
    data = text.encode()
    signature = enveloped_signature(
        data, reference=ASSERTION_ID, signer=signer(), key_info=key_info(signer().certificate)
    )
    head, issuer, tail = text.partition("</saml2:Issuer>")
    return (
        (head + issuer).encode().replace(START.encode(), (START + declaration).encode(), 1) + signature + tail.encode()
    )


def spoiled(text: str, draw: random.Random) -> str:
    """One mark inserted, put in the place of a character, or a slice repeated or removed."""
    at = draw.randrange(1, len(text))
    until = min(len(text), at + draw.choice([0, 0, 0, 1, 1, 2, 20, 200]))
    middle = draw.choice([draw.choice(_MARKS), draw.choice(_MARKS), text[at:until] * 2, ""])
    return text[:at] + middle + text[until:]


def test_our_token_is_recognised_and_the_indented_example_is_not():
    assert find_written(token()) is not None
    assert find_written(envelope()) is not None
    assert find_written(AIR_EXAMPLE) is None


def test_bytes_signed_as_they_are_are_accepted_when_they_are_canonical():
    assert judge_token(signed_as_it_is(signed_text())).accepted


@pytest.mark.parametrize("mark", _MARKS)
def test_no_mark_in_a_text_or_in_an_attribute_makes_two_readings(mark: str):
    for place in ("MARTIN", "SMARTCARD", "10", "urn:dmp", "DPI EXEMPLE", "Médecin", "899990000012", "Version="):
        text = signed_text().replace(place, mark + place, 1)
        judge_token(signed_as_it_is(text))
        judge(envelope(signed_as_it_is(text)))


@pytest.mark.parametrize(
    "attributes",
    [
        ' xmlns="urn:b"',  # after displayName: in its alphabetical place, and a declaration made twice
        ' xmlns:xsi="urn:b"',
        ' xml:lang="fr"',
        ' zzz="1"',
        ' aaa="1"',
        ' displayName="1"',
        ' zzz="1" zzy="1"',
        "".join(f' z{letter}="1"' for letter in "abcdefgh"),
    ],
)
def test_an_attribute_added_to_a_role_is_read_alike_both_ways(attributes: str):
    text = signed_text().replace(' xsi:type="CE"', attributes + ' xsi:type="CE"', 1)
    assert not judge_token(signed_as_it_is(text)).accepted


def _campaign(count: int, seed: int) -> list[str]:
    draw, text = random.Random(seed), signed_text()
    accepted = []
    for _ in range(count):
        changed = spoiled(text, draw)
        try:
            data = signed_as_it_is(changed)
        except UnicodeEncodeError:
            continue
        if judge_token(data).accepted:
            accepted.append(changed)
        judge(envelope(data))
    return accepted


def test_a_forger_who_signs_other_bytes_is_read_alike_both_ways():
    accepted = _campaign(1_500, seed=1)
    assert accepted, "some changes are only another value, which both readings accept"


@pytest.mark.campaign
def test_a_forger_who_signs_other_bytes_is_read_alike_both_ways_twenty_thousand_times():
    assert _campaign(20_000, seed=2)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXT, software=_TEXT, version=_TEXT, age=st.integers(0, 10**7), strong=st.booleans())
def test_every_token_we_can_build_reads_alike_both_ways(name: str, software: str, version: str, age: int, strong: bool):
    changes = {"subject_name": name, "lps_name": software, "lps_version": version}
    try:
        content = dataclasses.replace(
            AIR if strong else INDIRECTE, authn_instant=ISSUED - timedelta(seconds=age), **changes
        )
        data = build(content, signer=signer(), assertion_id=ASSERTION_ID, issue_instant=ISSUED)
    except LocalError:  # a blank name, a character XML cannot carry
        return
    assert judge_token(data).accepted == judge(envelope(data)).accepted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<!--", b"-->"),
        (b"<![CDATA[", b"]]>"),
        (b"<?x ", b"?>"),
        (b"<a b='", b"'/>"),
        (b'<a b="', b'"/>'),
        (b"<a>", b"</b>"),
        (b"<a ", b"/>"),
        (b"", b"<"),
        (b"&#60;", b""),
        (b"<x:a>", b"</x:a>"),
    ],
)
@pytest.mark.parametrize("place", [b"<wsse:Security ", b"<soap:Body>", b"<soap:Header>"])
def test_genuine_bytes_where_no_element_may_stand_are_never_taken_for_one(before: bytes, after: bytes, place: bytes):
    data = envelope(b"").replace(place, before + token() + after + place, 1)
    assert not judge(data).accepted


def test_an_attacker_assertion_beside_genuine_bytes_in_a_comment_is_refused():
    evil = token().replace(b"saml2", b"s").replace(b"899990000012", b"899900063480")
    for forged in (evil, evil.replace(ASSERTION_ID.encode(), b"_attacker")):
        hidden = b"<soap:Body><!--" + token() + b"-->"
        assert not judge(envelope(forged).replace(b"<soap:Body>", hidden)).accepted


@pytest.mark.parametrize(
    "declaration", [b'<?xml version="1.0" encoding="ISO-8859-1"?>', b'<?xml version="1.0" encoding="UTF-8"?>']
)
def test_another_encoding_is_left_to_the_tree(declaration: bytes):
    assert judge(declaration + envelope()).accepted is (b"UTF-8" in declaration)


@pytest.mark.parametrize(
    "options", [{"max_header_nodes": 60}, {"max_header_nodes": 50}, {"max_attributes": 4}, {"max_header_bytes": 7_000}]
)
def test_the_limits_of_the_policy_count_what_is_not_parsed(options: dict[str, int]):
    assert failed_codes(judge(envelope(), **options)) in ([], ["limites"])


def test_an_id_named_elsewhere_is_left_to_the_tree():
    data = envelope().replace(b"<soap:Body>", b'<soap:Body wsu="' + ASSERTION_ID.encode() + b'">')
    assert failed_codes(judge(data)) == ["assertion-id"]
