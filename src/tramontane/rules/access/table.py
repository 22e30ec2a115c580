"""The one table of access conditions: what must hold, before which call, in which mode, and what to say otherwise.

An emergency sets aside exactly what the law sets aside: the patient's information, the care team, and the authorisation
on the DMP (CSP L. 1111-17 I, R. 1111-48). It never sets aside the two factors, the RPPS, the certificates, an express
opposition, nor the fact that the patient blocked this professional.
"""

from __future__ import annotations

from tramontane.rules.access.condition import Condition
from tramontane.rules.access.establishment import ESTABLISHMENT
from tramontane.rules.access.patient import EMERGENCY, PATIENT, SECRET_CONNECTION
from tramontane.rules.access.professional import HABILITATION, IDENTIFICATION
from tramontane.rules.access.record import AUTHORISATION, GESTURES, STATUS

CONDITIONS: tuple[Condition, ...] = (
    *IDENTIFICATION,
    *HABILITATION,
    *ESTABLISHMENT,
    *PATIENT,
    *SECRET_CONNECTION,
    *EMERGENCY,
    *STATUS,
    *AUTHORISATION,
    *GESTURES,
)
