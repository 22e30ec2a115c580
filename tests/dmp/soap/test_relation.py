"""An answer that says it answers another demand is refused; one that says nothing is left to its reader."""

from __future__ import annotations

import pytest

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.soap import Addressing, build_envelope, require_answer_to
from tramontane.dmp.soap.relation import relations

OURS, OTHERS = "urn:uuid:1", "urn:uuid:9"


def envelope(relates_to: str | None, body: bytes = b"<q/>") -> bytes:
    return build_envelope(Addressing("urn:uuid:2", "urn:a", relates_to=relates_to), body)


def test_the_answer_to_our_demand_is_let_through() -> None:
    require_answer_to(envelope(OURS), OURS)


def test_the_answer_to_another_demand_is_refused_with_both_numbers() -> None:
    with pytest.raises(MalformedMessage) as refused:
        require_answer_to(envelope(OTHERS), OURS)
    assert refused.value.code == "reponse-autre-demande"
    assert OURS in str(refused.value.expected)
    assert OTHERS in str(refused.value.received)


@pytest.mark.parametrize(
    "silent", [envelope(None), b"", b"<html>", b"<a/>", b"\x00\xff", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_what_says_nothing_is_left_to_whoever_reads_it(silent: bytes) -> None:
    require_answer_to(silent, OURS)


def test_what_a_body_says_is_not_its_header() -> None:
    crossed = b'<a:RelatesTo xmlns:a="http://www.w3.org/2005/08/addressing">urn:uuid:9</a:RelatesTo>'
    assert relations(envelope(None, crossed)) == ()


def test_the_header_alone_is_read_of_a_large_or_broken_body() -> None:
    whole = envelope(OURS, b"<q>" + b"x" * 1_000_000 + b"</q>")
    assert relations(whole[:5_000]) == (OURS,)
    assert relations(whole) == (OURS,)
