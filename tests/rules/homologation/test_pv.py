"""The words of the PV, to the letter: 0, 1 or n réserves, 1 or n months, one or several legal identifiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.homologation_facts import dmp
from tramontane.rules.homologation import PvFacts, mention, pv_words

FACTS = PvFacts(
    "Centre hospitalier d’Essai", "010000001", "Alix Moreau", date(2026, 12, 1), 12, identifiants=("010000001",)
)
RESERVES = ("Revue des habilitations à tenir.", "Avenant au contrat de maintenance à signer")
PRONONCE = (
    "Suite à la commission tenue le 1er décembre 2026, je soussigné Alix Moreau, responsable de la structure Centre "
    "hospitalier d’Essai, prononce l'homologation au « Référentiel de sécurité et d'interopérabilité relatif à l'accès "
    "des professionnels au dossier médical partagé (DMP) » version 1.0 pour "
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("months", "reserves", "end"),
    [
        (12, (), "12 mois."),
        (1, (), "1 mois."),
        (6, RESERVES[:1], "6 mois, avec la réserve suivante : Revue des habilitations à tenir."),
        (
            36,
            RESERVES,
            "36 mois, avec les réserves suivantes : Revue des habilitations à tenir ; Avenant au contrat de maintenance à signer.",
        ),
    ],
)
def test_both_sentences_say_the_same_term_and_the_same_reserves(
    months: int, reserves: tuple[str, ...], end: str
) -> None:
    words = pv_words(dmp(), replace(FACTS, months=months, reserves=reserves))
    assert plain(words.mention) == f"Le service est homologué pour {end}"
    assert plain(words.prononce) == PRONONCE + end


def test_the_spaces_before_french_punctuation_do_not_break() -> None:
    said = mention(dmp(), 6, RESERVES)
    assert "suivantes\u00a0: " in said
    assert "tenir\u00a0; Avenant" in said
    assert "6\u00a0mois" in said
    assert "«\u00a0Référentiel" in pv_words(dmp(), FACTS).prononce


@pytest.mark.parametrize("identifiers", [("010000001",), ("010000001", "010000002")])
def test_the_list_of_legal_identifiers_keeps_its_heading(identifiers: tuple[str, ...]) -> None:
    words = pv_words(dmp(), replace(FACTS, identifiants=identifiers))
    assert plain(words.titre_identifiants) == (
        "Liste des identifiants juridiques portés dans les certificats IGC-Santé utilisés pour l'accès en "
        "'AIR Simplifié' :"
    )
    assert words.identifiants == identifiers
    assert words.titre == "Procès-verbal d'auto-homologation au référentiel DMP"
    assert words.entete == ("Centre hospitalier d’Essai", "010000001")


def test_a_woman_may_sign_in_her_own_form() -> None:
    assert "je soussignée Alix" in pv_words(dmp(), replace(FACTS, soussigne="soussignée")).prononce


@pytest.mark.parametrize("hostile", ["{mois}", "#pagebreak()", "<script>", "{{ x }}", "=cmd", "\\1"])
def test_what_a_person_typed_is_printed_as_it_is(hostile: str) -> None:
    assert hostile in mention(dmp(), 6, (hostile,))
    assert hostile in pv_words(dmp(), replace(FACTS, signataire=hostile)).prononce


@given(st.integers(1, 36), st.lists(st.text(min_size=1).map(lambda text: f"r{text}x"), max_size=5))
def test_every_reserve_is_in_the_sentence(months: int, reserves: list[str]) -> None:
    said = mention(dmp(), months, reserves)
    assert all(text in said for text in reserves)
    assert f"{months}\u00a0mois" in said


def test_nothing_is_written_without_a_version_an_identifier_or_the_words() -> None:
    wordless = msgspec.structs.replace(dmp(), regles=msgspec.structs.replace(dmp().regles, mention=None))
    for referentiel in (dmp(version=None), wordless):
        with pytest.raises(ValueError, match="ne s’écrit pas"):
            pv_words(referentiel, FACTS)
    with pytest.raises(ValueError, match="n’est pas connue"):
        mention(wordless, 3, ())
    with pytest.raises(ValueError, match="au moins un identifiant"):
        pv_words(dmp(), replace(FACTS, identifiants=()))
