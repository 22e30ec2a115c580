"""What a professional can ask of the DMP, each as a plan: how to write the request, how to read the answer.

Nothing is sent here. The two faces of the client run the same plans (see `aio` and `sync`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tramontane.client.consumers import Begin
from tramontane.client.parties import Professional
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.vihf import AccessMode, AuthenticationMode

T = TypeVar("T")
NORMAL = AccessMode.NORMAL
AIR = AuthenticationMode.INDIRECTE_RENFORCEE


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """One transaction to run for one professional.

    Attributes:
        patient: None where the transaction names none.
        write: the request, for one call.
        read: the value, from the whole answer.
        stream: instead of `read`, receives the answer as it comes, for contents that do not fit in memory.
        mode: AIR simplifié, but for the transactions it does not have.
        confidentiality: « connexion secrète » of minors (EX_0.1-1100), None otherwise.
    """

    professional: Professional
    patient: Ins | None
    access_mode: AccessMode
    write: Callable[[Call], HttpRequest]
    read: Callable[[HttpResponse], T] | None = None
    stream: Begin[T] | None = None
    mode: AuthenticationMode = AIR
    confidentiality: str | None = None


def status(professional: Professional, patient: Ins, access_mode: AccessMode = NORMAL) -> Plan[DmpStatus]:
    """TD0.2: does the patient have a DMP, is it open, may this professional read it?"""
    return Plan(
        professional,
        patient,
        access_mode,
        write=lambda call: td0_2.request(call, patient),
        read=lambda response: td0_2.read(response, patient=patient),
    )
