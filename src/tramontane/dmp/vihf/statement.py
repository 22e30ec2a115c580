"""What a token of our own form says of its user, his structure and his software: read by the steps themselves, and kept.

They come back in every token. The patient and the dates do not, and are nowhere here (ADR 6).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from tramontane.dmp.saml import Assertion, WrittenAttributes
from tramontane.dmp.vihf.content import Vihf
from tramontane.dmp.vihf.examination import Examination
from tramontane.dmp.vihf.policy import PinnedCertificates, VerificationPolicy
from tramontane.dmp.vihf.profile import WireProfile
from tramontane.dmp.vihf.steps_attributes import ATTRIBUTE_STEPS
from tramontane.dmp.vihf.steps_content import USER_STEPS

_STEPS = (*USER_STEPS, *ATTRIBUTE_STEPS)
_NOWHEN = datetime.min.replace(tzinfo=UTC)
_BLANK = Assertion("", "2.0", "", "", "", "", None, None, "", None, "", None, ())


class Stated(NamedTuple):
    """The content of a VIHF, about no patient and since no date, and its VIHF_Version."""

    content: Vihf
    version: str


@lru_cache(maxsize=1024)
def stated(
    attributes: WrittenAttributes, name_id: str, context: str, decl: str | None, profile: WireProfile
) -> Stated | None:
    """What is stated, None when one of the steps has anything to say of it, be it a tolerance.

    Raises:
        TramontaneError: a step refuses a value, or a rule on the content is broken.
    """
    examination = Examination(b"", _policy(profile), _NOWHEN, bare=True)
    examination.content = _BLANK._replace(
        name_id=name_id, authn_context_class=context, authn_context_decl=decl, attributes=attributes.attributes
    )
    if any(step.check(examination) is not None for step in _STEPS):
        return None
    fields = examination.fields
    version = fields.pop("version")
    return Stated(Vihf(authn_instant=_NOWHEN, **fields), version)


@lru_cache(maxsize=8)
def _policy(profile: WireProfile) -> VerificationPolicy:
    """Whoever signed: that was judged before."""
    return VerificationPolicy(PinnedCertificates(()), patient_required=False, profile=profile)
