"""What the sources leave unsettled about the wire, as data: change a field, not the code.

Each field says who writes what (MSG: official message samples; KIT: C# sample code; DRIM: the DRIMbox client;
H2: ANS mapping of 2026-04; PSC: the Pro Santé Connect proxy). `OFFICIAL_SAMPLES` follows MSG, and the requirement
text where MSG is silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tramontane.dmp.vihf.modes import ACCESS_MODE_OID


class PrimaryAuthenticationPlace(StrEnum):
    """Which element of AuthnContext holds CONF_EXI_PGSSIS (EX_AIR-050 does not say)."""

    AUTHN_CONTEXT_DECL = "AuthnContextDecl"
    AUTHN_CONTEXT_CLASS_REF = "AuthnContextClassRef"


@dataclass(frozen=True, slots=True)
class WireProfile:
    """How a VIHF is spelled.

    Attributes:
        vihf_version: "3.0" in every sample, KIT, DRIM and PSC; "4.0" in the table of H2, whose example says 3.0.
        authentication_mode_name: `Authentification_mode` (MSG, PSC) or `Authentification_Mode` (KIT, DRIM, H2).
        access_mode_oid: …4.248 on the wire (MSG), …4.336 in today's terminology.
        access_mode_system_name: "mode acces VIHF 2.0" (MSG) or "mode acces VIHF 1.0" (KIT, DRIM).
        primary_authentication_place: AuthnContextDecl, inferred from KIT, MSG and DRIM.
        name_id_format: none in MSG.
        role_system_names: codeSystemName of a role by code system; optional, absent from the direct and indirect
            samples; a code system without a pair is written without it.
        confidentiality_name: attribute of the « connexion secrète » of minors; `Confidentiality_code` in KIT.
    """

    vihf_version: str = "3.0"
    authentication_mode_name: str = "Authentification_mode"
    access_mode_oid: str = ACCESS_MODE_OID
    access_mode_system_name: str = "mode acces VIHF 2.0"
    primary_authentication_place: PrimaryAuthenticationPlace = PrimaryAuthenticationPlace.AUTHN_CONTEXT_DECL
    name_id_format: str = ""
    role_system_names: tuple[tuple[str, str], ...] = (
        ("1.2.250.1.71.1.2.7", "professions"),
        ("1.2.250.1.71.4.2.5", "specialites RPPS"),
    )
    confidentiality_name: str = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"


OFFICIAL_SAMPLES = WireProfile()
