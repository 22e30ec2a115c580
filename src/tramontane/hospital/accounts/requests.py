"""The request as views receive it once `SessionGuard` has let it through."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.proof import SessionProof


class AuthenticatedRequest(HttpRequest):
    """A request with its account and proof. A type only: the middleware sets the attributes."""

    account: Account
    proof: SessionProof
    htmx: HtmxDetails
