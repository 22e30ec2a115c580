"""A person enters the official text: a new edition, never an edit; and the difference to review."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tramontane.rules.referentiels import (
    InvalidReferentiel,
    Referentiel,
    Regles,
    TexteStatut,
    completed,
    difference,
    dimension_changes,
    load_completion,
    read_completion,
    rule_changes,
    shipped,
)

HEAD = "schema: 1\nreferentiel: dmp\nversion: '9.9'\nsource: {document: Document d’essai, releve_par: Zoé}\n"


def complete(text: str) -> Referentiel:
    return completed(shipped("dmp"), read_completion((HEAD + text).encode()), edition="essai")


def test_a_text_given_becomes_official_and_the_others_stay_what_they_were() -> None:
    after = complete("exigences: [{id: exi-01, texte: ' Texte d’essai ', titre: Titre, dimension: acces}]")
    one = after.by_key["dmp:exi-01"]
    assert (one.texte, one.texte_statut, one.titre, one.dimension) == (
        "Texte d’essai", TexteStatut.OFFICIEL, "Titre", "acces",
    )  # fmt: skip
    assert one.source == "Document d’essai"
    assert after.by_key["dmp:exi-02"] == shipped("dmp").by_key["dmp:exi-02"]
    assert after.version == "9.9"
    assert after.sha256 != shipped("dmp").sha256


def test_a_version_alone_is_enough() -> None:
    after = complete("")
    assert after.exigences == shipped("dmp").exigences
    assert difference(shipped("dmp"), after) == ()


def test_the_difference_says_what_must_be_assessed_again() -> None:
    quoted = shipped("dmp").by_key["dmp:exi-23"].texte
    after = complete(
        "exigences:\n"
        "  - {id: exi-01, texte: Texte d’essai}\n"
        f"  - {{id: exi-23, texte: {quoted!r}}}\n"
        "  - {id: rec-01, texte: Recommandation d’essai}\n"
    )
    changes = {change.key: change for change in difference(shipped("dmp"), after)}
    assert list(changes) == ["dmp:exi-01", "dmp:exi-23", "dmp:rec-01"]
    assert changes["dmp:exi-01"].reassess
    assert changes["dmp:rec-01"].reassess
    assert not changes["dmp:exi-23"].reassess, "the same words, now official: the level stands"


def test_the_dimensions_of_the_document_replace_ours_and_each_change_is_told() -> None:
    known = [{"cle": one.cle, "libelle": one.libelle, "portee": one.portee} for one in shipped("dmp").dimensions]
    known[0]["libelle"] = "Cadre"
    before = shipped("dmp")
    completion = load_completion(
        {"schema": 1, "referentiel": "dmp", "version": "9.9", "source": {"document": "Essai"}}
        | {"dimensions": [*known, {"cle": "annexe", "libelle": "Annexe"}]}
        | {"exigences": [{"id": "exi-01", "dimension": "annexe"}]}
    )
    after = completed(before, completion, edition="essai")
    said = dimension_changes(before, after)
    assert "« Annexe » : ajoutée" in said
    assert f"« {before.dimensions[0].libelle} » : modifiée (libelle, certitude)" in said
    one, was = after.by_key["dmp:exi-01"], before.by_key["dmp:exi-01"]
    assert (one.dimension, one.dimension_deduite, one.texte) == ("annexe", False, was.texte)
    (change,) = difference(before, after)
    assert not change.reassess, "a dimension only arranges"
    assert "« Annexe » : supprimée" in dimension_changes(after, before)


def test_each_change_of_a_rule_is_told() -> None:
    before = shipped("dmp")
    assert rule_changes(before, complete("")) == ()
    loosened = complete("actif: false\nregles: {duree_max_mois: 60, mention: null, bloquantes: [exi-04]}")
    assert rule_changes(before, loosened) == (
        "inactif : aucun dossier ne s’y ouvre plus",
        "durée maximale, en mois : « 36 » devient « 60 »",
        f"mention sans réserve : « {before.regles.mention} » devient « inconnu »",
        "exigences sans réserve possible : « exi-04, exi-23, exi-25, exi-29 » devient « exi-04 »",
    )
    assert loosened.regles.prealables_commission == before.regles.prealables_commission, "what is not named stays"
    every = replace(before, regles=Regles(etapes=before.regles.etapes[:1]))
    assert len(rule_changes(before, every)) == len(Regles.__struct_fields__)


@pytest.mark.parametrize("rules", ["{duree: 60}", "{bloquantes: exi-04}", "60"])
def test_a_rule_nobody_knows_is_refused(rules: str) -> None:
    with pytest.raises(InvalidReferentiel):
        complete(f"regles: {rules}")


@pytest.mark.parametrize("text", ["exigences: 5", "exigences: {id: exi-01}", "dimensions: vrai"])
def test_what_is_no_list_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidReferentiel) as refused:
        complete(text)
    assert refused.value.problems == (f"{text.partition(':')[0]} : attendu une liste",)


def test_an_exigence_that_left_is_told_and_not_reassessed() -> None:
    after = complete("exigences: [{id: rec-01, texte: Recommandation d’essai}]")
    (change,) = difference(after, shipped("dmp"))
    assert (change.key, change.kind, change.reassess) == ("dmp:rec-01", "supprimée", False)


def test_an_exigence_that_becomes_blocking_must_be_assessed_again() -> None:
    after = complete("regles: {bloquantes: [exi-20]}")
    changes = {change.key: change for change in difference(shipped("dmp"), after)}
    assert changes["dmp:exi-20"].fields == ("bloquante",)
    assert changes["dmp:exi-20"].reassess


def test_two_different_referentiels_have_no_difference() -> None:
    with pytest.raises(ValueError, match="dmp, rie"):
        difference(shipped("dmp"), shipped("rie"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exigences: [{id: exi-01, texte: '  '}]", "exi-01 : texte vide"),
        ("exigences: [{id: exi-01, texte: a}, {id: exi-01, texte: b}]", "exi-01 : donnée 2 fois"),
        ("exigences: [{id: exi-01}]", "exi-01 : ni texte, ni titre, ni dimension"),
        ("dimensions: [{cle: acces, libelle: a}, {cle: acces, libelle: b}]", "dimension acces : donnée 2 fois"),
        ("dimensions: [{cle: acces}]", "dimensions, n° 1 : champ obligatoire absent : `libelle`"),
        ("dimensions: [{cle: autre, libelle: Autre}]", "la dimension « acces » n’est pas déclarée"),
        ("exigences: [{id: exi-01, texte: a, dimension: nulle}]", "la dimension « nulle » n’est pas déclarée"),
        ("exigences: [{id: exi-01, texte: a, niveau: 3}]", "champ inconnu : `niveau`"),
    ],
)
def test_a_wrong_completion_is_refused_with_the_line_at_fault(text: str, said: str) -> None:
    with pytest.raises(InvalidReferentiel) as refused:
        complete(text)
    assert said in "\n".join(refused.value.problems)


def test_the_text_of_another_referentiel_is_refused() -> None:
    with pytest.raises(InvalidReferentiel) as refused:
        completed(shipped("rie"), read_completion(HEAD.encode()), edition="essai")
    assert refused.value.problems == ("referentiel : attendu « rie », reçu « dmp »",)


def test_a_completion_without_a_version_is_refused() -> None:
    with pytest.raises(InvalidReferentiel):
        read_completion(HEAD.replace("9.9", " ").encode())
