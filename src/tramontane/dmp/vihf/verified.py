"""What a verified VIHF is to those who use it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from tramontane.dmp.vihf.content import Vihf


class VerifiedVihf(NamedTuple):
    """A VIHF that passed every check.

    Attributes:
        content: what it says, read from the verified bytes.
        assertion_id: to be remembered until the token expires: a second use is a replay.
        issue_instant: UTC.
        issuer: distinguished name as written.
        certificate: the certificate whose key verified the signature.
        version: VIHF_Version, "3.0" or "4.0".
    """

    content: Vihf
    assertion_id: str
    issue_instant: datetime
    issuer: str
    certificate: x509.Certificate
    version: str
