"""What the signature may point at: this assertion, by its ID, and nothing else (S2)."""

from __future__ import annotations

import sys

import pytest
from lxml import etree

from support.vihf_forgery import C14N, DS, ENVELOPED, NS, Recipe, envelope, failed_codes, judge, sign, unsigned
from support.vihf_tokens import ASSERTION_ID, token

# Genuinely signed digests and SignedInfo: only the URI is out of policy.
URIS = [
    "",
    "#",
    f"#{ASSERTION_ID} ",
    f" #{ASSERTION_ID}",
    f"#{ASSERTION_ID.upper()}",
    f"#xpointer(id('{ASSERTION_ID}'))",
    "#xpointer(/)",
    f"#xmlns(a=urn:x)xpointer(id('{ASSERTION_ID}'))",
    f"#element({ASSERTION_ID})",
    f"##{ASSERTION_ID}",
    f"#%5F{ASSERTION_ID[1:]}",
    f"?#{ASSERTION_ID}",
    "http://127.0.0.1:9/token.xml",
    f"http://127.0.0.1:9/token.xml#{ASSERTION_ID}",
    "https://127.0.0.1:9/",
    "ftp://127.0.0.1:9/",
    "file:///etc/passwd",
    f"file:///etc/hostname#{ASSERTION_ID}",
    "cid:root@example.invalid",
    "data:text/xml,<x/>",
    "jar:file:///x.jar!/x",
    "#_unknown",
    "#Body",
]


@pytest.mark.parametrize("uri", URIS)
def test_a_reference_that_is_not_this_assertion_is_refused(uri: str):
    escaped = uri.replace("&", "&amp;").replace("<", "&lt;")
    verification = judge(envelope(sign(unsigned(), recipe=Recipe(uri=escaped))))
    assert failed_codes(verification) == ["reference"]


def test_the_same_signer_with_the_right_reference_is_accepted():
    assert judge(envelope(sign(unsigned(), recipe=Recipe(uri="#" + ASSERTION_ID)))).accepted


def test_a_reference_that_repeats_the_id_without_the_sharp_is_refused():
    assert failed_codes(judge(envelope(sign(unsigned(), recipe=Recipe(uri=ASSERTION_ID))))) == ["assertion-id"]


def test_a_missing_uri_is_refused():
    data = sign(unsigned()).replace(f' URI="#{ASSERTION_ID}"'.encode(), b"")
    assert failed_codes(judge(envelope(data))) == ["signature-forme"]


def test_nothing_is_opened_or_resolved_while_judging_hostile_references():
    """No file and no socket: the interpreter's own audit events are listened to."""
    seen: list[str] = []
    watching = [False]

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event.startswith(("open", "socket.", "urllib.", "subprocess.", "os.")):
            seen.append(event)

    sys.addaudithook(listen)
    documents = [envelope(sign(unsigned(), recipe=Recipe(uri=uri.replace("<", "&lt;")))) for uri in URIS]
    watching[0] = True
    for data in documents:
        judge(data)
    watching[0] = False
    assert seen == []


def test_a_signature_of_the_body_does_not_vouch_for_the_assertion():
    root = etree.fromstring(envelope())
    root[1].set("ID", "_body")
    signature = root.find(".//ds:Signature", NS)
    signed_body = etree.fromstring(sign(etree.fromstring(etree.tostring(root[1]))))
    signature.getparent().replace(signature, signed_body.find("ds:Signature", NS))
    assert not judge(etree.tostring(root)).accepted


def test_a_signature_beside_the_assertion_is_refused():
    for uri in ("", "#" + ASSERTION_ID):
        root = etree.fromstring(envelope(sign(unsigned(), recipe=Recipe(uri=uri))))
        signature = root.find(".//ds:Signature", NS)
        signature.getparent().getparent().append(signature)
        assert failed_codes(judge(etree.tostring(root))) == ["emplacement"]


@pytest.mark.parametrize(
    "transforms",
    [
        (),
        (C14N,),
        (ENVELOPED,),
        (C14N, ENVELOPED),
        (ENVELOPED, ENVELOPED),
        (ENVELOPED, C14N, C14N),
        (ENVELOPED, C14N + "WithComments"),
        (ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        (ENVELOPED, "http://www.w3.org/2006/12/xml-c14n11"),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        (ENVELOPED, "http://www.w3.org/2002/06/xmldsig-filter2"),
        (DS + "base64", C14N),
        ("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform", C14N),
    ],
)
def test_only_the_two_transforms_in_their_order_are_admitted(transforms: tuple[str, ...]):
    verification = judge(envelope(sign(unsigned(), recipe=Recipe(transforms=transforms))))
    assert failed_codes(verification)[0] in {"signature-forme", "algorithmes"}


def test_the_good_twin_is_accepted():
    assert judge(envelope(token())).accepted
