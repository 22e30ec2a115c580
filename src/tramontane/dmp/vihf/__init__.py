"""VIHF: the signed assertion that says who consults, from where, with which proof, for which patient."""

from tramontane.dmp.vihf.building import build
from tramontane.dmp.vihf.content import InvalidVihf, Vihf
from tramontane.dmp.vihf.modes import CONF_EXI_PGSSIS, AccessMode, AuthenticationMode
from tramontane.dmp.vihf.policy import KeyPolicy, PinnedCertificates, TrustedIssuers, VerificationPolicy
from tramontane.dmp.vihf.profile import OFFICIAL_SAMPLES, PrimaryAuthenticationPlace, WireProfile
from tramontane.dmp.vihf.verification import STEPS, Verification, verify, verify_assertion
from tramontane.dmp.vihf.verified import VerifiedVihf

__all__ = [
    "CONF_EXI_PGSSIS",
    "OFFICIAL_SAMPLES",
    "STEPS",
    "AccessMode",
    "AuthenticationMode",
    "InvalidVihf",
    "KeyPolicy",
    "PinnedCertificates",
    "PrimaryAuthenticationPlace",
    "TrustedIssuers",
    "Verification",
    "VerificationPolicy",
    "VerifiedVihf",
    "Vihf",
    "WireProfile",
    "build",
    "verify",
    "verify_assertion",
]
