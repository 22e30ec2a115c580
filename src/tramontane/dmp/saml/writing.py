"""Writing an assertion so that what is signed is canonical by construction.

The wire form is the canonical form with two additions that exclusive canonicalisation removes: the Signature, and
the declaration of the prefix `xs` that only stands inside the values of ``xsi:type``.
"""

from __future__ import annotations

from typing import NamedTuple

from tramontane.dmp.saml.names import SAML, X509_SUBJECT_NAME, XS, XSI
from tramontane.dmp.signature import Signer, enveloped_signature, escape_attribute, escape_text

START = f'<saml2:Assertion xmlns:saml2="{SAML}"'
XS_DECLARATION = f' xmlns:xs="{XS}"'
ISSUER = ' ID="%s" IssueInstant="%s" Version="2.0"><saml2:Issuer Format="%s">%s</saml2:Issuer>'
STATEMENTS = (
    "<saml2:Subject><saml2:NameID%s>%s</saml2:NameID></saml2:Subject>"
    '<saml2:AuthnStatement AuthnInstant="%s"><saml2:AuthnContext>'
    "<saml2:AuthnContextClassRef>%s</saml2:AuthnContextClassRef>%s</saml2:AuthnContext></saml2:AuthnStatement>"
    "<saml2:AttributeStatement>%s</saml2:AttributeStatement></saml2:Assertion>"
)
STRING = f'<saml2:AttributeValue xmlns:xsi="{XSI}" xsi:type="xs:string">'


class Statements(NamedTuple):
    """What an assertion states, as text still to be escaped (`attributes` excepted).

    Attributes:
        assertion_id: value of ID; the caller's, unique.
        issue_instant, authn_instant: as written by `write_instant`.
        issuer: distinguished name, format X509SubjectName.
        name_id_format: empty to write none.
        authn_context_decl: None to write none.
        attributes: the ``saml2:Attribute`` elements, canonical.
    """

    assertion_id: str
    issue_instant: str
    issuer: str
    name_id: str
    authn_instant: str
    authn_context_class: str
    authn_context_decl: str | None
    attributes: str
    name_id_format: str = ""
    issuer_format: str = X509_SUBJECT_NAME


def text_attribute(name: str, escaped: str) -> str:
    """An Attribute with one string value, canonical. `escaped` comes from `escape_text`."""
    return f'<saml2:Attribute Name="{name}">{STRING}{escaped}</saml2:AttributeValue></saml2:Attribute>'


def element_attribute(name: str, *elements: str) -> str:
    """An Attribute whose values each hold one element, already canonical."""
    values = "".join([f"<saml2:AttributeValue>{element}</saml2:AttributeValue>" for element in elements])
    return f'<saml2:Attribute Name="{name}">{values}</saml2:Attribute>'


def signed_assertion(statements: Statements, signer: Signer, key_info: bytes) -> bytes:
    """The signed assertion, insertable as it is in ``wsse:Security``.

    Args:
        key_info: the ``KeyInfo`` of the signer's certificate.

    Raises:
        LocalError: a value holds a character XML cannot carry.
    """
    head = (ISSUER % _issuer_values(statements)).encode()
    tail = (STATEMENTS % _statement_values(statements)).encode()
    start = START.encode()
    signature = enveloped_signature(
        start + head + tail, reference=statements.assertion_id, signer=signer, key_info=key_info
    )
    return b"".join((start, XS_DECLARATION.encode(), head, signature, tail))


def _issuer_values(statements: Statements) -> tuple[str, ...]:
    return (
        escape_attribute(statements.assertion_id),
        statements.issue_instant,
        escape_attribute(statements.issuer_format),
        escape_text(statements.issuer),
    )


def _statement_values(statements: Statements) -> tuple[str, ...]:
    decl = statements.authn_context_decl
    name_format = statements.name_id_format
    return (
        f' Format="{escape_attribute(name_format)}"' if name_format else "",
        escape_text(statements.name_id),
        statements.authn_instant,
        escape_text(statements.authn_context_class),
        "" if decl is None else f"<saml2:AuthnContextDecl>{escape_text(decl)}</saml2:AuthnContextDecl>",
        statements.attributes,
    )
