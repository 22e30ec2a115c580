"""A VIHF, told but not verified: that is what `tramontane vihf` does."""

from __future__ import annotations

from lxml import etree

from tramontane.cli.inspect.inspection import HIDDEN, Inspection, Kind, Row, rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.xml import text_of

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
ASSERTION = f"{{{_SAML}}}Assertion"

# Attribute → label, in the order shown; then those whose values are coded.
_TEXTS = (
    ("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Nom du professionnel"),
    ("urn:oasis:names:tc:xacml:2.0:subject:role", "Rôles"),
    ("Identifiant_Structure", "Structure"),
    ("Secteur_Activite", "Secteur d'activité"),
    ("Authentification_mode", "Mode d'authentification"),
    ("Authentification_Mode", "Mode d'authentification"),
    ("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", "Mode d'accès"),
    ("VIHF_Version", "Version du VIHF"),
    ("LPS_Nom", "Logiciel"),
    ("LPS_Version", "Version du logiciel"),
)
_PATIENT = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
_HOMOLOGATION = "LPS_ID_HOMOLOGATION_DMP"  # kept secret on screen (EX_GEN-1490)


def describe_token(assertion: etree._Element, traits: Traits) -> Inspection:
    """The summary of a token alone."""
    return Inspection(
        Kind.VIHF,
        "Jeton VIHF (non vérifié : utilisez « tramontane vihf explain »)",
        rows=token_rows(assertion, traits),
        details={"assertion_id": assertion.get("ID", "")},
    )


def token_rows(assertion: etree._Element, traits: Traits) -> tuple[Row, ...]:
    """What the token claims."""
    values = _attributes(assertion)
    context = f"{{{_SAML}}}AuthnStatement/{{{_SAML}}}AuthnContext"
    return rows(
        ("Professionnel", text_of(assertion.find(f"{{{_SAML}}}Subject/{{{_SAML}}}NameID"))),
        *((label, values.get(name, "")) for name, label in _TEXTS),
        ("Patient", traits.identifier(values.get(_PATIENT, ""))),
        ("Homologation", HIDDEN if values.get(_HOMOLOGATION) else ""),
        ("Authentification locale", text_of(assertion.find(f"{context}/{{{_SAML}}}AuthnContextClassRef"))),
        ("Authentification primaire", text_of(assertion.find(f"{context}/{{{_SAML}}}AuthnContextDecl"))),
        ("Émis le", assertion.get("IssueInstant", "")),
        ("Signataire", text_of(assertion.find(f"{{{_SAML}}}Issuer"))),
    )


def _attributes(assertion: etree._Element) -> dict[str, str]:
    return {
        attribute.get("Name", ""): ", ".join(_value(value) for value in attribute.iter(f"{{{_SAML}}}AttributeValue"))
        for attribute in assertion.iter(f"{{{_SAML}}}Attribute")
    }


def _value(value: etree._Element) -> str:
    coded = next(value.iterchildren(etree.Element), None)
    if coded is None:
        return text_of(value)
    return f"{coded.get('displayName') or ''} ({coded.get('code', '')})".strip()
