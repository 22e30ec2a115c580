"""An assertion as `signed_assertion` writes it, to the character: proven, cut and read without a tree (ADR 6).

Its form is made of the very templates it is written from. Whatever else a token may be (indented, other prefixes,
Conditions…) is not recognised, which is no judgement: the caller then reads it through libxml2.

What being recognised proves of the element: it is well-formed, declares every prefix it uses, holds no comment, and
its canonical form without Signature is its own bytes without Signature and without the declaration of `xs`, which
no name uses. One spelling is allowed for each character, one order for the attributes of each element.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tramontane.dmp.saml.instants import WRITTEN_INSTANT
from tramontane.dmp.saml.names import X509_SUBJECT_NAME
from tramontane.dmp.saml.reading import stripped
from tramontane.dmp.saml.writing import ISSUER, START, STATEMENTS, XS_DECLARATION
from tramontane.dmp.signature.grammar import PLAIN_TEXT, PLAIN_VALUE, form
from tramontane.dmp.signature.written import SIGNATURE_FORM, WrittenSignature, cut_signature


def _text(name: str) -> str:
    return f"(?P<{name}>{PLAIN_TEXT})"


_ID = "(?P<reference>[A-Za-z_][A-Za-z0-9_.-]{0,199}+)"
_ISSUED = f"(?P<issued>{WRITTEN_INSTANT})"
_HEAD = form(ISSUER, _ID, _ISSUED, re.escape(X509_SUBJECT_NAME), _text("issuer"))
_DECL = f"(?:<saml2:AuthnContextDecl>{_text('decl')}</saml2:AuthnContextDecl>)?"
_FORMAT = f'(?: Format="{PLAIN_VALUE}")?'
_AUTHN = f"(?P<authn>{WRITTEN_INSTANT})"
_TAIL = form(STATEMENTS, _FORMAT, _text("name_id"), _AUTHN, _text("context"), _DECL, "(?P<attributes>.*)")
_RECEIVED = re.compile(f"{form(START + XS_DECLARATION)}(?P<head>{_HEAD}){SIGNATURE_FORM}(?P<tail>{_TAIL})")

_OPENING, _CLOSING = START.encode() + b" ", b"</saml2:Assertion>"
_EMPTY = f"{START}/>".encode()
_TWICE = 2  # in ID, and after # in the Reference


class WrittenAssertion(NamedTuple):
    """An assertion found in a document, and what it is made of. Nothing here is verified.

    Attributes:
        issue_instant, authn_instant: for `read_written_instant`.
        attributes: content of AttributeStatement, unproven: `cut_attributes` proves it and reads it.
        signed: canonical form without the Signature: the bytes that the rest says.
        outside: the document without the assertion.
        outlined: the document with an empty element of the same name in its place, by which it may be judged.
    """

    assertion_id: str
    issue_instant: str
    issuer: str
    name_id: str
    authn_instant: str
    authn_context_class: str
    authn_context_decl: str | None
    attributes: str
    signature: WrittenSignature
    signed: bytes
    outside: bytes
    outlined: bytes


def find_written(document: bytes) -> WrittenAssertion | None:
    """The assertion of a UTF-8 document when it has the one form we write; None is no judgement.

    Whether it stands where an element may is for the caller to see, in the tree of `outlined`.
    """
    start = document.find(_OPENING)
    end = document.rfind(_CLOSING) + len(_CLOSING)
    try:
        found = _RECEIVED.fullmatch(document[start:end].decode())
    except UnicodeDecodeError:
        return None
    if found is None:
        return None
    outside = document[:start] + document[end:]
    # Nothing beside the assertion, nor inside it, can then spell its ID.
    if document.count(found["reference"].encode()) != _TWICE or b"&#" in outside:
        return None
    return _cut(found, outside, b"%b%b%b" % (document[:start], _EMPTY, document[end:]))


def _cut(found: re.Match[str], outside: bytes, outlined: bytes) -> WrittenAssertion:
    decl = found["decl"]
    return WrittenAssertion(
        assertion_id=found["reference"],
        issue_instant=found["issued"],
        issuer=stripped(found["issuer"]),
        name_id=stripped(found["name_id"]),
        authn_instant=found["authn"],
        authn_context_class=stripped(found["context"]),
        authn_context_decl=None if decl is None else stripped(decl),
        attributes=found["attributes"],
        signature=cut_signature(found),
        signed=f"{START}{found['head']}{found['tail']}".encode(),
        outside=outside,
        outlined=outlined,
    )
