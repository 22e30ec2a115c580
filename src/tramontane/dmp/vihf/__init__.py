"""VIHF: the signed assertion that says who consults, from where, with which proof, for which patient."""

from tramontane.dmp.vihf.building import build
from tramontane.dmp.vihf.content import InvalidVihf, Vihf
from tramontane.dmp.vihf.modes import CONF_EXI_PGSSIS, AccessMode, AuthenticationMode
from tramontane.dmp.vihf.profile import OFFICIAL_SAMPLES, PrimaryAuthenticationPlace, WireProfile

__all__ = [
    "CONF_EXI_PGSSIS",
    "OFFICIAL_SAMPLES",
    "AccessMode",
    "AuthenticationMode",
    "InvalidVihf",
    "PrimaryAuthenticationPlace",
    "Vihf",
    "WireProfile",
    "build",
]
