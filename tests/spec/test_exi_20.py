"""EXI 20 — habilitations: a profession consults, breaks the glass or regulates only where the hospital says so."""

from __future__ import annotations

import pytest

from support.access_spec import codes, refusals
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import LocalRights, Purpose


@pytest.mark.parametrize("purpose", Purpose)
def test_no_call_without_habilitation(purpose: Purpose) -> None:
    assert "EXI 20" in refusals(purpose, rights=LocalRights())["habilitation-consultation"]


def test_consulting_does_not_entail_breaking_the_glass_nor_regulating() -> None:
    consult = LocalRights(consult=True)
    assert codes(Purpose.LIST, rights=consult) == set()
    assert codes(Purpose.LIST, rights=consult, mode=AccessMode.BRIS_DE_GLACE) == {"habilitation-bris-de-glace"}
    assert codes(Purpose.LIST, rights=consult, mode=AccessMode.CENTRE_15) == {"habilitation-regulation"}


def test_breaking_the_glass_does_not_entail_consulting() -> None:
    rights = LocalRights(bris_de_glace=True)
    assert codes(Purpose.LIST, rights=rights, mode=AccessMode.BRIS_DE_GLACE) == {"habilitation-consultation"}
