"""Where a profile writes CONF_EXI_PGSSIS as a class, another class is an authentication context and nothing more."""

from __future__ import annotations

from support.vihf_forgery import failed_codes, judge_token
from support.vihf_tokens import INDIRECTE, INDIRECTE_ID, PASSWORD, token
from tramontane.dmp.vihf import WireProfile
from tramontane.dmp.vihf.profile import PrimaryAuthenticationPlace

AS_CLASS = WireProfile(primary_authentication_place=PrimaryAuthenticationPlace.AUTHN_CONTEXT_CLASS_REF)


def test_a_password_class_declares_no_primary_authentication() -> None:
    verification = judge_token(token(INDIRECTE, assertion_id=INDIRECTE_ID, profile=AS_CLASS), profile=AS_CLASS)
    assert failed_codes(verification) == []
    assert verification.vihf is not None
    assert verification.vihf.content.authn_context_class == PASSWORD
    assert verification.vihf.content.primary_authentication is None
