"""The verdict of every step: numbered, complete, and honest about what did not run."""

from __future__ import annotations

import pytest
from lxml import etree

from support.vihf_forgery import NS, changed, envelope, failed_codes, judge, judge_token, policy
from support.vihf_tokens import AIR, AIR_EXAMPLE, INDIRECTE_EXAMPLE, ISSUED, example_certificate, token
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.vihf import STEPS, PinnedCertificates, VerificationPolicy, verify, verify_assertion

_EXAMPLES = VerificationPolicy(PinnedCertificates([example_certificate()]))


@pytest.mark.parametrize("example", [AIR_EXAMPLE, INDIRECTE_EXAMPLE])
def test_an_example_is_accepted_without_reserve(example: bytes):
    verification = verify_assertion(example, _EXAMPLES, at=ISSUED)
    assert verification.accepted, failed_codes(verification)
    assert not any(verdict.received for verdict in verification.verdicts)


def test_an_example_is_accepted_inside_an_envelope():
    data = envelope(AIR_EXAMPLE.partition(b"?>")[2])
    assert verify(data, _EXAMPLES, at=ISSUED).vihf.content == AIR


def test_every_step_has_its_number_its_sentence_and_its_reference():
    verdicts = judge(envelope()).verdicts
    assert [verdict.step for verdict in verdicts] == list(range(1, len(STEPS) + 1))
    assert len({verdict.code for verdict in verdicts}) == len(STEPS)
    for numbered in STEPS:
        step = numbered.step
        assert step.title
        assert step.expected
        assert step.location
        assert step.reference
        assert step.next_step


def test_what_the_token_says_comes_with_what_identifies_it():
    verified = judge(envelope()).vihf
    assert verified.content == AIR
    assert (verified.version, verified.issue_instant) == ("3.0", ISSUED)
    assert verified.assertion_id == etree.fromstring(token()).get("ID")
    assert verified.issuer.startswith("CN=DMP AIR SIGN TEST")


def test_after_a_broken_signature_nothing_else_reads_as_passed():
    data = envelope().replace(b"899990000012", b"899900063480")
    verification = judge(data)
    outcomes = {verdict.code: verdict.outcome for verdict in verification.verdicts}
    assert outcomes["cle"] is Outcome.PASSED
    assert outcomes["empreinte"] is Outcome.FAILED
    after = [verdict for verdict in verification.verdicts if verdict.step > 15]
    assert {verdict.outcome for verdict in after} == {Outcome.NOT_RUN}
    assert verification.vihf is None
    assert not verification.accepted


def test_a_rule_whose_field_was_not_read_is_not_run():
    verification = judge(envelope(changed(">INDIRECTE_RENFORCEE<", ">AUTRE<")))
    outcomes = {verdict.code: verdict.outcome for verdict in verification.verdicts}
    assert outcomes["attribut-mode"] is Outcome.FAILED
    assert outcomes["vihf-sujet"] is Outcome.NOT_RUN
    assert outcomes["vihf-profession"] is Outcome.PASSED


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"hello", b"{}", b"\x00\x01", b"<a>", b"<a/>", b"<!doctype html><html></html>", b"\xff\xfe", b"<a" * 9],
)
def test_an_input_without_assertion_is_unusable_rather_than_refused(data: bytes):
    for verification in (judge(data), judge_token(data)):
        assert not verification.usable
        assert not verification.accepted
        assert len(failed_codes(verification)) == 1


def test_a_refused_token_is_usable():
    assert judge(envelope().replace(b"899990000012", b"899900063480")).usable
    assert judge(b"<!DOCTYPE x>" + envelope()).usable


def test_a_bare_assertion_is_no_envelope_and_an_envelope_no_bare_assertion():
    assert failed_codes(judge(token())) == ["unicite"]
    assert failed_codes(judge_token(envelope())) == ["unicite"]


def test_a_bare_assertion_inside_something_is_refused():
    assert failed_codes(judge_token(b"<x>" + token() + b"</x>")) == ["emplacement"]


def test_the_assertion_is_the_only_child_of_security():
    root = etree.fromstring(envelope())
    etree.SubElement(root.find(".//wsse:Security", NS), "{urn:x}Timestamp")
    assert failed_codes(judge(etree.tostring(root))) == ["emplacement"]


def test_text_beside_the_assertion_is_refused():
    assert failed_codes(judge(envelope().replace(b"</wsse:Security>", b"x</wsse:Security>"))) == ["emplacement"]


def test_a_security_header_for_another_node_is_refused():
    data = envelope().replace(b"<wsse:Security ", b'<wsse:Security soap:role="urn:x" ')
    assert failed_codes(judge(data)) == ["emplacement"]


def test_a_security_header_that_must_be_understood_is_accepted():
    assert judge(envelope().replace(b"<wsse:Security ", b'<wsse:Security soap:mustUnderstand="true" ')).accepted


def test_an_indented_envelope_is_accepted():
    data = (
        envelope()
        .replace(b"<wsse:Security", b"\n  <wsse:Security")
        .replace(b"</wsse:Security>", b"\n</wsse:Security>\n")
    )
    assert judge(data).accepted


def test_white_space_inside_a_signed_assertion_breaks_it():
    assert failed_codes(judge(envelope().replace(b"<saml2:Subject>", b"\n<saml2:Subject>"))) == ["empreinte"]


def test_an_id_repeated_in_any_attribute_is_refused():
    for attribute in ("id", "ID", "Id", "xml:id", "name"):
        data = envelope().replace(b"<soap:Body>", f'<soap:Body {attribute}="{_id()}">'.encode())
        assert failed_codes(judge(data)) == ["assertion-id"], attribute


def test_an_id_repeated_through_character_references_is_refused():
    spelled = "".join(f"&#{ord(character)};" for character in _id())
    data = envelope().replace(b"<soap:Body>", f'<soap:Body id="{spelled}">'.encode())
    assert failed_codes(judge(data)) == ["assertion-id"]


def _id() -> str:
    return etree.fromstring(token()).get("ID", "")


def test_no_refusal_shows_the_patient():
    for old, new in ((b"279035121518989^", b"279035121518988^"), (b"^^^&amp;1.2.250", b"^^&amp;1.2.250")):
        verification = judge(envelope(changed(old.decode(), new.decode())))
        assert failed_codes(verification) == ["attribut-patient"]
        assert all("2790351215189" not in str(verdict) for verdict in verification.verdicts)


def test_a_limit_is_the_policy_s():
    data = envelope()
    assert failed_codes(judge(data, max_envelope_bytes=len(data) - 1)) == ["taille"]
    assert failed_codes(judge(data, max_header_bytes=3_000)) == ["limites"]
    assert failed_codes(judge_token(token(), max_header_bytes=3_000)) == ["taille"]
    assert failed_codes(judge(data, max_header_nodes=10)) == ["limites"]
    assert judge(data, max_envelope_bytes=len(data)).accepted


def test_the_policy_of_the_tests_trusts_one_certificate():
    assert len(policy().keys.certificates) == 1
