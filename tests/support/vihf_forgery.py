"""What the hostile tests are made of: envelopes, and an independent signer that signs whatever it is told to.

The signer here is lxml's canonicalisation and `cryptography`: none of the library's writing code, so that a token it
makes can break any rule while its signature is genuine.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from support.vihf_tokens import ISSUED, SoftwareSigner, signer, token
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.vihf import PinnedCertificates, Verification, VerificationPolicy, verify, verify_assertion

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
NS = {"soap": SOAP, "wsse": WSSE, "ds": DS, "saml2": SAML}

_ENVELOPE = (
    f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header><MessageID xmlns="http://www.w3.org/2005/08/addressing">'
    'urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1131</MessageID><wsse:Security xmlns:wsse="%s">%s</wsse:Security>'
    '</soap:Header><soap:Body><q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"/>'
    "</soap:Body></soap:Envelope>"
)


def envelope(assertion: bytes | None = None, *, security: str = WSSE) -> bytes:
    """A SOAP envelope around an assertion (a good one by default)."""
    return (_ENVELOPE % (security, (token() if assertion is None else assertion).decode())).encode()


def policy(*, keys: SoftwareSigner | None = None, **options: object) -> VerificationPolicy:
    """The hospital of the tests is trusted, and nobody else."""
    return VerificationPolicy(PinnedCertificates([(keys or signer()).certificate]), **options)


def judge(data: bytes, *, at: object = ISSUED, **options: object) -> Verification:
    return verify(data, policy(**options), at=at)


def judge_token(data: bytes, *, at: object = ISSUED, **options: object) -> Verification:
    return verify_assertion(data, policy(**options), at=at)


def failed_codes(verification: Verification) -> list[str]:
    return [verdict.code for verdict in verification.verdicts if verdict.outcome is Outcome.FAILED]


def notes(verification: Verification) -> dict[str, str]:
    """Tolerances reported by passed verdicts, by code."""
    passed = [verdict for verdict in verification.verdicts if verdict.outcome is Outcome.PASSED]
    return {verdict.code: verdict.received for verdict in passed if verdict.received}


def later(**delta: float) -> object:
    return ISSUED + timedelta(**delta)


def c14n(element: etree._Element, prefixes: tuple[str, ...] = ()) -> bytes:
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(prefixes) or None
    )


def unsigned(text: bytes | None = None) -> etree._Element:
    """The good token without its Signature, to be changed at will."""
    root = etree.fromstring(token() if text is None else text)
    root.remove(root.find("ds:Signature", NS))
    return root


@dataclass(frozen=True)
class Recipe:
    """How to sign: every knob a forger or an odd but genuine issuer may turn."""

    c14n: str = C14N
    method: str = RSA_SHA256
    digest: str = SHA256
    transforms: tuple[str, ...] = (ENVELOPED, C14N)
    uri: str | None = None
    hash_name: str = "sha256"
    prefixes: tuple[str, ...] = ()
    ds_prefix: str = ""


_HASHES = {"sha256": hashes.SHA256(), "sha1": hashes.SHA1(), "sha512": hashes.SHA512()}


def sign(
    root: etree._Element, *, by: SoftwareSigner | None = None, recipe: Recipe = Recipe(), indent: bool = False
) -> bytes:
    """A genuine enveloped signature of `root` (changed as wanted), placed after its first child."""
    by = by or signer()
    q = f"{recipe.ds_prefix}:" if recipe.ds_prefix else ""
    declared = f'xmlns{":" + recipe.ds_prefix if recipe.ds_prefix else ""}="{DS}"'
    inclusive = (
        f'<ec:InclusiveNamespaces xmlns:ec="{C14N}" PrefixList="{" ".join(recipe.prefixes)}"/>'
        if recipe.prefixes
        else ""
    )
    digest = base64.b64encode(hashlib.new(recipe.hash_name, c14n(root, recipe.prefixes)).digest()).decode()
    uri = "#" + root.get("ID", "") if recipe.uri is None else recipe.uri
    last = len(recipe.transforms) - 1
    transforms = "".join(
        f'<{q}Transform Algorithm="{uri_}">{inclusive if position == last else ""}</{q}Transform>'
        for position, uri_ in enumerate(recipe.transforms)
    )
    certificate = base64.b64encode(by.certificate.public_bytes(Encoding.DER)).decode()
    signature = etree.fromstring(
        f"<{q}Signature {declared}><{q}SignedInfo>"
        f'<{q}CanonicalizationMethod Algorithm="{recipe.c14n}">{inclusive}</{q}CanonicalizationMethod>'
        f'<{q}SignatureMethod Algorithm="{recipe.method}"/><{q}Reference URI="{uri}">'
        f"<{q}Transforms>{transforms}</{q}Transforms>"
        f'<{q}DigestMethod Algorithm="{recipe.digest}"/><{q}DigestValue>{digest}</{q}DigestValue></{q}Reference>'
        f"</{q}SignedInfo><{q}SignatureValue/><{q}KeyInfo><{q}X509Data><{q}X509Certificate>{certificate}"
        f"</{q}X509Certificate></{q}X509Data></{q}KeyInfo></{q}Signature>"
    )
    if indent:
        signature.tail = root[0].tail
    root.insert(1, signature)
    signed_info = c14n(signature[0], recipe.prefixes)
    value = by.key.sign(signed_info, padding.PKCS1v15(), _HASHES[recipe.hash_name])
    signature[1].text = base64.b64encode(value).decode()
    return etree.tostring(root)


def changed(old: str, new: str, *, count: int = 1) -> bytes:
    """A token whose content was changed, then signed genuinely: only the content is judged."""
    text = etree.tostring(unsigned()).decode()
    assert old in text, f"{old!r} is not in the token"
    return sign(etree.fromstring(text.replace(old, new, count)))
