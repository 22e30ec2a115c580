"""Comment, instruction, CDATA and entity inside an identity field (VU#475445, CVE-2017-11427): no truncated value (S3)."""

from __future__ import annotations

import itertools

import pytest
from lxml import etree

from support.vihf_forgery import envelope, failed_codes, judge, sign, unsigned
from support.vihf_tokens import token

# Field → (its text in the token, how to read it back).
FIELDS = {
    "NameID": ("899990000012", lambda v: v.content.subject.value),
    "Issuer": ("CENTRE HOSPITALIER FICTIF", lambda v: v.issuer),
    "Identifiant_Structure": ("1990000028", lambda v: v.content.structure.value),
    "subject-id": ("MARTIN CAMILLE", lambda v: v.content.subject_name),
    "resource-id": ("279035121518989", lambda v: v.content.patient.value),
    "Secteur_Activite": ("SA01", lambda v: v.content.sector),
    "AuthnContextDecl": ("CONF_EXI_PGSSIS", lambda v: v.content.primary_authentication),
    "AuthnContextClassRef": ("SmartcardPKI", lambda v: v.content.authn_context_class),
    "LPS_Nom": ("DPI EXEMPLE", lambda v: v.content.lps_name),
    "Authentification_mode": ("INDIRECTE_RENFORCEE", lambda v: v.content.mode.value),
}
REFUSED = {"comment": "<!--x-->", "empty-comment": "<!---->", "instruction": "<?x y?>", "entity": "&evil;"}
READ_WHOLE = {"cdata": "<![CDATA[{half}]]>", "empty-cdata": "{half}<![CDATA[]]>", "reference": "&#{code};{rest}"}


def _cut(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


@pytest.mark.parametrize(("field", "trick"), list(itertools.product(FIELDS, REFUSED)))
def test_a_value_cut_in_two_after_signature_is_refused(field: str, trick: str):
    """The signature still verifies: exclusive canonicalisation leaves comments out."""
    text, _ = FIELDS[field]
    first, second = _cut(text)
    data = envelope().replace(text.encode(), (first + REFUSED[trick] + second).encode(), 1)
    assert data != envelope()
    assert not judge(data).accepted


@pytest.mark.parametrize(("field", "trick"), list(itertools.product(FIELDS, ["comment", "instruction"])))
def test_a_value_cut_in_two_before_a_genuine_signature_is_refused_or_read_whole(field: str, trick: str):
    text, _read = FIELDS[field]
    first, second = _cut(text)
    source = etree.tostring(unsigned()).decode().replace(text, first + REFUSED[trick] + second, 1)
    verification = judge(envelope(sign(etree.fromstring(source))))
    assert failed_codes(verification) == ["commentaires"]


@pytest.mark.parametrize(("field", "trick"), list(itertools.product(FIELDS, READ_WHOLE)))
def test_other_spellings_of_the_same_value_are_read_whole(field: str, trick: str):
    """CDATA and character references are the same signed text: accepted, and never truncated."""
    text, read = FIELDS[field]
    first, second = _cut(text)
    spelled = READ_WHOLE[trick].format(half=first, code=ord(first[0]), rest=first[1:]) + second
    data = envelope().replace(text.encode(), spelled.encode(), 1)
    assert data != envelope()
    verification = judge(data)
    assert verification.accepted, failed_codes(verification)
    assert text in read(verification.vihf)
    assert read(verification.vihf) == read(judge(envelope()).vihf)


def test_a_comment_elsewhere_in_the_header_is_refused():
    for place in (b"<soap:Header>", b"</MessageID>", b"</wsse:Security>"):
        assert failed_codes(judge(envelope().replace(place, place + b"<!--x-->"))) == ["commentaires"]


def test_a_comment_in_the_body_or_around_the_envelope_concerns_nobody_here():
    """SOAP 1.2 §5 allows comments; nothing of the token is read there."""
    assert judge(envelope().replace(b"<soap:Body>", b"<soap:Body><!--x-->")).accepted
    assert judge(b"<!--before-->" + envelope() + b"<!--after-->").accepted


def test_a_comment_between_header_and_body_is_refused():
    assert not judge(envelope().replace(b"</soap:Header>", b"</soap:Header><!--x-->")).accepted


@pytest.mark.parametrize("place", [b"<soap:Body>", b"<soap:Header>", b"</soap:Envelope>"])
def test_a_processing_instruction_is_refused_anywhere(place: bytes):
    assert failed_codes(judge(envelope().replace(place, place + b"<?x y?>"))) == ["commentaires"]


def test_the_untouched_twin_is_accepted():
    assert judge(envelope(token())).accepted
