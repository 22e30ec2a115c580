"""Names of SAML 2.0 and of the schemas an assertion quotes."""

from __future__ import annotations

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = f"{{{XSI}}}type"
X509_SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

ASSERTION = f"{{{SAML}}}Assertion"
ISSUER = f"{{{SAML}}}Issuer"
SUBJECT = f"{{{SAML}}}Subject"
NAME_ID = f"{{{SAML}}}NameID"
CONDITIONS = f"{{{SAML}}}Conditions"
AUTHN_STATEMENT = f"{{{SAML}}}AuthnStatement"
AUTHN_CONTEXT = f"{{{SAML}}}AuthnContext"
AUTHN_CONTEXT_CLASS_REF = f"{{{SAML}}}AuthnContextClassRef"
AUTHN_CONTEXT_DECL = f"{{{SAML}}}AuthnContextDecl"
ATTRIBUTE_STATEMENT = f"{{{SAML}}}AttributeStatement"
ATTRIBUTE = f"{{{SAML}}}Attribute"
ATTRIBUTE_VALUE = f"{{{SAML}}}AttributeValue"
