"""The contract as a PDF: numbered, dated, sealed by the stand-in (PAdES baseline B) with a test certificate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils import timezone

from tramontane.national.models import Contract, GeographicEntity
from tramontane.national.pages import seal
from tramontane.national.pages.engagements import engagements
from tramontane.ui import paper

TEMPLATE = "national/pages/paper/contract.typ"
_TITLES = {
    "initial": "Contrat de mise en œuvre de la solution AIR d’accès au DMP",
    "renewal": "Renouvellement du contrat AIR d’accès au DMP",
    "amendment": "Avenant au contrat AIR d’accès au DMP",
}


def signed(contract: Contract, entities: Iterable[GeographicEntity]) -> bytes:
    """The sealed PDF of a contract that already has its number; it need not be written yet.

    Raises:
        tramontane.ui.paper.PaperError: the template does not compile.
    """
    return seal.apply(paper.write(TEMPLATE, _data(contract, entities), at=contract.signed_at), contract.number)


def _data(contract: Contract, entities: Iterable[GeographicEntity]) -> dict[str, Any]:
    """`engagements().version` is on the row: a later text is another version, printed by its own signature only."""
    return {
        "title": _TITLES[contract.kind],
        "number": contract.number,
        "replaces": contract.replaces.number if contract.replaces else "",
        "trigger": contract.get_trigger_display(),
        "signatory": contract.signatory_name,
        "capacity": contract.signatory_capacity,
        "card": contract.get_signatory_card_display(),
        "identity": contract.signatory.identity,
        "signed_at": timezone.localtime(contract.signed_at),
        "legal_entity": contract.legal_entity.name,
        "finess_juridique": contract.legal_entity_id,
        "entities": [[one.name, one.pk] for one in entities],
        "homologated_on": contract.homologated_on,
        "months": contract.homologation_months,
        "referentiel": contract.referentiel_version,
        "valid_from": contract.valid_from,
        "valid_until": contract.valid_until,
        "text": msgspec.to_builtins(engagements()),
    }
