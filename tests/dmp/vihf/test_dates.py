"""Time (S12): each boundary at −1, 0 and +1 second, five syntaxes, a skewed clock."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from support.vihf_forgery import SAML, envelope, failed_codes, judge, sign, unsigned
from support.vihf_tokens import AIR, ISSUED, signer
from tramontane.dmp.vihf import build

AGE, SKEW = timedelta(minutes=5), timedelta(seconds=30)
_SECONDS = (-1, 0, 1)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def dated(**texts: str) -> bytes:
    """A genuine token whose dates are these texts: IssueInstant, AuthnInstant, NotBefore, NotOnOrAfter, Session…"""
    root = unsigned()
    authn = root.find(f"{{{SAML}}}AuthnStatement")
    if "IssueInstant" in texts:
        root.set("IssueInstant", texts.pop("IssueInstant"))
    for name in ("AuthnInstant", "SessionNotOnOrAfter"):
        if name in texts:
            authn.set(name, texts.pop(name))
    if texts:
        root.insert(2, etree.Element(f"{{{SAML}}}Conditions", texts))
    return envelope(sign(root))


def _judge(data: bytes, at: datetime = ISSUED):
    return judge(data, at=at, max_age=AGE, clock_skew=SKEW)


@pytest.mark.parametrize("second", _SECONDS)
def test_a_token_is_accepted_up_to_its_age_and_the_skew(second: int):
    at = ISSUED + AGE + SKEW + timedelta(seconds=second)
    assert failed_codes(_judge(envelope(), at)) == ([] if second <= 0 else ["emission"])


@pytest.mark.parametrize("second", _SECONDS)
def test_a_token_from_the_future_is_accepted_up_to_the_skew(second: int):
    at = ISSUED - SKEW - timedelta(seconds=second)
    assert failed_codes(_judge(envelope(), at)) == ([] if second <= 0 else ["emission"])


@pytest.mark.parametrize(("second", "far"), list(itertools.product(_SECONDS, [0, 86_400])))
def test_not_before_is_respected_up_to_the_skew(second: int, far: int):
    not_before = ISSUED + SKEW + timedelta(seconds=second + far)
    expected = [] if second + far <= 0 else ["periode"]
    assert failed_codes(_judge(dated(NotBefore=_text(not_before)))) == expected


@pytest.mark.parametrize(
    ("name", "second", "far"), list(itertools.product(["NotOnOrAfter", "SessionNotOnOrAfter"], _SECONDS, [0, 86_400]))
)
def test_an_end_is_excluded_up_to_the_skew(name: str, second: int, far: int):
    end = ISSUED - SKEW + timedelta(seconds=second - far)
    expected = [] if second - far > 0 else ["periode"]
    assert failed_codes(_judge(dated(**{name: _text(end)}))) == expected


def test_a_token_inside_its_period_is_accepted():
    period = {"NotBefore": _text(ISSUED - AGE), "NotOnOrAfter": _text(ISSUED + AGE)}
    assert _judge(dated(**period)).accepted


def test_an_empty_period_is_refused():
    period = {"NotBefore": _text(ISSUED), "NotOnOrAfter": _text(ISSUED - timedelta(hours=1))}
    assert failed_codes(_judge(dated(**period))) == ["periode"]


@pytest.mark.parametrize("second", _SECONDS)
def test_a_user_who_logs_on_after_the_token_is_refused_beyond_the_skew(second: int):
    instant = ISSUED + SKEW + timedelta(seconds=second)
    expected = [] if second <= 0 else ["connexion"]
    assert failed_codes(_judge(dated(AuthnInstant=_text(instant)))) == expected


@pytest.mark.parametrize("second", _SECONDS)
def test_an_old_logon_is_refused_only_where_the_policy_limits_it(second: int):
    limit = timedelta(hours=8)
    data = dated(AuthnInstant=_text(ISSUED - limit - SKEW - timedelta(seconds=second)))
    assert judge(data, clock_skew=SKEW).accepted
    expected = [] if second <= 0 else ["connexion"]
    assert failed_codes(judge(data, clock_skew=SKEW, max_authn_age=limit)) == expected


_GOOD_SYNTAXES = [
    "2026-03-02T09:15:30Z",
    "2026-03-02T09:15:30.1Z",
    "2026-03-02T09:15:30.120Z",
    "2026-03-02T09:15:30.120000Z",
    "2026-03-02T09:15:30.1200000Z",
    "2026-03-02T09:15:30.120000001Z",
]
_BAD_SYNTAXES = [
    "",
    " ",
    "2026-03-02",
    "2026-03-02T09:15:30",
    "2026-03-02T09:15:30.120",
    "2026-03-02T10:15:30+01:00",
    "2026-03-02T09:15:30+00:00",
    "2026-03-02T09:15:30-00:00",
    "2026-03-02T09:15Z",
    "2026-03-02 09:15:30Z",
    "2026-03-02t09:15:30z",
    "20260302T091530Z",
    "2026-3-2T9:15:30Z",
    "26-03-02T09:15:30Z",
    "2026-02-30T09:15:30Z",
    "2026-13-02T09:15:30Z",
    "2026-03-02T24:00:01Z",
    "2026-03-02T09:60:30Z",
    "2026-03-02T09:15:61Z",
    "2026-03-02T09:15:30.Z",
    "2026-03-02T09:15:30,120Z",
    " 2026-03-02T09:15:30Z",
    "2026-03-02T09:15:30Z ",
    "-2026-03-02T09:15:30Z",
    "12026-03-02T09:15:30Z",
    "２０２６-03-02T09:15:30Z",
    "1772442930",
    "Mon, 02 Mar 2026 09:15:30 GMT",
    "2026-W10-1T09:15:30Z",
    "now",
]


@pytest.mark.parametrize("text", _GOOD_SYNTAXES)
def test_a_utc_instant_is_read_whatever_its_precision(text: str):
    assert _judge(dated(IssueInstant=text)).accepted


@pytest.mark.parametrize("text", _BAD_SYNTAXES)
def test_another_syntax_is_refused_and_shown(text: str):
    verification = _judge(dated(IssueInstant=text))
    assert failed_codes(verification)[0] == "emission"


@pytest.mark.parametrize("name", ["AuthnInstant", "NotBefore", "NotOnOrAfter", "SessionNotOnOrAfter"])
@pytest.mark.parametrize("text", ["", "2026-03-02T09:15:30", "2026-03-02T09:15:30+00:00"])
def test_every_date_follows_the_same_syntax(name: str, text: str):
    codes = {"AuthnInstant": "connexion"}
    assert failed_codes(_judge(dated(**{name: text}))) == [codes.get(name, "periode")]


def test_a_missing_issue_instant_is_refused():
    root = unsigned()
    del root.attrib["IssueInstant"]
    assert "emission" in failed_codes(_judge(envelope(sign(root))))


def test_the_clock_of_the_judge_may_be_in_any_zone():
    paris = timezone(timedelta(hours=1))
    assert _judge(envelope(), ISSUED.astimezone(paris)).accepted


@pytest.mark.parametrize("minutes", [-90, -6, 6, 90])
def test_a_clock_that_is_minutes_away_refuses_a_fresh_token_and_says_by_how_much(minutes: int):
    verification = _judge(envelope(), ISSUED + timedelta(minutes=minutes))
    (verdict,) = [verdict for verdict in verification.verdicts if verdict.code == "emission"]
    assert failed_codes(verification) == ["emission"]
    assert "2026-03-02T09:15:30" in verdict.received
    assert "horloge" in verdict.next_step


@pytest.mark.parametrize(("edge", "second"), list(itertools.product(["first", "last"], _SECONDS)))
def test_a_pinned_certificate_is_refused_outside_its_dates(edge: str, second: int):
    certificate = signer().certificate
    at = certificate.not_valid_before_utc if edge == "first" else certificate.not_valid_after_utc
    at += timedelta(seconds=second)
    content = dataclasses.replace(AIR, authn_instant=at)
    data = envelope(build(content, signer=signer(), assertion_id="_t", issue_instant=at))
    outside = second < 0 if edge == "first" else second > 0
    assert failed_codes(judge(data, at=at)) == (["certificat-validite"] if outside else [])
