"""One parser, every encoding: a DTD has no ASCII spelling in UTF-16 (S5)."""

from __future__ import annotations

import codecs

import pytest

from support.vihf_forgery import envelope, failed_codes, judge, notes

ENCODINGS = {
    "utf-8": ("UTF-8", b""),
    "utf-8 with BOM": ("UTF-8", codecs.BOM_UTF8),
    "utf-16-le": ("UTF-16", codecs.BOM_UTF16_LE),
    "utf-16-be": ("UTF-16", codecs.BOM_UTF16_BE),
}
_DOCTYPES = [
    "<!DOCTYPE x>",
    "<!DOCTYPE x [<!ENTITY e 'x'>]>",
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    "<!DOCTYPE x [<!ATTLIST Assertion ID ID #IMPLIED>]>",
]


def _encoded(name: str, doctype: str = "") -> bytes:
    declared, bom = ENCODINGS[name]
    text = f'<?xml version="1.0" encoding="{declared}"?>{doctype}{envelope().decode()}'
    return bom + text.encode(name.split(" ", maxsplit=1)[0])


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_good_envelope_is_accepted(name: str):
    verification = judge(_encoded(name))
    assert verification.accepted, failed_codes(verification)
    assert verification.vihf.content.roles[0].label == "Médecin"


@pytest.mark.parametrize("doctype", _DOCTYPES)
@pytest.mark.parametrize("name", ENCODINGS)
def test_a_doctype_is_refused(name: str, doctype: str):
    assert failed_codes(judge(_encoded(name, doctype))) == ["doctype"]


def test_windows_1252_of_the_sample_tokens_is_tolerated_and_reported():
    text = f'<?xml version="1.0" encoding="windows-1252"?>{envelope().decode()}'
    verification = judge(text.encode("cp1252"))
    assert verification.accepted
    assert notes(verification)["encodage"] == "toléré : WINDOWS-1252"


def test_a_tolerance_is_a_refusal_where_the_policy_tolerates_nothing():
    text = f'<?xml version="1.0" encoding="windows-1252"?>{envelope().decode()}'
    assert failed_codes(judge(text.encode("cp1252"), tolerant=False)) == ["encodage"]


@pytest.mark.parametrize(
    "encoding", ["UTF-7", "UTF-32", "IBM037", "EBCDIC-FR", "SHIFT_JIS", "ISO-2022-JP", "KOI8-R", "x"]
)
def test_another_declared_encoding_is_refused(encoding: str):
    data = f'<?xml version="1.0" encoding="{encoding}"?>{envelope().decode()}'.encode()
    assert failed_codes(judge(data))[0] in {"xml", "encodage"}


@pytest.mark.parametrize("encoding", ["utf-32", "utf-7", "cp037"])
def test_bytes_in_another_encoding_are_refused(encoding: str):
    assert not judge(envelope().decode().encode(encoding)).accepted


def test_bytes_that_are_not_their_declared_encoding_are_refused():
    assert not judge(f'<?xml version="1.0" encoding="UTF-8"?>{envelope().decode()}'.encode("cp1252")).accepted
    assert not judge(f'<?xml version="1.0" encoding="UTF-16"?>{envelope().decode()}'.encode()).accepted


def test_overlong_utf_8_is_refused():
    assert not judge(envelope().replace(b"899990000012", b"\xc0\xb899990000012")).accepted


@pytest.mark.parametrize("version", ["1.1", "2.0", "1."])
def test_another_version_of_xml_changes_nothing_or_is_refused(version: str):
    """libxml2 reads 1.1 as 1.0; the canonical bytes that are read are the same."""
    verification = judge(f'<?xml version="{version}"?>'.encode() + envelope())
    assert not verification.accepted or verification.vihf.content == judge(envelope()).vihf.content
