"""What is accepted at once (ADR 6): every token we write that passes without a word, and nothing else.

`conftest.py` asks of each document here, too, that the numbered steps agree.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from support.pki import pki
from support.vihf_forgery import envelope, judge, judge_token, policy
from support.vihf_tokens import (
    AIR,
    ASSERTION_ID,
    DIRECTE,
    INDIRECTE,
    ISSUED,
    SoftwareSigner,
    attacker,
    self_signed,
    signer,
    token,
)
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.saml import cut_attributes, find_written
from tramontane.dmp.saml.writing import XS_DECLARATION
from tramontane.dmp.signature import TrustStore
from tramontane.dmp.vihf import (
    CONF_EXI_PGSSIS,
    AccessMode,
    PinnedCertificates,
    PrimaryAuthenticationPlace,
    TrustedIssuers,
    VerificationPolicy,
    WireProfile,
    verify,
)
from tramontane.dmp.vihf.attributes import RESOURCE_ID
from tramontane.dmp.vihf.shortcut import accept_at_once
from tramontane.dmp.xml import Markup

SECOND = timedelta(seconds=1)
CONTENTS = {
    "AIR": AIR,
    "INDIRECTE": INDIRECTE,
    "DIRECTE": dataclasses.replace(DIRECTE, subject_name=""),  # not written in this mode
    "a bris de glace": dataclasses.replace(AIR, access_mode=AccessMode.BRIS_DE_GLACE),
    "a secret connection": dataclasses.replace(AIR, confidentiality="INVISIBLE_REPRESENTANTS_LEGAUX"),
    "characters to escape": dataclasses.replace(AIR, subject_name='L’HÉRITIER & <FILS> "D\'OR"'),
}
PROFILES = {
    "4.0": WireProfile(vihf_version="4.0"),
    "the other spellings": WireProfile(
        authentication_mode_name="Authentification_Mode",
        access_mode_oid="1.2.250.1.213.1.1.4.336",
        access_mode_system_name="mode acces VIHF 1.0",
        role_system_names=(),
        confidentiality_name="Confidentiality_code",
    ),
    "a format of NameID": WireProfile(name_id_format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
    "CONF_EXI_PGSSIS as class": WireProfile(
        primary_authentication_place=PrimaryAuthenticationPlace.AUTHN_CONTEXT_CLASS_REF
    ),
}


def at_once(data: bytes, *, bare: bool = False, at: datetime = ISSUED, **options: object):
    """What the shortcut alone says, once both ways of judging agree."""
    (judge_token if bare else judge)(data, at=at, **options)
    return accept_at_once(data, policy(**options), at, bare=bare)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_every_token_we_write_is_accepted_at_once(content):
    data = token(content)
    assert at_once(data, bare=True).content == content
    assert at_once(envelope(data)).content == content


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_is_accepted_at_once_by_itself_and_remarked_on_or_refused_by_another(profile: WireProfile):
    content = AIR
    if profile.primary_authentication_place is PrimaryAuthenticationPlace.AUTHN_CONTEXT_CLASS_REF:
        content = dataclasses.replace(AIR, authn_context_class=CONF_EXI_PGSSIS)
    data = envelope(token(content, profile=profile))
    assert at_once(data, profile=profile).content == content
    same_on_the_wire = profile.name_id_format or not profile.role_system_names
    assert same_on_the_wire or at_once(data) is None


def test_a_token_about_no_patient_is_accepted_at_once_where_none_is_required():
    data = envelope(token(dataclasses.replace(AIR, patient=None)))
    assert at_once(data, patient_required=False).content.patient is None
    assert at_once(data) is None


_AGE, _SKEW, _LOGON = timedelta(minutes=5), timedelta(seconds=30), timedelta(hours=4)


@pytest.mark.parametrize("past", [-SECOND, timedelta(0), SECOND])
def test_every_date_is_judged_at_once_to_the_second(past: timedelta):
    limits = {"max_age": _AGE, "clock_skew": _SKEW, "max_authn_age": _LOGON}
    fits = past <= timedelta(0)
    early = envelope(token(dataclasses.replace(AIR, authn_instant=ISSUED - _LOGON - _SKEW - past)))
    late = envelope(token(dataclasses.replace(AIR, authn_instant=ISSUED + _SKEW + past)))
    assert (at_once(envelope(), at=ISSUED + _AGE + _SKEW + past, **limits) is not None) is fits
    assert (at_once(envelope(), at=ISSUED - _SKEW - past, **limits) is not None) is fits
    assert (at_once(early, **limits) is not None) is fits
    assert (at_once(late, **limits) is not None) is fits


def _signed_by(certificate, key=None) -> bytes:
    return envelope(token(signer=SoftwareSigner(certificate, key or signer().key)))


def test_a_certificate_that_may_not_sign_or_not_now_is_not_accepted_at_once():
    sealing = self_signed(signer().key)
    sealing_nothing = self_signed(signer().key, digital_signature=False, content_commitment=False, crl_sign=True)
    for certificate, at, accepted in (
        (sealing, ISSUED, True),
        (sealing_nothing, ISSUED, False),
        (sealing, sealing.not_valid_after_utc + SECOND, False),
        (sealing, sealing.not_valid_before_utc - SECOND, False),
    ):
        options = VerificationPolicy(PinnedCertificates([certificate]), max_age=timedelta(days=9_000))
        data = _signed_by(certificate)
        verify(data, options, at=at)
        assert (accept_at_once(data, options, at, bare=False) is not None) is accepted


def test_a_key_that_is_not_the_configuration_s_is_not_accepted_at_once():
    assert at_once(_signed_by(attacker().certificate, attacker().key)) is None
    assert at_once(_signed_by(signer().certificate, attacker().key)) is None


@pytest.mark.parametrize("credentials", ["sign", "sign_revoked", "sign_twin", "auth"])
def test_an_authority_is_asked_at_once_too(credentials: str):
    now, store = pki().now, TrustStore(pki().anchors, pki().intermediates, pki().crls)
    content = dataclasses.replace(AIR, authn_instant=now)
    data = envelope(token(content, signer=getattr(pki(), credentials), issue_instant=now))
    trusting = VerificationPolicy(TrustedIssuers(store))
    assert verify(data, trusting, at=now).accepted is (credentials == "sign")
    assert (accept_at_once(data, trusting, now, bare=False) is not None) is (credentials == "sign")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<soap:Body>", '<soap:Body><x:Security xmlns:x="urn:x"/>'),
        ("<soap:Body>", '<soap:Body><x:Assertion xmlns:x="urn:x"/>'),
        ("<soap:Body>", '<soap:Body><x:Signature xmlns:x="urn:x"/>'),
        ("<soap:Body>", f'<soap:Body id="{ASSERTION_ID}">'),
        ("<soap:Body>", "<soap:Body><!-- comment -->"),
        ("<soap:Body>", "<soap:Body><?instruction?>"),
        ("<soap:Header>", "<soap:Header><!-- comment -->"),
        ("<soap:Envelope ", "<!DOCTYPE x><soap:Envelope "),
        ("<soap:Envelope ", '<?xml version="1.0" encoding="ISO-8859-1"?><soap:Envelope '),
        ("</soap:Envelope>", ""),
        ("</wsse:Security>", "x</wsse:Security>"),
        ("</wsse:Security>", "<x/></wsse:Security>"),
        ("<wsse:Security ", '<wsse:Security soap:role="urn:x" '),
        ("<soap:Header>", "<soap:Header " + " ".join(f'a{n}="1"' for n in range(40)) + ">"),
        ("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
        ("wssecurity-secext-1.0", "wssecurity-secext-1.1"),
        ("SignatureValue>", "SignatureValue>\u00e9"),
        (XS_DECLARATION, ""),
    ],
)
def test_an_envelope_with_anything_to_remark_is_not_accepted_at_once(old: str, new: str):
    before = envelope().decode()
    assert old in before
    assert at_once(before.replace(old, new, 1).encode()) is None


def test_an_assertion_that_is_not_the_root_is_no_bare_assertion():
    assert at_once(b"<x>" + token() + b"</x>", bare=True) is None
    assert at_once(envelope(), bare=True) is None
    assert at_once(token()) is None


@pytest.mark.parametrize(
    ("limit", "least"),
    [
        ("max_envelope_bytes", 8),
        ("max_header_bytes", 8),
        ("max_header_nodes", 8),
        ("max_attributes", 8),
        ("max_prefixes", 3),
        ("max_markup", Markup(tags=1_000, attributes=30_000)),
        ("max_markup", Markup(tags=30_000, attributes=1_000)),
    ],
)
def test_a_limit_that_may_be_reached_is_left_to_the_steps(limit: str, least: object):
    assert at_once(envelope(), **{limit: least}) is None


def test_nothing_of_a_patient_is_in_what_is_kept():
    other = dataclasses.replace(AIR, patient=Ins("160012B12345657", InsAuthority.NIR_DEMO))
    cuts = [cut_attributes(find_written(token(content)).attributes, apart=RESOURCE_ID) for content in (AIR, other)]
    (kept, first), (again, second) = cuts
    assert kept is again
    assert (first, second) == (AIR.patient.cx, other.patient.cx)
    twice = find_written(token()).attributes * 2
    assert cut_attributes(twice, apart=RESOURCE_ID) is None


def test_patients_users_and_threads_are_never_confused():
    contents = [
        dataclasses.replace(AIR, subject_name=f"NOM {rank % 5}", patient=patient, authn_instant=ISSUED - rank * SECOND)
        for rank, patient in enumerate([AIR.patient, Ins("160012B12345657", InsAuthority.NIR_DEMO)] * 20)
    ]
    tokens = [envelope(token(content)) for content in contents]
    with ThreadPoolExecutor(4) as pool:
        read = [*pool.map(lambda data: accept_at_once(data, policy(), ISSUED, bare=False), tokens * 5)]
    assert [verified.content for verified in read] == contents * 5
