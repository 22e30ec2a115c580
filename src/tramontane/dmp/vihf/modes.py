"""The three ways a professional is vouched for, and the three ways a DMP is opened."""

from __future__ import annotations

from enum import StrEnum

# EX_AIR-050: the only method of primary authentication allowed in AIR simplifié.
CONF_EXI_PGSSIS = "CONF_EXI_PGSSIS"
# TRE_R248 on the DMP wire, and the OID the current terminology gives it: match on the code, accept either.
ACCESS_MODE_OID = "1.2.250.1.213.1.1.4.248"
ACCESS_MODE_OID_CURRENT = "1.2.250.1.213.1.1.4.336"
SECTOR_OID = "1.2.250.1.71.4.2.4"


class AuthenticationMode(StrEnum):
    """Attribute Authentification_mode. AIR simplifié is INDIRECTE_RENFORCEE with CONF_EXI_PGSSIS."""

    DIRECTE = "DIRECTE"
    INDIRECTE = "INDIRECTE"
    INDIRECTE_RENFORCEE = "INDIRECTE_RENFORCEE"


class AccessMode(StrEnum):
    """Attribute purposeofuse."""

    NORMAL = "normal"
    BRIS_DE_GLACE = "bris_de_glace"
    CENTRE_15 = "centre_15"
