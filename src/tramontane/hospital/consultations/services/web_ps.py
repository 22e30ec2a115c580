"""TD0.10: opening the patient's DMP in the national web site (Web-PS), by the address the establishment configured.

The parameters of the AIR variant are not published; the known addresses end with the matricule (`/AccesDirect/…/<INS>`). The
professional authenticates there herself: nothing of our session goes with the link.
"""

from __future__ import annotations

from django.db import transaction

from tramontane.hospital.consultations import gateway, selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.traces.services import record
from tramontane.rules.access import Purpose


def web_ps_address(access: Access) -> str:
    """Where to send the professional; empty without a configured address, and in a secret connection, which the Web-PS knows
    nothing of. Traces: `web_ps.ouvert`.

    Raises:
        AccessRefusedError: the rules do not let her ask the DMP about this patient.
    """
    connection = selectors.connection_of(access.account.legal_entity_id)
    if connection is None or not connection.web_ps_url or access.secret:
        return ""
    gateway.permit(access, Purpose.STATUS, explicit=True)
    with transaction.atomic():
        record(access.event("web_ps.ouvert", transaction="TD0.10"))
    return connection.web_ps_url.replace("{ins}", access.patient.ins)
