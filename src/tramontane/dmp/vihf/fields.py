"""The fields of a VIHF, unchecked: what the rules read. Everyone else uses `Vihf`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tramontane.dmp.identity import Ins, PsIdNat, StructIdNat
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.vihf.modes import AccessMode, AuthenticationMode


@dataclass(frozen=True, kw_only=True)
class VihfFields:
    """What a VIHF says. See `Vihf` for the meaning of each field."""

    mode: AuthenticationMode
    subject: PsIdNat | str
    subject_name: str
    roles: tuple[Coded, ...]
    structure: StructIdNat
    sector: str
    patient: Ins | None
    access_mode: AccessMode = AccessMode.NORMAL
    authn_instant: datetime
    authn_context_class: str
    lps_id: str = ""
    lps_name: str
    lps_version: str
    lps_homologation: str = field(repr=False)
    primary_authentication: str | None = None
    confidentiality: str | None = None
