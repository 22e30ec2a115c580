"""What AIR is, who does what, in which order: the guide that opens the kit of self-homologation, in our words."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.selectors import contracts
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.views.establishment import page


@requires(*permissions.READERS)
@require_GET
def guide(request: AuthenticatedRequest) -> HttpResponse:
    """The guide, with where the establishment stands."""
    return page(request, "guide", {"readiness": contracts.steps(request.account.legal_entity, today())})
