"""One exact shape of Signature (S4; class of CVE-2025-29774/29775): what is optional in XML Signature is refused."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from support.vihf_forgery import C14N, DS, NS, SAML, Recipe, envelope, failed_codes, judge, judge_token, sign, unsigned
from support.vihf_tokens import token


def _edited(edit) -> bytes:
    root = etree.fromstring(envelope())
    edit(root.find(".//ds:Signature", NS))
    return etree.tostring(root)


def _ds(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{DS}}}{name}", attributes)
    element.text = text
    return element


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _evil_signed_info(signature: etree._Element) -> etree._Element:
    evil = _copy(signature[0])
    evil.find(".//ds:DigestValue", NS).text = base64.b64encode(b"x" * 32).decode()
    return evil


def _at(path: str, edit):
    return lambda signature: edit(signature.find(path, NS))


EDITS = {
    "two SignedInfo, the evil one first": lambda s: s.insert(0, _evil_signed_info(s)),
    "two SignedInfo, the evil one second": lambda s: s.insert(1, _evil_signed_info(s)),
    "SignedInfo inside an Object": lambda s: s.append(_ds("Object")) or s[-1].append(_evil_signed_info(s)),
    "two SignatureValue": lambda s: s.insert(1, _copy(s[1])),
    "two KeyInfo": lambda s: s.append(_copy(s[2])),
    "no KeyInfo": lambda s: s.remove(s[2]),
    "KeyInfo first": lambda s: s.insert(0, s[2]),
    "an Object": lambda s: s.append(_ds("Object")),
    "a Manifest": lambda s: s.append(_ds("Object")) or s[-1].append(_ds("Manifest")),
    "no SignedInfo": lambda s: s.remove(s[0]),
    "empty Signature": lambda s: [s.remove(child) for child in list(s)],
    "two References": _at("ds:SignedInfo", lambda e: e.append(_copy(e[2]))),
    "no Reference": _at("ds:SignedInfo", lambda e: e.remove(e[2])),
    "two CanonicalizationMethod": _at("ds:SignedInfo", lambda e: e.insert(0, _copy(e[0]))),
    "no SignatureMethod": _at("ds:SignedInfo", lambda e: e.remove(e[1])),
    "a HMACOutputLength": _at(".//ds:SignatureMethod", lambda e: e.append(_ds("HMACOutputLength", "0"))),
    "two DigestValue": _at(".//ds:Reference", lambda e: e.append(_copy(e[2]))),
    "empty DigestValue": _at(".//ds:DigestValue", lambda e: setattr(e, "text", "")),
    "no DigestValue": _at(".//ds:Reference", lambda e: e.remove(e[2])),
    "an element in DigestValue": _at(".//ds:DigestValue", lambda e: e.append(_ds("x"))),
    "no Transforms": _at(".//ds:Reference", lambda e: e.remove(e[0])),
    "an XPath inside a Transform": _at(".//ds:Transform", lambda e: e.append(_ds("XPath", "self::nothing"))),
    "an XSLT inside a Transform": _at(
        ".//ds:Transform", lambda e: e.append(etree.Element("{http://www.w3.org/1999/XSL/Transform}stylesheet"))
    ),
    "a Type on the Reference": _at(".//ds:Reference", lambda e: e.set("Type", DS + "Manifest")),
    "an Id on SignedInfo": _at("ds:SignedInfo", lambda e: e.set("Id", "x")),
    "an attribute on Signature": lambda s: s.set("x", "y"),
    "an attribute on SignatureValue": _at("ds:SignatureValue", lambda e: e.set("Id", "x")),
    "text between elements": lambda s: setattr(s[0], "tail", "x"),
    "text inside KeyInfo": _at("ds:KeyInfo", lambda e: setattr(e, "text", "x")),
    "a KeyName": _at("ds:KeyInfo", lambda e: e.insert(0, _ds("KeyName", "x"))),
    "a KeyValue": _at("ds:KeyInfo", lambda e: e.insert(0, _ds("KeyValue"))),
    "a RetrievalMethod": _at("ds:KeyInfo", lambda e: e.insert(0, _ds("RetrievalMethod", URI="http://127.0.0.1:9/"))),
    "two X509Data": _at("ds:KeyInfo", lambda e: e.append(_copy(e[0]))),
    "two X509Certificate": _at(".//ds:X509Data", lambda e: e.append(_copy(e[0]))),
    "an X509SubjectName": _at(".//ds:X509Data", lambda e: e.append(_ds("X509SubjectName", "CN=x"))),
    "empty X509Certificate": _at(".//ds:X509Certificate", lambda e: setattr(e, "text", " ")),
    "base64 with a stray character": _at("ds:SignatureValue", lambda e: setattr(e, "text", "*" + e.text)),
    "base64 without its padding": _at("ds:SignatureValue", lambda e: setattr(e, "text", e.text.rstrip("="))),
    "base64 with stray bits": _at(".//ds:DigestValue", lambda e: setattr(e, "text", _stray_bits(e.text))),
    "base64 in full-width letters": _at("ds:SignatureValue", lambda e: setattr(e, "text", "\uff21" + e.text[1:])),
    "SignedInfo in another namespace": _at("ds:SignedInfo", lambda e: setattr(e, "tag", f"{{{SAML}}}SignedInfo")),
}


def _stray_bits(text: str) -> str:
    """The same bytes to a lenient decoder: the two unused bits of the last character are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = text.rstrip("=")[-1]
    other = text.rstrip("=")[:-1] + alphabet[alphabet.index(last) | 1] + "="
    assert base64.b64decode(other) == base64.b64decode(text)
    assert other != text
    return other


@pytest.mark.parametrize("name", EDITS)
def test_another_shape_is_refused(name: str):
    verification = judge(_edited(EDITS[name]))
    assert failed_codes(verification) == ["signature-forme"]


def test_a_digest_hidden_behind_a_comment_is_refused():
    verification = judge(_edited(_at(".//ds:DigestValue", lambda e: e.append(etree.Comment("x")))))
    assert failed_codes(verification) == ["commentaires"]


def test_the_twin_is_accepted():
    assert judge(_edited(lambda signature: None)).accepted


def test_an_id_on_signature_is_harmless():
    assert judge(_edited(lambda signature: signature.set("Id", "sig"))).accepted


def test_line_breaks_in_base64_and_between_elements_are_harmless():
    def wrap(signature: etree._Element) -> None:
        value = signature[1]
        value.text = "\n" + "\n".join(value.text[i : i + 76] for i in range(0, len(value.text), 76)) + "\n"
        value.tail = "\n  "

    assert judge(_edited(wrap)).accepted


def test_the_signature_may_use_a_prefix():
    assert judge(envelope(sign(unsigned(), recipe=Recipe(ds_prefix="ds")))).accepted


@pytest.mark.parametrize(
    "prefixes", [("ds", "saml", "#default", "xsi"), ("#default",), ("xs",), ("saml2", "xsi", "soap")]
)
def test_the_prefix_list_of_the_ans_example_is_supported_in_an_envelope(prefixes: tuple[str, ...]):
    """ANS example of 2024: InclusiveNamespaces PrefixList ``ds saml #default xsi``. Signed alone, judged alone."""
    data = sign(unsigned(), recipe=Recipe(prefixes=prefixes))
    assert judge_token(data).accepted


@pytest.mark.parametrize(
    "text", ["", " ", "a  b", "a,b", "a&#9;b", "1a", "a#default", "x " * 9 + "x", "a" * 70, "##default"]
)
def test_another_prefix_list_is_refused(text: str):
    data = sign(unsigned(), recipe=Recipe(prefixes=("xsi",))).replace(
        b'PrefixList="xsi"', f'PrefixList="{text}"'.encode()
    )
    assert failed_codes(judge(envelope(data))) == ["signature-forme"]


def test_inclusive_namespaces_under_the_first_transform_is_refused():
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{C14N}" PrefixList="xsi"/>'.encode()
    data = token().replace(
        b'#enveloped-signature"></Transform>', b'#enveloped-signature">' + inclusive + b"</Transform>"
    )
    assert failed_codes(judge(envelope(data))) == ["signature-forme"]
