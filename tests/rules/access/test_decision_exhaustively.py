"""The table against a second implementation, written here without looking at it: the same answer everywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

from support.access_facts import EVERY_RIGHT, INS, RPPS, TRUE_EMERGENCY, TWO_FACTORS, facts, proof
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode
from tramontane.rules.access import (
    AccessFacts,
    AirContractState,
    CertificateState,
    DmpState,
    Emergency,
    EmergencyOpposition,
    Factor,
    Granted,
    InsStatus,
    LocalRights,
    NoticeState,
    PatientChoice,
    Purpose,
    Refused,
    Relationship,
    SecretConnection,
    decide,
)

PROOFS = [None, proof(), proof(Factor.CONNAISSANCE), TWO_FACTORS, proof(*Factor)]
AUTHORISATIONS = [None, *Authorisation]
INS_STATES = [(None, InsStatus.PROVISOIRE), *((INS, status) for status in InsStatus)]
RIGHTS = [LocalRights(*bits) for bits in product([False, True], repeat=3)]
EMERGENCIES = [
    Emergency(motive, unable, risk, opposition)
    for motive, unable, risk, opposition in product(
        ["", "  ", "Coma"], [False, True], [False, True], EmergencyOpposition
    )
]

# Every state of every fact.
DOMAINS: dict[str, list[Any]] = {
    "proof": PROOFS,
    "rpps": [None, RPPS],
    "notice": list(NoticeState),
    "rights": RIGHTS,
    "certificates": list(CertificateState),
    "air_contract": list(AirContractState),
    "ins_state": INS_STATES,
    "choice": list(PatientChoice),
    "relationship": list(Relationship),
    "secret_connection": list(SecretConnection),
    "mode": list(AccessMode),
    "emergency": EMERGENCIES,
    "dmp": list(DmpState),
    "authorisation": AUTHORISATIONS,
    "explicit_request": [False, True],
}


def naive_refusals(f: AccessFacts, purpose: str) -> set[str]:
    """The rules, told as a story."""
    codes = set()
    normal, ice = f.mode.value == "normal", f.mode.value == "bris_de_glace"

    # Who is asking?
    if f.proof is None:
        codes.add("deux-facteurs-absents")
    else:
        count = len(f.proof.factors)
        if count < 2:
            codes.add("facteur-unique" if count else "deux-facteurs-inconnus")
    if not f.rpps:
        codes.add("rpps-inconnu")
    if f.notice.value != "lue":
        codes.add("notice-a-relire" if f.notice.value == "à relire" else "notice-non-lue")
    if not f.rights.consult:
        codes.add("habilitation-consultation")
    if ice and not f.rights.bris_de_glace:
        codes.add("habilitation-bris-de-glace")
    if f.mode.value == "centre_15" and not f.rights.regulate:
        codes.add("habilitation-regulation")

    # From which establishment?
    bad_certificates = {"expiré": "certificat-expire", "absent": "certificat-absent", "révoqué": "certificat-revoque"}
    bad_contracts = {"expiré": "contrat-air-expire", "suspendu": "contrat-air-suspendu", "refusé": "liste-blanche"}
    codes |= {bad_certificates.get(f.certificates.value, ""), bad_contracts.get(f.air_contract.value, "")} - {""}

    # For which patient?
    if f.ins is None:
        codes.add("ins-absente")
    elif f.ins_status.value in ("provisoire", "recuperee", "validee"):
        codes.add("ins-non-qualifiee")
    if f.choice.value == "opposé":
        codes.add("patient-oppose")
    if normal and f.relationship.value == "hors équipe de soins":
        codes.add("hors-equipe-de-soins")
    if normal and f.choice.value == "non recueilli" and not f.relationship.value.startswith("consentement explicite"):
        codes.add("patient-non-informe")
    codes |= {
        "patient majeur": {"connexion-secrete-majeur"},
        "patient trop jeune": {"connexion-secrete-trop-jeune"},
        "âge minimum non réglé": {"connexion-secrete-non-reglee"},
    }.get(f.secret_connection.value, set())

    # Is it an emergency?
    if ice:
        if f.emergency.motive.strip() == "":
            codes.add("urgence-sans-motif")
        if f.emergency.unable_to_express_will is False:
            codes.add("urgence-patient-conscient")
        if f.emergency.immediate_risk is False:
            codes.add("urgence-sans-risque-immediat")

    if purpose == "TD0.2":
        return codes

    # What did the DMP answer?
    if not normal and f.emergency.opposition.value == "opposé":
        codes.add("urgence-opposition")
    if f.dmp.value != "ouvert":
        codes.add(
            {"non interrogé": "dmp-non-interroge", "inexistant": "dmp-inexistant", "fermé": "dmp-ferme"}[f.dmp.value]
        )
    word = f.authorisation.value if f.authorisation else None
    if word == "INTERDIT":
        codes.add("professionnel-bloque")
    if normal and word is None and f.dmp.value == "ouvert":
        codes.add("autorisation-inconnue")

    if purpose == "TD0.3":
        if word == "VALIDE":
            codes.add("autorisation-deja-valide")
        if not normal:
            codes.add("autorisation-hors-mode-normal")
        if not f.explicit_request:
            codes.add("autorisation-automatique")
        return codes
    if normal and word == "NON_EXISTE":
        codes.add("autorisation-inexistante")
    if normal and word == "EXPIRE":
        codes.add("autorisation-expiree")
    if purpose == "TD3.2" and not f.explicit_request:
        codes.add("telechargement-automatique")
    return codes


def differences(cases: Iterator[dict[str, Any]]) -> tuple[int, list[str]]:
    count, different = 0, []
    for case in cases:
        ins, ins_status = case.pop("ins_state", (INS, InsStatus.QUALIFIEE))
        f = facts(ins=ins, ins_status=ins_status, **case)
        for purpose in Purpose:
            count += 1
            expected = naive_refusals(f, purpose.value)
            decision = decide(f, purpose)
            found = {reason.code for reason in decision.reasons} if isinstance(decision, Refused) else set()
            if found != expected or isinstance(decision, Granted) == bool(expected):
                different.append(f"{purpose}: {case}: {found ^ expected}")
    return count, different


def whole_product(*names: str) -> Iterator[dict[str, Any]]:
    return (dict(zip(names, values, strict=True)) for values in product(*(DOMAINS[name] for name in names)))


def test_every_state_of_the_professional_and_the_establishment() -> None:
    count, different = differences(whole_product("proof", "rpps", "notice", "certificates", "air_contract", "mode"))
    assert count == 5 * 2 * 3 * 5 * 5 * 3 * 4
    assert different == []


def test_every_state_of_the_patient_and_the_record() -> None:
    names = ("ins_state", "choice", "relationship", "mode", "dmp", "authorisation", "explicit_request")
    count, different = differences(whole_product(*names))
    assert count == 5 * 3 * 3 * 3 * 4 * 5 * 2 * 4
    assert different == []


def test_every_state_of_an_emergency() -> None:
    count, different = differences(whole_product("mode", "emergency", "rights", "choice", "authorisation"))
    assert count == 3 * 36 * 8 * 3 * 5 * 4
    assert different == []


def test_every_pair_of_states_of_any_two_facts() -> None:
    names = list(DOMAINS)
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    count, different = differences(case for pair in pairs for case in whole_product(*pair))
    assert count > 10_000
    assert different == []


def test_eight_thousand_random_states_of_all_facts_together() -> None:
    draw = random.Random(20260302)
    cases = ({name: draw.choice(states) for name, states in DOMAINS.items()} for _ in range(8_000))
    _, different = differences(cases)
    assert different == []


def test_the_domains_hold_states_that_grant() -> None:
    assert EVERY_RIGHT in RIGHTS
    assert TRUE_EMERGENCY.opposition in EmergencyOpposition
    assert isinstance(decide(facts(), Purpose.RETRIEVE), Granted)
