"""The objectives: what a month says, from facts that a person can count by hand."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import msgspec
import pytest

from tramontane.rules.objectives import (
    Capability,
    Flow,
    Homologated,
    Member,
    MonthFacts,
    Movements,
    Readiness,
    Site,
    State,
    UnknownReading,
    by_profession,
    by_service,
    checklist,
    definitions,
    figures,
    forecast,
    levers,
    needed,
    reading,
    standings,
    total,
)
from tramontane.rules.objectives.periods import bounds, key_of, month_of, parse

DAY = date(2027, 3, 31)
OPEN = Site(1, "Nord", signed=True, expires=date(2028, 1, 1), observed="active")
SHUT = Site(2, "Sud", signed=False, expires=None, observed="unknown")


def member(account: int, profession: str = "10", site: int = 1, **fields: bool) -> Member:
    values = {"clinician": True, "admissions": False, "rpps": True, "equipped": True, "entitled": True} | fields
    return Member(account, profession, (10 + site,), (site,), **values)


def facts(*members: Member, **fields: object) -> MonthFacts:
    values = {
        "flows": (),
        "movements": Movements(),
        "capability": Capability(dmp=Homologated(date(2028, 1, 1), 0), sites=(OPEN, SHUT), software=True),
        "readiness": Readiness(),
        "services": {11: "Cardiologie", 12: "Urgences"},
        "reading": reading(),
    } | fields
    return MonthFacts("2027-03", DAY, tuple(members), **values)  # type: ignore[arg-type]


def one(found: MonthFacts, objective: str, year: str):  # type: ignore[no-untyped-def]
    return next(figure for figure in figures(found) if (figure.objective, figure.year) == (objective, year))


def test_every_objective_of_the_webinar_is_there_with_its_parameters_offered() -> None:
    known = definitions()
    assert [one.id for one in known.objectifs] == ["1.0", "1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]
    assert {name for one in known.objectifs for name in one.parametres} == set(known.parametres)
    assert all(one.defaut in one.choix and one.inconnu for one in known.parametres.values())
    assert {proof.objectif for proof in known.preuves} <= {one.id for one in known.objectifs}


def test_a_reading_outside_the_table_is_refused() -> None:
    with pytest.raises(UnknownReading, match="flux_mensuel"):
        reading({"flux_mensuel": "au doigt mouillé"})


@pytest.mark.parametrize(
    ("share", "of", "wanted"), [(0.75, 4, 3), (0.9, 11, 10), (0.4, 5, 2), (1.0, 7, 7), (0.6, 3, 2)]
)
def test_a_threshold_is_reached_by_whole_people(share: float, of: int, wanted: int) -> None:
    assert needed(share, of) == wanted


def test_rpps_is_counted_over_the_professions_in_2027_and_everybody_in_2028() -> None:
    found = facts(member(1), member(2, rpps=False), member(3, "", clinician=False, admissions=True, rpps=False))
    before, after = one(found, "1.1", "2027"), one(found, "1.1", "2028")
    assert (before.numerator, before.denominator, before.missing) == (1, 2, 1)
    assert (after.numerator, after.denominator) == (1, 3)
    clinicians = msgspec.structs.replace(found, reading=reading({"utilisateur_dpi": "soignants"}))
    assert one(clinicians, "1.1", "2028").denominator == 2


def test_being_equipped_is_enough_in_2027_and_logging_in_is_asked_in_2028() -> None:
    found = facts(member(1, strong=True), member(2), member(3, "60", equipped=False, weak=True), member(4, "91"))
    assert (one(found, "1.3", "2027").numerator, one(found, "1.3", "2027").denominator) == (2, 3)
    assert (one(found, "1.3", "2028").numerator, one(found, "1.3", "2028").denominator) == (1, 4)
    causes = {lever.sentence: lever.count for lever in levers(one(found, "1.3", "2028"), found)}
    assert causes == {"Comptes sans second facteur": 1, "Comptes équipés qui ne se sont pas connectés ce mois": 2}


def test_a_site_without_contract_opens_nothing_and_no_homologation_closes_all() -> None:
    found = facts(member(1), member(2, site=2))
    assert (one(found, "1.4", "2028").numerator, one(found, "1.4", "2028").denominator) == (1, 2)
    closed = msgspec.structs.replace(found, capability=Capability(sites=(OPEN,)))
    assert one(closed, "1.4", "2028").numerator == 0
    assert "homologation" in one(closed, "1.4", "2028").reason
    expired = msgspec.structs.replace(OPEN, expires=date(2027, 3, 30))
    late = msgspec.structs.replace(found, capability=Capability(dmp=Homologated(DAY, 0), sites=(expired,)))
    assert one(late, "1.4", "2028").numerator == 0


def test_consultation_is_counted_over_entitled_users_only() -> None:
    people = [member(rank, consulted=rank <= 2) for rank in range(1, 6)]
    found = facts(*people, member(6, entitled=False, consulted=True), member(7, rpps=False))
    figure = one(found, "2.2", "2027")
    assert (figure.numerator, figure.denominator, figure.state, figure.missing) == (2, 6, State.BELOW, 1)
    strict = msgspec.structs.replace(found, reading=reading({"utilisateur_habilite": "matrice_et_rpps"}))
    assert (one(strict, "2.2", "2027").denominator, one(strict, "2.2", "2027").state) == (5, State.REACHED)
    assert {lever.sentence: lever.count for lever in levers(figure, found)} == {
        "Utilisateurs habilités sans RPPS": 1,
        "Utilisateurs prêts qui n’ont pas consulté ce mois": 3,
    }


def test_nobody_to_count_is_not_measured_rather_than_reached() -> None:
    assert {one(facts(), name, "2027").state for name in ("1.1", "1.3", "2.1", "2.2")} == {State.NOT_MEASURED}


def test_the_flow_is_counted_whole_and_by_service() -> None:
    found = facts(flows=(Flow(0, 100, 80, 70, 10), Flow(11, 60, 58, 50, 8), Flow(12, 50, 30, 28, 2)))
    assert one(found, "2.1", "2027").state is State.REACHED
    assert (one(found, "2.1", "2028").state, one(found, "2.1", "2028").missing) == (State.BELOW, 10)
    assert [(row.key, row.missing) for row in by_service("2.1", "2028", found)] == [("12", 15), ("11", 0)]
    assert "Urgences" in levers(one(found, "2.1", "2028"), found)[0].sentence


def test_rows_say_who_misses_most_and_who_is_near() -> None:
    found = facts(*(member(n, consulted=n > 7) for n in range(11)), member(20, "60", site=2, consulted=True))
    rows = by_service("2.2", "2027", found)
    assert [(row.key, row.numerator, row.denominator, row.missing) for row in rows] == [
        ("11", 3, 11, 2),
        ("12", 1, 1, 0),
    ]
    assert [row.key for row in by_profession("2.2", "2027", found)] == ["10", "60"]
    assert by_profession("1.0", "2027", found) == ()


def test_movements_ask_for_a_review_of_the_year_and_automation_in_2028() -> None:
    moved = Movements(received=10, applied=10, automatic=9, last_review=date(2026, 4, 1))
    found = facts(movements=moved)
    assert one(found, "1.2", "2027").state is State.REACHED
    assert one(found, "1.2", "2028").missing == 1
    late = facts(movements=msgspec.structs.replace(moved, last_review=date(2026, 3, 30)))
    assert "a plus de 12 mois" in one(late, "1.2", "2027").reason
    assert one(late, "1.2", "2027").state is State.BELOW
    assert one(facts(movements=Movements(last_review=DAY)), "1.2", "2027").state is State.REACHED
    assert one(facts(), "1.2", "2027").state is State.BELOW


def test_rpps_activities_are_asked_for_in_2028_unless_the_reading_only_shows_them() -> None:
    moved = Movements(received=1, applied=1, automatic=1, last_review=DAY, rpps_accounts=3, rpps_current=2)
    found = facts(movements=moved)
    assert one(found, "1.2", "2027").state is State.REACHED
    assert (one(found, "1.2", "2028").state, one(found, "1.2", "2028").numerator) == (State.BELOW, 1)
    assert one(found, "1.2", "2028").reason == "1 compte à RPPS n’a eu ni activité reçue ni revue depuis 12 mois."
    shown = msgspec.structs.replace(found, reading=reading({"activites_rpps": "affichees"}))
    before = msgspec.structs.replace(found, reading={})  # a month closed before this reading existed
    assert {one(other, "1.2", "2028").state for other in (shown, before)} == {State.REACHED}


def test_the_pv_of_the_mie_may_carry_reserves_in_2027_only() -> None:
    found = facts(capability=Capability(rie=Homologated(date(2028, 1, 1), 2)))
    assert one(found, "1.0", "2027").state is State.REACHED
    assert one(found, "1.0", "2028").state is State.BELOW
    assert one(facts(), "1.0", "2027").state is State.BELOW


def test_the_five_conditions_say_what_is_missing_and_what_to_do() -> None:
    found = {standing.key: standing for standing in standings(facts(member(1)))}
    assert list(found) == ["D", "I", "C", "A", "H"]
    assert found["D"].done
    assert not found["H"].done
    assert "Publier" in found["H"].action
    assert not found["A"].done
    assert "contrat" in found["A"].action
    ready = facts(
        member(1),
        flows=(Flow(0, 4, 4, 3, 1),),
        capability=Capability(sites=(OPEN,), software=True),
        readiness=Readiness(patients=4, qualified=4, matrix_rules=3, matrix_reviewed=date(2026, 6, 1)),
    )
    assert [one.done for one in standings(ready)] == [True] * 5
    assert all(not one.action for one in standings(ready))


def test_a_forecast_follows_the_line_and_says_its_assumption() -> None:
    months = [date(2027, month, 1) for month in (1, 2, 3, 4)]
    rising = forecast(list(zip(months, (0.40, 0.45, 0.50, 0.55), strict=True)), 0.75, date(2027, 12, 31))
    assert rising.month == date(2027, 8, 1)
    assert "à temps" in rising.sentence
    assert "Hypothèse" in rising.sentence
    flat = forecast([(month, 0.4) for month in months], 0.75, date(2027, 12, 31))
    assert flat.month is None
    assert "n’est pas atteinte" in flat.sentence
    assert forecast([(months[0], 0.4)], 0.75, date(2027, 12, 31)).sentence.startswith("Pas de prévision")
    held = forecast([(month, 0.8) for month in months], 0.75, date(2027, 12, 31))
    assert (held.month, held.held) == (months[-1], True)  # a month gone by is no forecast
    assert held.sentence.startswith("Cible atteinte au dernier mois clos, ")


def test_months_run_from_midnight_to_midnight_in_paris() -> None:
    assert [moment.isoformat() for moment in bounds(date(2026, 11, 1))] == [
        "2026-10-31T23:00:00+00:00",
        "2026-11-30T23:00:00+00:00",
    ]
    # The months of the two clock changes are an hour shorter, and an hour longer.
    assert [
        (end - start).total_seconds() / 3600 for start, end in map(bounds, (date(2026, 3, 1), date(2026, 10, 1)))
    ] == [
        743,
        745,
    ]
    year = [bounds(date(2026, month, 1)) for month in range(1, 13)]
    assert all(before[1] == after[0] for before, after in pairwise(year))
    assert month_of(datetime.fromisoformat("2026-10-31T23:00:00+00:00")) == date(2026, 11, 1)
    assert month_of(datetime.fromisoformat("2026-10-31T22:59:59.999999+00:00")) == date(2026, 10, 1)
    assert parse(key_of(date(2026, 3, 9))) == date(2026, 3, 1)


def test_a_proof_file_lists_what_a_year_asks_for() -> None:
    lines = checklist("2027", ["pv-dmp", "pv-dmp"])
    assert {line.proof.cle: line.held for line in lines}["pv-dmp"] == 2
    assert [line.proof.cle for line in checklist("2026", [])] == ["cadrage", "maturite"]
    assert not any(line.done for line in checklist("2026", []))


def test_a_group_adds_up_and_is_held_back_by_one_of_its_establishments() -> None:
    big = facts(*(member(n, consulted=n < 6) for n in range(10)))
    small = facts(member(1), member(2, consulted=True))
    whole = total([one(big, "2.2", "2027"), one(small, "2.2", "2027")])
    assert (whole.numerator, whole.denominator, whole.state) == (7, 12, State.REACHED)
    assert whole.reason == "2 sur 2 atteignent la cible."
    assert total([one(big, "2.2", "2028"), one(small, "2.2", "2028")]).state is State.BELOW
    closed = facts(member(1), capability=Capability(sites=(OPEN,)))
    held = total([one(facts(member(1)), "1.4", "2027"), one(closed, "1.4", "2027")])
    assert (held.state, held.reason) == (State.BELOW, "1 sur 2 atteignent la cible.")
    assert total([one(facts(), "2.1", "2027")] * 2).state is State.NOT_MEASURED
    with pytest.raises(ValueError, match="one objective"):
        total([one(big, "2.2", "2027"), one(big, "1.1", "2027")])


def test_facts_survive_their_writing() -> None:
    found = facts(member(1), flows=(Flow(0, 1, 1, 1, 0),), movements=Movements(last_review=DAY))
    assert msgspec.json.decode(msgspec.json.encode(found), type=MonthFacts) == found
