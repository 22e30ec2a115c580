"""Who asks, and where: the values a hospital gives the client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tramontane.client.tls import ServerTrust
from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import FinessGeographique, Rpps
from tramontane.dmp.nomenclatures import Coded


@dataclass(frozen=True, slots=True)
class Professional:
    """A professional logged in at the hospital with two factors.

    Attributes:
        roles: profession (TRE_G15), then specialty (TRE_R01) or section (TRE_G05) where the profession asks for one.
        finess_geographique: the site (ET) where the professional works now.
        sector: ``SAxx`` of JDV_J61; ``SA01`` is the public hospital.
        authn_instant: when the local session was opened, aware, any zone.
        authn_context_class: URI of how; must be the truth (EX_0.1-1020).
    """

    rpps: Rpps
    name: str
    roles: tuple[Coded, ...]
    finess_geographique: FinessGeographique
    sector: str
    authn_instant: datetime
    authn_context_class: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One DMP platform.

    Attributes:
        base_url: ``https://…/services/``, ending with a slash.
        trust: whom its certificate must come from.

    Raises:
        LocalError: not an https address.
    """

    base_url: str
    trust: ServerTrust

    def __post_init__(self) -> None:
        if not self.base_url.startswith("https://") or not self.base_url.endswith("/"):
            raise LocalError(
                "L'adresse du DMP n'est pas utilisable.",
                code="adresse-invalide",
                expected="https://… terminée par « / »",
                received=self.base_url,
                next_step="corrigez l'adresse dans la configuration",
            )
