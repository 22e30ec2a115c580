"""The document-type matrix: known cells first, the demonstration's table next, denied otherwise."""

import msgspec
import pytest

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.national.judge.habilitation import default_matrix, matrix_with, professions, read_table

MATRIX = default_matrix()


def table(*rows: dict[str, object]) -> bytes:
    """A loadable table."""
    filled = [{"source": "essai", "certainty": "test", **row} for row in rows]
    return msgspec.json.encode({"rows": filled})


@pytest.mark.parametrize("type_code", ["80788-3", "75496-0", "83981-1", "83901-9", "68599-0"])
def test_a_dentist_is_denied_what_the_press_reported(type_code: str) -> None:
    assert not MATRIX.decide("40", type_code).allowed


@pytest.mark.parametrize("type_code", ["75496-0", "68599-0", "83901-9", "68817-6", "89601-9"])
def test_a_nurse_is_denied_what_the_press_reported(type_code: str) -> None:
    assert not MATRIX.decide("60", type_code).allowed


def test_a_nurse_reads_a_social_discharge_letter_and_a_dentist_does_not() -> None:
    assert MATRIX.decide("60", "83981-1").allowed
    assert not MATRIX.decide("40", "83981-1").allowed


def test_a_physician_reads_every_type_but_one() -> None:
    types = {concept.code for concept in value_set(ValueSetName.TYPE_CODE)}
    assert {code for code in types if not MATRIX.decide("10", code).allowed} == {"ATTEST-RESID"}


def test_a_profession_that_no_table_knows_reads_nothing() -> None:
    decision = MATRIX.decide("84", "34112-3")
    assert not decision.allowed
    assert "refus par défaut" in decision.source


def test_every_row_of_the_demonstration_says_that_it_is_not_official() -> None:
    assert "non officielle" in MATRIX.decide("70", "34112-3").source
    completion = MATRIX.tables[1]
    assert {row.certainty for row in completion} == {"demonstration"}


def test_the_demonstration_names_only_types_and_professions_that_exist() -> None:
    types = {concept.code for concept in value_set(ValueSetName.TYPE_CODE)}
    known = {concept.code for concept in value_set(ValueSetName.PROFESSION)}
    assert {code for row in MATRIX.tables[1] for code in row.types} <= types
    assert professions(MATRIX.tables[1]) <= known


def test_a_loaded_table_never_overrides_a_known_official_cell() -> None:
    loaded = matrix_with(table({"profession": "60", "rule": "allowed includes", "types": ["75496-0"]}))
    assert not loaded.decide("60", "75496-0").allowed


def test_a_loaded_table_opens_what_it_says_and_no_more() -> None:
    loaded = matrix_with(table({"profession": "84", "rule": "allowed includes", "types": ["34112-3"]}))
    assert loaded.decide("84", "34112-3").allowed
    assert not loaded.decide("84", "11502-2").allowed


def test_a_named_denial_beats_all_except() -> None:
    loaded = matrix_with(
        table(
            {"profession": "84", "rule": "all types except", "types": []},
            {"profession": "84", "rule": "denied includes", "types": ["34112-3"]},
        )
    )
    assert loaded.decide("84", "11502-2").allowed
    assert not loaded.decide("84", "34112-3").allowed


def test_a_table_with_an_unknown_rule_is_refused_whole() -> None:
    row = {"profession": "84", "rule": "most types", "types": [], "source": "essai", "certainty": "test"}
    with pytest.raises(msgspec.ValidationError, match="règle inconnue"):
        read_table({"rows": [row]})
