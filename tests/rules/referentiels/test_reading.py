"""A référentiel file is read whole, or refused with every place at fault."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tramontane.rules.referentiels import InvalidReferentiel, TexteStatut, load, read, shipped, shipped_ids, write
from tramontane.rules.referentiels.plain_yaml import _Plain

HEAD = "schema: 1\nid: x\nnom: X\nsigle: x\nedition: '1'\nsource: {document: d}\n"


def problems(text: str) -> str:
    with pytest.raises(InvalidReferentiel) as refused:
        read((HEAD + text).encode())
    return "\n".join(refused.value.problems)


def test_the_dmp_has_29_exigences_in_7_dimensions() -> None:
    dmp = shipped("dmp")
    assert [exigence.id for exigence in dmp.exigences] == [f"exi-{number:02}" for number in range(1, 30)]
    assert len(dmp.dimensions) == 7


def test_the_dmp_quotes_four_texts_and_invents_none() -> None:
    by_status = {status: [e.id for e in shipped("dmp").exigences if e.texte_statut is status] for status in TexteStatut}
    assert by_status[TexteStatut.WEBINAIRE] == ["exi-04", "exi-23", "exi-25", "exi-29"]
    assert by_status[TexteStatut.PARAPHRASE] == ["exi-20", "exi-28"]
    assert by_status[TexteStatut.OFFICIEL] == []
    assert all(e.texte is None for e in shipped("dmp").exigences if e.id in by_status[TexteStatut.A_SAISIR])
    assert shipped("dmp").version is None


def test_the_dmp_rules_are_those_of_the_webinar() -> None:
    regles = shipped("dmp").regles
    assert regles.duree_max_mois == 36
    assert regles.bloquantes == ("exi-04", "exi-23", "exi-25", "exi-29")
    assert regles.prealables_commission == ("exi-04", "exi-23", "exi-25")
    assert [e.id for e in shipped("dmp").exigences if e.calculee] == ["exi-29"]
    assert len(regles.etapes) == 6


def test_the_identification_referentiel_is_an_inactive_draft() -> None:
    assert not shipped("rie").actif
    assert shipped("rie").regles.mention is None


def test_the_objectives_are_carried_by_the_same_engine_with_the_texts_that_are_measured() -> None:
    measured = yaml.safe_load(files("tramontane.rules.referentiels").joinpath("objectives.yaml").read_bytes())
    carried = shipped("hospiconnect").by_key
    assert list(carried) == [f"hospiconnect:{row['id']}" for row in measured["objectifs"]]
    for row in measured["objectifs"]:
        objective = carried[f"hospiconnect:{row['id']}"]
        assert objective.texte == row["libelle"]
        assert objective.jalons == {year: target["texte"] for year, target in row["cibles"].items()}


@pytest.mark.parametrize("name", shipped_ids())
def test_a_referentiel_written_is_read_back_equal_with_the_same_digest(name: str) -> None:
    again = load(write(shipped(name)))
    assert again == shipped(name)
    assert again.sha256 == shipped(name).sha256


def test_an_unknown_referentiel_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped("../dmp")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "au moins une exigence"),
        ("exigences: [{id: a}, {id: b, libelle: 3}]", "n° 1 (a) : champ obligatoire absent : `libelle`"),
        ("exigences: [{id: a}, {id: b, libelle: 3}]", "n° 2 (b) : attendu `str`, reçu `int`"),
        ("exigences: [{id: a, libelle: A}]\ncouleur: bleu", "champ inconnu : `couleur`"),
        ("exigences: [{id: A b, libelle: A}]", "identifiant « A b »"),
        ("exigences: [{id: a, libelle: A}, {id: a, libelle: B}]", "« a » : donné à 2 exigences"),
        ("exigences: [{id: a, libelle: A, texte: bla}]", "a : un texte est donné et son statut est « a_saisir »"),
        ("exigences: [{id: a, libelle: A, texte_statut: officiel}]", "annoncé « officiel » et il est vide"),
        ("exigences: [{id: a, libelle: A, texte: b, texte_statut: officiel}]", "porte sa source"),
        ("exigences: [{id: a, libelle: A, texte_statut: paraphrase}]", "la reformulation est vide"),
        ("exigences: [{id: a, libelle: A, texte_statut: sûr}]", "valeur hors liste"),
        ("exigences: [{id: a, libelle: A, dimension: d}]", "la dimension « d » n’est pas déclarée"),
        ("exigences: [{id: a, libelle: A}]\nregles: {bloquantes: [b]}", "l’exigence « b » n’existe pas"),
        ("exigences: [{id: a, libelle: A}]\nregles: {duree_max_mois: 0}", "attendu 1 mois ou plus"),
        ("exigences: [", "ligne 7"),
        ("id: y", "ligne 7, colonne 1 : clé répétée « id »"),
        ("a: &x [1]\nb: *x", "ligne 8, colonne 4 : alias refusé"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_place_at_fault(text: str, said: str) -> None:
    assert said in problems(text)


def test_a_file_too_large_or_in_another_encoding_is_refused() -> None:
    for data, said in ((b"a: " + b"b" * 2_000_001, "octets reçus"), ("é: 1".encode("latin-1"), "pas en UTF-8")):
        with pytest.raises(InvalidReferentiel, match="pas utilisable") as refused:
            read(data)
        assert said in refused.value.problems[0]


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [ls]", "- 1", "3", ""])
def test_anything_but_plain_pairs_is_refused(text: str) -> None:
    with pytest.raises(InvalidReferentiel):
        read(text.encode())


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    with pytest.raises(InvalidReferentiel):
        read(data)


def test_looking_for_repeated_keys_costs_no_more_than_the_keys() -> None:
    looked: list[str] = []

    class Key(yaml.ScalarNode):
        def __getattribute__(self, name: str) -> object:
            looked.extend([name] if name == "value" else [])
            return super().__getattribute__(name)

    keys = [Key("tag:yaml.org,2002:str", f"k{n}") for n in range(500)]
    value = yaml.ScalarNode("tag:yaml.org,2002:str", "v")
    node = yaml.MappingNode("tag:yaml.org,2002:map", [(key, value) for key in keys])
    assert len(_Plain("").construct_mapping(node)) == 500
    assert len(looked) < 10 * 500
