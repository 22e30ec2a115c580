"""Checks 4 to 10: each refusal, alone, with what was expected and received; and the call that passes them all."""

from dataclasses import replace
from datetime import date

import pytest

from support.national import (
    EJ,
    ET,
    ET_OF_OTHER_EJ,
    INFIRMIER,
    NOW,
    OTHER_EJ,
    indirect,
    vihf,
)
from tramontane.dmp.identity import PsIdNat
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf import AccessMode, AuthenticationMode
from tramontane.national.judge import CHECKS, Facts, Request, judge, unheard
from tramontane.national.judge.facts import FRANCE, PatientFacts, ProfessionalFacts, StructureFacts, WhiteListFacts

REQUEST = Request("TD3.1", "TD3.1.metadonnees", vihf(), EJ.struct_idnat, NOW)
FACTS = Facts(
    first_presentation=True,
    structure=StructureFacts(ET.value, active=True, legal_entity=EJ.value),
    white_list=WhiteListFacts("active", date(2020, 1, 1), date(2099, 1, 1)),
    professional=ProfessionalFacts("10", authorised=True),
    patient=PatientFacts("open"),
    authorisation=Authorisation.VALIDE,
)


def failed(request: Request = REQUEST, facts: Facts = FACTS) -> dict[str, str]:
    """Failed checks: code → received."""
    return {verdict.code: verdict.received for verdict in judge(request, facts) if verdict.outcome is Outcome.FAILED}


def test_a_call_in_order_passes_every_check() -> None:
    assert failed() == {}


SECRET = replace(REQUEST, vihf=vihf(confidentiality="INVISIBLE_REPRESENTANTS_LEGAUX"))


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        (date(NOW.year - 17, 1, 1), ""),
        (date(NOW.year - 19, 1, 1), "un patient majeur"),
    ],
)
def test_a_secret_connection_is_for_a_minor(born: date, refused: str) -> None:
    found = failed(SECRET, replace(FACTS, patient=PatientFacts("open", birth_date=born)))
    assert found == ({"droits-fonctionnels": refused} if refused else {})


def test_a_secret_connection_under_another_code_is_refused_rather_than_taken_for_an_ordinary_one() -> None:
    assert failed(replace(REQUEST, vihf=vihf(confidentiality="N"))) == {"droits-fonctionnels": "N"}


def test_checks_are_numbered_from_4_without_gap() -> None:
    assert [verdict.step for verdict in judge(REQUEST, FACTS)] == list(range(4, 11))


def test_checks_of_an_unidentified_caller_are_not_run() -> None:
    assert {verdict.outcome for verdict in unheard()} == {Outcome.NOT_RUN}


def test_every_check_says_its_reference_and_what_to_do() -> None:
    assert all(check.title and check.reference and check.next_step for check in CHECKS)


def test_every_reason_is_told_at_once() -> None:
    facts = replace(FACTS, first_presentation=False, white_list=None, professional=None, patient=PatientFacts("closed"))
    assert set(failed(facts=facts)) == {"rejeu", "liste-blanche", "professionnel", "etat-dmp"}


STRUCTURES = {
    "another legal entity": (
        replace(REQUEST, certificate_structure=OTHER_EJ.struct_idnat),
        FACTS,
        "de l'entité juridique 990000010",
    ),
    "an entity that the directory does not know": (REQUEST, replace(FACTS, structure=None), "introuvable"),
    "a closed entity": (
        REQUEST,
        replace(FACTS, structure=StructureFacts(ET.value, active=False, legal_entity=EJ.value)),
        "inactive",
    ),
    "a certificate without structure": (replace(REQUEST, certificate_structure=None), FACTS, "aucun"),
}


@pytest.mark.parametrize("case", STRUCTURES)
def test_a_structure_that_is_not_the_certificates_is_refused(case: str) -> None:
    request, facts, received = STRUCTURES[case]
    assert received in failed(request, facts)["structure"]


def test_the_structure_of_the_certificate_itself_needs_no_directory() -> None:
    request = replace(REQUEST, vihf=indirect(), right="TD3.1.reference")
    assert "structure" not in failed(request, replace(FACTS, structure=None))


CONTRACTS = {
    "suspended": ("contrat suspendu (contrôle)", WhiteListFacts("suspended", date(2020, 1, 1), date(2099, 1, 1), "contrôle")),
    "removed": ("contrat retiré", WhiteListFacts("removed", date(2020, 1, 1), date(2099, 1, 1))),
    "expired": ("contrat expiré", WhiteListFacts("expired", date(2020, 1, 1), date(2099, 1, 1))),
    "past": ("au 31/12/2020", WhiteListFacts("active", date(2020, 1, 1), date(2020, 12, 31))),
    "not begun": ("du 01/01/2098", WhiteListFacts("active", date(2098, 1, 1), date(2099, 1, 1))),
    "never signed": (f"aucun contrat pour {ET}", None),
}  # fmt: skip


def test_a_cause_is_told_when_there_is_one_and_only_then() -> None:
    suspended = WhiteListFacts("suspended", date(2020, 1, 1), date(2099, 1, 1))
    assert failed(facts=replace(FACTS, white_list=suspended)) == {"liste-blanche": "contrat suspendu"}


@pytest.mark.parametrize("case", CONTRACTS)
def test_an_entity_without_contract_in_force_is_refused(case: str) -> None:
    received, entry = CONTRACTS[case]
    assert received in failed(facts=replace(FACTS, white_list=entry))["liste-blanche"]


@pytest.mark.parametrize("boundary", [NOW.astimezone(FRANCE).date()])
def test_a_contract_is_valid_on_its_first_and_last_day(boundary: date) -> None:
    assert failed(facts=replace(FACTS, white_list=WhiteListFacts("active", boundary, boundary))) == {}


def test_the_white_list_binds_only_air_simplifie() -> None:
    request = replace(REQUEST, vihf=indirect(), right="TD3.1.reference")
    assert "liste-blanche" not in failed(request, replace(FACTS, white_list=None))


PROFESSIONALS = {
    "unknown": ("inconnu", None),
    "suspended": ("suspendu (sanction)", ProfessionalFacts("10", authorised=False, cause="sanction")),
    "of another profession": ("profession 10", ProfessionalFacts("60", authorised=True)),
    "not linked to the structure": ("PS et Structure non liés", ProfessionalFacts("10", authorised=True, linked=False)),
}


@pytest.mark.parametrize("case", PROFESSIONALS)
def test_a_professional_without_right_of_access_is_refused(case: str) -> None:
    received, who = PROFESSIONALS[case]
    assert received in failed(facts=replace(FACTS, professional=who))["professionnel"]


def test_in_plain_indirecte_the_structure_answers_for_its_people() -> None:
    request = replace(REQUEST, vihf=indirect(), right="TD3.1.reference")
    assert "professionnel" not in failed(request, replace(FACTS, professional=None))


def test_feeding_is_refused_in_air_to_everyone() -> None:
    request = replace(REQUEST, transaction="TD2.1", right="TD2.1")
    assert "medecin.normal : non" in failed(request)["droits-fonctionnels"]


def test_feeding_is_open_in_indirecte() -> None:
    request = replace(REQUEST, transaction="TD2.1", right="TD2.1", vihf=indirect())
    assert failed(request) == {}


@pytest.mark.parametrize(
    ("patient", "received"),
    [(None, "aucun DMP"), (PatientFacts("none"), "aucun DMP"), (PatientFacts("closed"), "un DMP fermé")],
)
def test_without_an_open_dmp_nothing_can_be_read(patient: PatientFacts | None, received: str) -> None:
    assert received in failed(facts=replace(FACTS, patient=patient))["etat-dmp"]


@pytest.mark.parametrize("patient", [None, PatientFacts("none"), PatientFacts("closed")])
def test_td0_2_may_always_ask_whether_there_is_a_dmp(patient: PatientFacts | None) -> None:
    request = replace(REQUEST, transaction="TD0.2", right="TD0.2")
    assert failed(request, replace(FACTS, patient=patient, authorisation=Authorisation.INTERDIT)) == {}


@pytest.mark.parametrize("state", [Authorisation.EXPIRE, Authorisation.NON_EXISTE, Authorisation.INTERDIT])
def test_without_a_valid_authorisation_nothing_is_read_in_normal_mode(state: Authorisation) -> None:
    assert failed(facts=replace(FACTS, authorisation=state)) == {"autorisation": state.value}


@pytest.mark.parametrize("mode", [AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15])
def test_emergency_needs_no_authorisation(mode: AccessMode) -> None:
    request = replace(REQUEST, vihf=vihf(access_mode=mode))
    assert failed(request, replace(FACTS, authorisation=Authorisation.NON_EXISTE)) == {}


@pytest.mark.parametrize("mode", list(AccessMode))
def test_a_blocked_professional_never_enters(mode: AccessMode) -> None:
    request = replace(REQUEST, vihf=vihf(access_mode=mode))
    assert failed(request, replace(FACTS, authorisation=Authorisation.INTERDIT)) == {"autorisation": "INTERDIT"}


@pytest.mark.parametrize(
    ("mode", "patient", "received"),
    [
        (AccessMode.BRIS_DE_GLACE, PatientFacts("open", opposes_bris_de_glace=True), "OPPOSITION_BRIS_DE_GLACE"),
        (AccessMode.CENTRE_15, PatientFacts("open", opposes_emergency_access=True), "OPPOSITION_ACCES_URGENCE"),
    ],
)
def test_an_opposition_closes_its_own_emergency_mode(mode: AccessMode, patient: PatientFacts, received: str) -> None:
    request = replace(REQUEST, vihf=vihf(access_mode=mode))
    assert failed(request, replace(FACTS, patient=patient)) == {"autorisation": received}


def test_an_opposition_does_not_close_the_normal_mode() -> None:
    opposed = PatientFacts("open", opposes_bris_de_glace=True, opposes_emergency_access=True)
    assert failed(facts=replace(FACTS, patient=opposed)) == {}


def test_one_may_declare_an_authorisation_that_expired_but_not_against_a_block() -> None:
    request = replace(REQUEST, transaction="TD0.3", right="TD0.3.declarer")
    assert failed(request, replace(FACTS, authorisation=Authorisation.EXPIRE)) == {}
    assert set(failed(request, replace(FACTS, authorisation=Authorisation.INTERDIT))) == {"autorisation"}


def test_a_call_about_nobody_is_refused_for_that_alone() -> None:
    request = replace(REQUEST, transaction="TD0.3", right="TD0.3.declarer", vihf=replace(vihf(), patient=None))
    facts = replace(FACTS, patient=None, authorisation=Authorisation.INTERDIT)
    assert failed(request, facts) == {"etat-dmp": "aucun"}


@pytest.mark.parametrize("transaction", ["TD0.2", "TD0.4"])
def test_what_needs_no_patient_is_asked_about_nobody(transaction: str) -> None:
    request = replace(REQUEST, transaction=transaction, vihf=replace(vihf(), patient=None))
    assert {"etat-dmp", "autorisation"}.isdisjoint(failed(request, replace(FACTS, patient=None)))


@pytest.mark.parametrize("mode", [AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15])
def test_an_emergency_at_a_patient_without_dmp_is_refused_for_that_alone(mode: AccessMode) -> None:
    request = replace(REQUEST, vihf=vihf(access_mode=mode))
    facts = replace(FACTS, patient=None, authorisation=Authorisation.NON_EXISTE)
    assert failed(request, facts) == {"etat-dmp": "aucun DMP pour ce patient"}


@pytest.mark.parametrize("transaction", ["TD2.1", "TD3.1"])
def test_in_plain_indirecte_no_authorisation_is_asked(transaction: str) -> None:
    request = replace(REQUEST, transaction=transaction, right="TD2.1", vihf=indirect())
    assert failed(request, replace(FACTS, authorisation=Authorisation.NON_EXISTE)) == {}


def test_in_directe_one_feeds_without_authorisation_but_not_against_a_block() -> None:
    direct = vihf(mode=AuthenticationMode.DIRECTE, primary_authentication=None, subject=PsIdNat("899900063480"))
    request = replace(REQUEST, transaction="TD2.1", right="TD2.1", vihf=direct)
    assert "autorisation" not in failed(request, replace(FACTS, authorisation=Authorisation.EXPIRE))
    assert failed(request, replace(FACTS, authorisation=Authorisation.INTERDIT))["autorisation"] == "INTERDIT"


def verdict_of(code: str, facts: Facts, request: Request = REQUEST) -> Verdict:
    (found,) = (verdict for verdict in judge(request, facts) if verdict.code == code)
    return found


def test_a_refusal_says_what_was_expected_and_a_pass_says_nothing() -> None:
    refused = verdict_of("etat-dmp", replace(FACTS, patient=PatientFacts("closed")))
    assert (refused.expected, refused.next_step) == ("un DMP ouvert", "consultez TD0.2 avant toute autre transaction")
    passed = verdict_of("etat-dmp", FACTS)
    assert (passed.expected, passed.received, passed.next_step) == ("", "", "")


def test_the_next_step_is_that_of_the_cause_where_the_cause_calls_for_another() -> None:
    assert (
        "seul le patient" in verdict_of("autorisation", replace(FACTS, authorisation=Authorisation.INTERDIT)).next_step
    )
    assert "TD0.3" in verdict_of("autorisation", replace(FACTS, authorisation=Authorisation.EXPIRE)).next_step
    assert "annuaire FINESS" in verdict_of("structure", replace(FACTS, structure=None)).next_step


def test_the_nurse_of_the_directory_may_not_pass_for_a_physician() -> None:
    request = replace(REQUEST, vihf=vihf(INFIRMIER))
    assert "profession 60" in failed(request)["professionnel"]


def test_the_other_legal_entity_cannot_speak_for_an_entity_that_is_not_its_own() -> None:
    request = replace(REQUEST, vihf=vihf(structure=ET_OF_OTHER_EJ.struct_idnat))
    facts = replace(FACTS, structure=StructureFacts(ET_OF_OTHER_EJ.value, active=True, legal_entity=OTHER_EJ.value))
    assert "structure" in failed(request, facts)
