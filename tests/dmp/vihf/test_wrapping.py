"""Signature wrapping: the eight published recipes × ID policies × places × orders (CVE-2012-… class, SAMLRaider XSW1–8).

In every document the genuine signed assertion is somewhere and its signature verifies for whoever looks for it there;
an assertion the attacker wrote is somewhere too. None may be accepted, and each has a twin, the same envelope without
the attack, that must be.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator

import pytest
from lxml import etree

from support.vihf_forgery import DS, NS, SAML, SOAP, WSSE, envelope, failed_codes, judge
from support.vihf_tokens import token

VICTIM, ATTACKER = "899990000012", "899900063480"
XOP = "http://www.w3.org/2004/08/xop/include"
Element = etree._Element


def good() -> Element:
    return etree.fromstring(token())


def evil(id_policy: str) -> Element:
    """The attacker's copy: another professional, no signature."""
    assertion = good()
    assertion.remove(assertion.find("ds:Signature", NS))
    assertion.find("saml2:Subject/saml2:NameID", NS).text = ATTACKER
    if id_policy == "absent":
        del assertion.attrib["ID"]
    elif id_policy == "new":
        assertion.set("ID", "_attacker")
    return assertion


def stripped(assertion: Element) -> tuple[Element, Element]:
    """A signed assertion taken apart: the assertion, and its signature."""
    signature = assertion.find("ds:Signature", NS)
    assertion.remove(signature)
    return assertion, signature


# A recipe builds what stands in Security and what is hidden elsewhere (None: all of it is in Security).
Recipe = Callable[[str, Callable[[Element], Element], bool], tuple[list[Element], Element | None]]


def _two(first: Element, second: Element, before: bool) -> list[Element]:
    return [second, first] if before else [first, second]


def _insert(parent: Element, child: Element, before: bool) -> None:
    parent.insert(0 if before else len(parent), child)


def xsw1(ids: str, wrap, before):
    """The evil one in its place, the signed one hidden."""
    return [evil(ids)], good()


def xsw2(ids: str, wrap, before):
    """The evil one and the detached signature in their place, what it signs hidden."""
    assertion, signature = stripped(good())
    return _two(evil(ids), signature, before), assertion


def xsw3(ids: str, wrap, before):
    """Evil and signed side by side, one of them in the wrapping of the place."""
    return _two(evil(ids), wrap(good()), before), None


def xsw4(ids: str, wrap, before):
    """The signed one inside the evil one."""
    assertion = evil(ids)
    _insert(assertion, wrap(good()), before)
    return [assertion], None


def xsw5(ids: str, wrap, before):
    """The evil one carries the signature, what it signs is hidden."""
    assertion, signature = stripped(good())
    forged = evil(ids)
    forged.insert(1, signature)
    return [forged], assertion


def xsw6(ids: str, wrap, before):
    """The evil one carries the signature, which holds what it signs."""
    assertion, signature = stripped(good())
    _insert(signature, wrap(assertion), before)
    forged = evil(ids)
    forged.insert(1, signature)
    return [forged], None


def xsw7(ids: str, wrap, before):
    """The signed one in its place, the evil one hidden where a careless reader looks."""
    return [good()], evil(ids)


def xsw8(ids: str, wrap, before):
    """The evil one carries the signature, whose Object holds what it signs."""
    assertion, signature = stripped(good())
    held = etree.Element(f"{{{DS}}}Object")
    held.append(wrap(assertion))
    _insert(signature, held, before)
    forged = evil(ids)
    forged.insert(1, signature)
    return [forged], None


RECIPES = [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8]
ID_POLICIES = ["new", "same", "absent"]
# Name of the place → the element that hides there.
PLACES = {
    "security-before": f"{{{WSSE}}}BinarySecurityToken",
    "security-after": f"{{{WSSE}}}SecurityTokenReference",
    "second-security": f"{{{WSSE}}}Security",
    "body": "{urn:x}Request",
    "extensions": "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions",
    "object": f"{{{DS}}}Object",
    "mtom": f"{{{XOP}}}Include",
}


def container(place: str, content: Element, before: bool) -> Element:
    """`before`: the content comes before some filling, for readers that take the first or the last of something."""
    element = etree.Element(PLACES[place])
    if place == "second-security":
        element.set(f"{{{SOAP}}}role", f"{SOAP}/role/next")
    if place == "mtom":
        element.set("href", "cid:hidden@example.invalid")
    element.extend(_two(etree.Element("{urn:x}Filling"), content, before))
    return element


def put(root: Element, place: str, held: Element) -> None:
    """Where each place is in the envelope."""
    header, security, body = root[0], root.find(".//wsse:Security", NS), root[1]
    if place == "security-before":
        security.insert(0, held)
    elif place in ("security-after", "object"):
        security.append(held)
    elif place in ("second-security", "extensions"):
        header.append(held)
    else:
        body.append(held)


def forged(recipe, ids: str, place: str, before: bool) -> bytes:
    root = etree.fromstring(envelope())
    security = root.find(".//wsse:Security", NS)
    for child in list(security):
        security.remove(child)
    shown, hidden = recipe(ids, lambda element: container(place, element, before), before)
    security.extend(shown)
    if hidden is not None:
        put(root, place, container(place, hidden, before))
    return etree.tostring(root)


def twin(place: str) -> bytes:
    """The same envelope without an attack: something harmless stands in the body or in another header."""
    root = etree.fromstring(envelope())
    harmless = etree.Element("{urn:x}Harmless")
    harmless.set("ID", "_other")
    _insert(root[1 if place in ("body", "mtom") else 0], harmless, before=place == "security-before")
    return etree.tostring(root)


def documents() -> Iterator[tuple[str, bytes]]:
    for recipe, ids, place, before in itertools.product(RECIPES, ID_POLICIES, PLACES, (True, False)):
        name = f"{recipe.__name__}-{ids}-{place}-{'before' if before else 'after'}"
        yield name, forged(recipe, ids, place, before)


def test_at_least_three_hundred_different_documents_are_tried():
    texts = [data for _, data in documents()]
    assert len(texts) == 8 * 3 * 7 * 2 == 336
    assert len(set(texts)) >= 320  # two places coincide in some nested recipes


def test_no_wrapped_document_is_accepted():
    accepted = [name for name, data in documents() if judge(data).accepted]
    assert accepted == []


def test_every_document_holds_the_genuine_bytes_so_that_only_the_wrapping_is_refused():
    digest = token().partition(b"<DigestValue>")[2].partition(b"<")[0]
    assert all(digest in data for _, data in documents())


def test_they_are_refused_for_their_shape_before_any_cryptography():
    shape = {"commentaires", "unicite", "emplacement", "assertion-id", "assertion-enfants", "signature-forme"}
    codes = {failed_codes(judge(data))[0] for _, data in documents()}
    assert codes <= shape


@pytest.mark.parametrize("place", PLACES)
def test_the_twin_without_attack_is_accepted_and_read_from_the_verified_bytes(place: str):
    verification = judge(twin(place))
    assert verification.accepted, failed_codes(verification)
    assert verification.vihf.content.subject.value == VICTIM
    assert verification.vihf.assertion_id == good().get("ID")


def test_a_look_alike_in_another_namespace_is_as_suspect_as_a_twin():
    for namespace in ("", SAML + " ", SAML.upper(), "urn:oasis:names:tc:SAML:1.0:assertion"):
        data = envelope().replace(b"</soap:Body>", f'<Assertion xmlns="{namespace}"/></soap:Body>'.encode())
        assert failed_codes(judge(data)) in (["unicite"], ["xml"])  # libxml2 itself refuses a URI with a space


def test_the_value_read_is_the_signed_one_even_when_the_received_tree_was_changed_afterwards():
    data = envelope()
    verification = judge(data)
    root = etree.fromstring(data)
    copy.deepcopy(root).find(".//saml2:NameID", NS).text = ATTACKER
    assert verification.vihf.content.subject.value == VICTIM
