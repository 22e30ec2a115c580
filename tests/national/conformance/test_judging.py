"""Each kind of case: passed, failed, NOT RUN, from exchanges alone."""

from __future__ import annotations

import pytest

from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national.conformance.cases import About, Case, CaseBook, case_book
from tramontane.national.conformance.judging import Exchange, Result, judge

CASES = {case.code: case for case in case_book().cases}


def verdict(step: int, code: str, *, failed: bool = False) -> Verdict:
    return Verdict(step, code, f"Contrôle {step}.", Outcome.FAILED if failed else Outcome.PASSED, received="autre")


def exchange(number: int, transaction: str = "TD3.1", result: str = "granted", **more: object) -> Exchange:
    values: dict[str, object] = {"access_mode": "normal", "rpps": "1", "ins": "a", "verdicts": ()}
    return Exchange(number=number, transaction=transaction, result=result, **(values | more))  # type: ignore[arg-type]


DENIED = "DMPAccessDeniedByRightsService"


def closed(number: int) -> Exchange:
    return refused(number, verdict(9, "etat-dmp", failed=True))


def refused(number: int, *verdicts: Verdict, wire_code: str = DENIED) -> Exchange:
    return exchange(number, result="refused", wire_code=wire_code, verdicts=verdicts)


def scripted(number: int) -> Exchange:
    return exchange(number, result="scripted")


def of(code: str, *exchanges: Exchange) -> Result:
    return judge([CASES[code]], exchanges)[0]


def test_a_check_passes_when_it_never_failed_and_is_not_run_when_nothing_reached_it() -> None:
    assert of("vihf").outcome is Outcome.NOT_RUN
    assert of("vihf", exchange(1, verdicts=(verdict(3, "vihf-duree"),))).outcome is Outcome.PASSED
    unheard = Verdict(6, "liste-blanche", "…", Outcome.NOT_RUN)
    assert of("liste-blanche", exchange(1, verdicts=(unheard,))).outcome is Outcome.NOT_RUN
    both = (verdict(3, "vihf-duree"), verdict(3, "vihf-signature", failed=True))
    failed = of("vihf", exchange(1), exchange(2, result="refused", verdicts=both))
    assert (failed.outcome, failed.exchanges) == (Outcome.FAILED, (2,))
    assert "échange n° 2" in failed.received


def test_a_transaction_passes_once_granted_fails_when_only_refused() -> None:
    assert of("recherche", exchange(1, "TD3.2")).outcome is Outcome.NOT_RUN
    assert of("recherche", exchange(1, result="refused")).outcome is Outcome.FAILED
    passed = of("recherche", exchange(1, result="refused"), exchange(2))
    assert (passed.outcome, passed.exchanges) == (Outcome.PASSED, (2,))
    assert of("bris-de-glace", exchange(1)).outcome is Outcome.NOT_RUN
    assert of("bris-de-glace", exchange(1, access_mode="bris_de_glace")).outcome is Outcome.PASSED


def test_the_first_search_of_each_patient_follows_a_granted_verification() -> None:
    good = (exchange(1, "TD0.2"), exchange(2), exchange(3))
    assert of("verification", *good).outcome is Outcome.PASSED
    bad = of("verification", *good, exchange(4, ins="b"), exchange(5, "TD0.2", ins="b"))
    assert (bad.outcome, bad.exchanges) == (Outcome.FAILED, (4,))
    assert of("verification", exchange(1, "TD0.2", result="refused"), exchange(2)).outcome is Outcome.FAILED
    assert of("verification", exchange(1, "TD0.2")).outcome is Outcome.NOT_RUN


def test_a_client_that_insists_after_a_refusal_fails_even_when_it_is_let_in_at_last() -> None:
    assert of("dmp-ferme", exchange(1)).outcome is Outcome.NOT_RUN
    assert of("dmp-ferme", closed(1), closed(2)).outcome is Outcome.PASSED
    assert of("dmp-ferme", closed(1), closed(2), closed(3)).outcome is Outcome.FAILED
    let_in = of("dmp-ferme", closed(1), closed(2), closed(3), exchange(4))
    assert (let_in.outcome, let_in.exchanges) == (Outcome.FAILED, (2, 3))
    assert of("dmp-ferme", closed(1), exchange(2), closed(3), closed(4)).outcome is Outcome.PASSED
    others = (closed(1), exchange(2, ins="b"), exchange(3, ins="b"), exchange(4, ins="b"))
    assert of("dmp-ferme", *others).outcome is Outcome.PASSED


def test_a_refusal_counts_only_by_the_check_that_refused_and_by_its_code_on_the_wire() -> None:
    suspended, blocked = verdict(6, "liste-blanche", failed=True), verdict(10, "autorisation", failed=True)
    told_first = refused(1, suspended, blocked)
    assert of("blocage", told_first).outcome is Outcome.NOT_RUN, "the client was told of its contract"
    met = of("entite-suspendue", told_first)
    assert (met.outcome, met.exchanges) == (Outcome.PASSED, (1,))
    assert DENIED in met.received
    other_code = refused(1, blocked, wire_code="Sender")
    assert of("blocage", other_code).outcome is Outcome.NOT_RUN
    unknown = refused(1, verdict(9, "etat-dmp", failed=True), wire_code="XDSUnknownPatientId")
    assert of("dmp-ferme", unknown).outcome is Outcome.PASSED
    assert (
        of("professionnel-suspendu", *(refused(n, verdict(7, "professionnel", failed=True)) for n in (1, 2, 3))).outcome
        is Outcome.FAILED
    )


def test_each_of_the_eight_checks_fails_for_its_own_reason_alone() -> None:
    for step in range(1, 9):
        verdicts = tuple(verdict(one, f"c{one}", failed=one == step) for one in range(1, 9))
        found = judge(case_book().cases[:8], [refused(7, *verdicts)])
        failed = [one for one in found if one.outcome is Outcome.FAILED]
        assert [one.case.number for one in failed] == [step]
        assert f"c{step}" in failed[0].received
        assert DENIED in failed[0].received
        assert {one.outcome for one in found if one.case.number != step} == {Outcome.PASSED}


def test_a_refusal_provoked_on_purpose_does_not_count_against_the_client() -> None:
    suspended = refused(1, verdict(6, "liste-blanche", failed=True), verdict(7, "professionnel"))
    good = exchange(2, verdicts=(verdict(6, "liste-blanche"), verdict(7, "professionnel")))

    def outcome(*exchanges: Exchange, provoked: tuple[int, ...]) -> Outcome:
        return judge([CASES["liste-blanche"]], exchanges, provoked)[0].outcome

    assert outcome(suspended, good, provoked=()) is Outcome.FAILED
    assert outcome(suspended, good, provoked=(7,)) is Outcome.FAILED
    both = refused(3, verdict(6, "liste-blanche", failed=True), verdict(7, "professionnel", failed=True))
    assert "refusé d’abord par « liste-blanche »" in of("professionnel", both).received
    assert outcome(suspended, good, provoked=(6,)) is Outcome.PASSED
    assert outcome(suspended, provoked=(6,)) is Outcome.NOT_RUN, "nothing passed: nothing is known"


def test_what_is_unreadable_or_refused_for_its_form_fails_whatever_else_was_granted() -> None:
    assert of("demandes").outcome is Outcome.NOT_RUN
    assert of("demandes", scripted(1)).outcome is Outcome.NOT_RUN
    assert of("demandes", exchange(1), closed(2)).outcome is Outcome.PASSED
    assert of("demandes", exchange(1), exchange(2, result="unusable")).outcome is Outcome.FAILED
    incomplete = of("demandes", exchange(1), refused(2, verdict(6, "x"), wire_code="XDSStoredQueryMissingParam"))
    assert (incomplete.outcome, incomplete.exchanges) == (Outcome.FAILED, (2,))
    assert "XDSStoredQueryMissingParam" in incomplete.received


def test_every_case_names_a_document_and_where_in_it() -> None:
    for case in case_book().cases:
        assert len(case.reference) > 10, case.code
        assert case.expected


def test_a_fault_is_recovered_by_the_same_call_granted() -> None:
    assert of("reprise", exchange(1)).outcome is Outcome.NOT_RUN
    assert of("reprise", scripted(1), exchange(2, ins="b")).outcome is Outcome.FAILED
    assert of("reprise", scripted(1), scripted(2), exchange(3)).outcome is Outcome.PASSED


def test_a_session_without_a_call_runs_no_case_and_passes_none() -> None:
    assert {one.outcome for one in judge(case_book().cases, ())} == {Outcome.NOT_RUN}


def test_a_case_that_could_never_fail_is_refused() -> None:
    with pytest.raises(ValueError, match="il manque"):
        Case(1, "x", "x", "checks", "x", "x")
    one = Case(2, "x", "x", "granted", "x", "x", about=About("TD3.1"))
    with pytest.raises(ValueError, match="de 1 en 1"):
        CaseBook("1", (one,))
