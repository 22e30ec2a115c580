"""Scripted faults: which call they hit, how many times, and what becomes of its effects."""

from __future__ import annotations

from typing import Any

import pytest

from support.national import INFIRMIER, MEDECIN, OPEN, UNDECLARED, InMemory, call, vihf
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.identity import Rpps
from tramontane.dmp.transactions import td0_2, td0_3
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.national import faults
from tramontane.national.faults import PlayedFault
from tramontane.national.models import AccessResult, AccessTrace, FaultKind

FAULT = PlayedFault(FaultKind.SOAP_FAULT, subcode="soap:SiDmpIndisponible", text="Maintenance.")


def ask(national: InMemory, who: Rpps = MEDECIN) -> td0_2.DmpStatus:
    """TD0.2."""
    return td0_2.read(national(td0_2.request(call(vihf(who)), OPEN)))


def test_a_fault_is_played_as_many_times_as_asked(national: InMemory) -> None:
    faults.script(FAULT, times=2)
    for _ in range(2):
        with pytest.raises(SoapFault) as played:
            ask(national)
        assert played.value.remote_code == "SiDmpIndisponible"
        assert AccessTrace.objects.latest("pk").result == AccessResult.SCRIPTED
    assert ask(national).exists


def test_a_fault_without_count_lasts_until_forgotten(national: InMemory) -> None:
    faults.script(FAULT)
    for _ in range(3):
        with pytest.raises(SoapFault):
            ask(national)
    faults.forget()
    assert ask(national).exists


@pytest.mark.parametrize("elsewhere", [{"transaction": "TD3.1"}, {"rpps": INFIRMIER.value}, {"ins": UNDECLARED.value}])
def test_a_fault_hits_only_the_calls_it_names(national: InMemory, elsewhere: dict[str, Any]) -> None:
    faults.script(FAULT, **elsewhere)
    assert ask(national).exists


@pytest.mark.parametrize("here", [{"transaction": "TD0.2"}, {"rpps": MEDECIN.value}, {"ins": OPEN.value}])
def test_a_fault_hits_the_calls_it_names(national: InMemory, here: dict[str, Any]) -> None:
    faults.script(FAULT, **here)
    with pytest.raises(SoapFault):
        ask(national)


def declare(national: InMemory) -> int:
    """TD0.3 for a patient who has none; the HTTP status."""
    request = td0_3.set_authorization(call(vihf(patient=UNDECLARED)), td0_3.Action.AJOUT)
    return national(request).status


def declared(national: InMemory) -> bool:
    """Whether the declaration took effect."""
    response = national(td0_2.request(call(vihf(patient=UNDECLARED)), UNDECLARED))
    return td0_2.read(response).authorisation is Authorisation.VALIDE


def test_an_http_500_has_no_effect(national: InMemory) -> None:
    faults.script(PlayedFault(FaultKind.HTTP_500), times=1)
    assert declare(national) == 500
    assert not declared(national)


def test_an_answer_that_gets_lost_was_given_nevertheless(national: InMemory) -> None:
    faults.script(PlayedFault(FaultKind.CUT), times=1)
    assert declare(national) == 200
    assert declared(national)
