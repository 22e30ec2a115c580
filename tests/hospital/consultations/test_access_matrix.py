"""Which call leaves, through the whole application, against an enumeration written from the law's words alone.

The oracle below shares nothing with `rules.access`: three sentences of the code de la santé publique and of the guide,
as `and`s and `or`s over the situation. 0 difference is allowed.
"""

from __future__ import annotations

import random
from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from support.consultation import NURSE, PHYSICIAN, Ready
from support.dmp_double import Dossier
from support.hospital import make_account, proof_of
from tramontane.dmp.transactions.td0_2 import Authorisation, DmpStatus
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, NoticeReading
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.consultations import services
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import Answer, DmpState, Opening, SearchMemory
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules


@dataclass(frozen=True)
class Situation:
    """One cell of the matrix."""

    factors: str  # none, password, passkey
    rpps: bool
    notice: str  # never, old, read
    right: str  # none, consult, emergency
    ins: str  # absent, RECUP, QUAL
    said: str  # nothing, informed, consent, opposition, withdrawn
    team: bool
    emergency: bool
    dmp: str  # none, closed, or the authorisation of an open one
    opposes_emergency: bool


AXES: dict[str, tuple[Any, ...]] = {
    "factors": ("none", "password", "passkey"),
    "rpps": (True, False),
    "notice": ("never", "old", "read"),
    "right": ("none", "consult", "emergency"),
    "ins": ("absent", "RECUP", "QUAL"),
    "said": ("nothing", "informed", "consent", "opposition", "withdrawn"),
    "team": (True, False),
    "emergency": (False, True),
    "dmp": ("none", "closed", "VALIDE", "EXPIRE", "INTERDIT", "NON_EXISTE"),
    "opposes_emergency": (False, True),
}
GOOD = Situation(
    factors="passkey", rpps=True, notice="read", right="emergency", ins="QUAL", said="informed", team=True,
    emergency=False, dmp="VALIDE", opposes_emergency=False,
)  # fmt: skip


def expected(s: Situation) -> list[str]:
    """The calls the law lets leave, in order."""
    identified = s.factors == "passkey" and s.rpps and s.notice == "read"  # EXI 23, EX_AIR-020, SC.DMP/CONF.11
    entitled = s.right in ("consult", "emergency") and s.ins == "QUAL"  # EXI 20, EX_GEN-1255
    refused_by_patient = s.said in ("opposition", "withdrawn")  # L. 1111-17: an express opposition always stands
    if not identified or not entitled or refused_by_patient:
        return []
    if s.emergency:
        if s.right != "emergency":
            return []
        if s.dmp in ("none", "closed"):
            return ["TD0.2"]
        # L. 1111-17 I: an emergency sets aside information, team and authorisation; not a block, not an opposition.
        barred = s.opposes_emergency or s.dmp == "INTERDIT"
        return ["TD0.2", "TD1.3a"] if barred else ["TD0.2", "TD1.3a", "TD3.1"]
    informed = s.said in ("informed", "consent")  # R. 1111-46, for this episode
    if not informed or not s.team:
        return []
    return ["TD0.2", "TD3.1"] if s.dmp == "VALIDE" else ["TD0.2"]


def play(ready: Ready, colleague: Account, s: Situation) -> list[str]:
    """Put the situation in the database, open the record, and tell which calls left."""
    for model in (NoticeReading, ConsentRecord, DmpState, Answer, SearchMemory, MatrixRevision, Opening):
        model.objects.all().delete()
    ready.world.asked.clear()
    who = ready.account if s.team else colleague
    Account.objects.filter(pk=who.pk).update(rpps=f"{who.rpps}" if s.rpps else None)
    if s.notice != "never":
        days = 181 if s.notice == "old" else 1
        NoticeReading.objects.create(
            account=who, text_version=notice().version, read_at=clock.now() - timedelta(days=days)
        )
    rights = LocalRights(consult=s.right != "none", bris_de_glace=s.right == "emergency")
    rules = (LocalRule(PHYSICIAN, "", rights), LocalRule(NURSE, "", LocalRights(consult=True)))
    publish(who.legal_entity, LocalRules(rules), motive="Essai", actor=ready.access.actor)
    status = "RECUP" if s.ins == "RECUP" else "QUAL"
    Patient.objects.filter(pk=ready.patient.pk).update(
        ins="" if s.ins == "absent" else ready.patient.ins, identity_status=status
    )
    if s.said != "nothing":
        ready.say("information" if s.said == "informed" else "consultation", s.said)
    ready.world.dossiers[ready.patient.ins] = dossier(s)
    services.open_record(access(ready, who, s))
    Account.objects.filter(pk=who.pk).update(rpps=who.rpps)
    return ready.world.transactions


def dossier(s: Situation) -> Dossier:
    """What the DMP would say."""
    if s.dmp == "none":
        return Dossier(DmpStatus(exists=False, open=False))
    authorisation = Authorisation.VALIDE if s.dmp == "closed" else Authorisation(s.dmp)
    return Dossier(
        DmpStatus(
            exists=True,
            open=s.dmp != "closed",
            authorisation=authorisation,
            opposition_bris_de_glace=s.opposes_emergency,
        )
    )


def access(ready: Ready, who: Account, s: Situation) -> Access:
    """The professional before the patient. Outside the team she works elsewhere; her rights are of every service."""
    proof = None if s.factors == "none" else proof_of(s.factors)
    service = ready.access.service if s.team else None
    opened = replace(ready.access, account=who, proof=proof, service=service)
    if not s.emergency:
        return opened
    opening = Opening.objects.create(
        account=who, patient=ready.patient, geographic_entity=ready.service.geographic_entity, motive="Urgence",
        access_mode="bris_de_glace", unable_to_express_will=True, immediate_risk=True, opened_at=clock.now(),
    )  # fmt: skip
    return opened.in_emergency(opening)


def differences(ready: Ready, cells: list[Situation]) -> list[tuple[Any, ...]]:
    """The cells where the application and the oracle disagree."""
    colleague = make_account(ready.account.legal_entity)
    found = []
    for cell in cells:
        got = play(ready, colleague, cell)
        if got != expected(cell):
            found.append((*astuple(cell), got, expected(cell)))
    return found


def drawn(number: int, seed: int) -> list[Situation]:
    """Around the situation where everything holds: up to three axes redrawn, so that boundaries are met often."""
    chance = random.Random(seed)
    return [
        replace(GOOD, **{axis: chance.choice(AXES[axis]) for axis in chance.sample(list(AXES), chance.randint(0, 3))})
        for _ in range(number)
    ]


def test_the_application_lets_leave_exactly_what_the_law_lets(ready: Ready) -> None:
    cells = drawn(300, seed=2026)
    assert {len(expected(cell)) for cell in cells} == {0, 1, 2, 3}
    assert differences(ready, cells) == []


@pytest.mark.campaign
def test_every_cell_agrees(ready: Ready) -> None:
    cells = [Situation(*values) for values in product(*AXES.values())]
    assert differences(ready, cells) == []
