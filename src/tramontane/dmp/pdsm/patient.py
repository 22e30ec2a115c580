"""TD0.2 as a Patient.

Source: page « TD0.2 » of the DMP's PDSm guide (ANS, 2026): a search by INS gives no entry when there is no active DMP,
one entry otherwise. The extensions that would carry the rest (authorisation, Mon espace santé, closing) are « to be
defined » there: they are absent here. Names, sex and birth date are absent too: RG_0320.
"""

from __future__ import annotations

from tramontane.dmp.identity import Ins
from tramontane.dmp.pdsm.document_reference import identifier_of
from tramontane.dmp.pdsm.values import Resource


def patient(ins: Ins, *, resource_id: str) -> Resource:
    """The patient of an active DMP: an INS and nothing more."""
    return {
        "resourceType": "Patient",
        "id": resource_id,
        "identifier": [{"use": "official", **identifier_of(ins)}],
        "active": True,
    }
