"""What other tools read comes back as it left, and says what it does not carry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import yaml

from support.homologation_facts import dmp
from support.paper_contents import AT, content, exigence, reserve
from tramontane.hospital.homologation.documents.exchange import EXCHANGES, ciso, oscal_catalog, oscal_results
from tramontane.hospital.homologation.documents.exchange.oscal import InvalidOscal
from tramontane.rules.homologation import Assessment, Level
from tramontane.rules.referentiels import (
    Completion,
    InvalidReferentiel,
    Referentiel,
    Source,
    TexteStatut,
    completed,
    official_texts,
    shipped,
    shipped_ids,
)
from tramontane.rules.referentiels.completion import CompletionRow

TEXTS = (
    "id",
    "libelle",
    "titre",
    "texte",
    "texte_statut",
    "dimension",
    "preuves_types",
    "reformulation",
    "remarque",
    "source",
    "concerne",
)
GIVEN = content(
    exigence("exi-04", "conforme_perimetre", perimetre="Cardiologie", etapes="Puis tout", calendrier="2027"),
    exigence("exi-20", "partielle", reserve=reserve()),
    exigence("exi-13", "non_applicable", motif="Aucun web-service", preuves=[]),
)


def kept(referentiel: Referentiel, *names: str) -> list[tuple[object, ...]]:
    """The fields of each exigence, spaces folded: YAML and properties fold them."""
    return sorted(
        tuple(" ".join(value.split()) if isinstance(value := getattr(one, name), str) else value for name in names)
        for one in referentiel.exigences
    )


@pytest.mark.parametrize("name", shipped_ids())
def test_a_referentiel_goes_to_ciso_assistant_and_back(name: str) -> None:
    before = shipped(name)
    after = ciso.read(ciso.write(before))
    assert kept(after, *TEXTS) == kept(before, *TEXTS)
    assert (after.id, after.nom, after.sigle) == (before.id, before.nom, before.sigle)
    assert [(one.cle, one.libelle) for one in after.dimensions] == [(one.cle, one.libelle) for one in before.dimensions]
    assert not after.actif
    assert after.regles == type(after.regles)()


@pytest.mark.parametrize("name", shipped_ids())
def test_a_referentiel_goes_to_oscal_and_back(name: str) -> None:
    before = shipped(name)
    after = oscal_catalog.read(oscal_catalog.write(before, AT))
    extra = ("parties_prenantes", "calculee", "perimetre_admis", "dimension_deduite")
    assert kept(after, *TEXTS, *extra) == kept(before, *TEXTS, *extra)
    assert (after.id, after.version, after.edition) == (before.id, before.version, before.edition)
    assert after.dimensions == before.dimensions


def test_the_library_has_the_shape_ciso_assistant_reads() -> None:
    library = yaml.safe_load(ciso.write(dmp()))
    nodes = library["objects"]["framework"]["requirement_nodes"]
    assert {"urn", "locale", "ref_id", "name", "version", "objects"} <= set(library)
    urns = [node["urn"] for node in nodes]
    assert len(set(urns)) == len(urns)
    assert all(re.fullmatch(r"urn:[a-z0-9:._-]+", urn) for urn in urns)
    assert all(node.get("parent_urn", urns[0]) in urns[: place + 1] for place, node in enumerate(nodes))
    assert sum(node["assessable"] for node in nodes) == 28


def test_a_text_of_somebody_elses_library_is_never_taken_for_official() -> None:
    library = (
        "ref_id: dmp\nname: N\nobjects:\n  framework:\n    name: N\n    requirement_nodes:\n"
        "    - {urn: 'urn:x:risk:req_node:a:exi-01', assessable: true, ref_id: EXI 01, description: Un texte}\n"
    )
    found = ciso.read(library.encode()).exigences[0]
    assert (found.texte, found.texte_statut, found.reformulation) == (None, TexteStatut.PARAPHRASE, "Un texte")


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"a: 1",
        b"objects: {framework: {requirement_nodes: [1]}}",
        b"objects: {framework: {requirement_nodes: [{urn: [1], parent_urn: {a: b}}, {urn: {a: b}, assessable: true}]}}",
        b"\xff",
        b"a: &x [*x]",
    ],
)
def test_what_is_no_library_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidReferentiel):
        ciso.read(data)


def test_an_assessment_goes_to_oscal_and_back() -> None:
    found = oscal_results.read(oscal_results.write(GIVEN.values, GIVEN.referentiel, AT))
    assert set(found) == {one.id for one in dmp().assessed}
    assert found["exi-04"] == Assessment(
        Level.COMPLIANT_ON_PERIMETER, "Cardiologie", "Puis tout", "2027", "", ("RSSI",), "Zoé Roux"
    )
    assert found["exi-13"].reason == "Aucun web-service"


def test_what_is_not_assessed_has_no_finding() -> None:
    result = json.loads(oscal_results.write(GIVEN.values, GIVEN.referentiel, AT))["assessment-results"]["results"][0]
    assert "exi-29" not in [one["target"]["target-id"] for one in result["findings"]]
    states = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in result["findings"]}
    assert (states["exi-04"], states["exi-20"]) == ("satisfied", "not-satisfied")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[", b"[1]", b'{"catalog": 1}', b'{"assessment-results": {"results": 1}}',
        b'{"assessment-results": {"results": [{"findings": [{"target": 1}]}]}}',
        b'{"assessment-results": {"results": [{"findings": [{"target": {"target-id": "exi-01"}}]}]}}',
        b"[" * 100_000, b"x" * 5_000_001,
    ],
)  # fmt: skip
def test_what_is_no_oscal_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidOscal):
        oscal_results.read(data)


@pytest.mark.parametrize("name", ["oscal-catalogue", "oscal-resultats"])
def test_oscal_documents_hold_what_the_schema_asks(name: str) -> None:
    """Rules of the public JSON schema (OSCAL 1.1.2) that a mistake would break: tokens, UUIDs, no empty value."""
    content = json.loads(EXCHANGES[name].write(GIVEN))
    (root,) = content.values()
    assert set(root["metadata"]) >= {"title", "last-modified", "version", "oscal-version"}
    for key, value in walked(content):
        assert value not in ("", [], {}), key
        if key == "uuid" or key.endswith("-uuid"):
            assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", value)
        if key in ("id", "name", "control-id", "target-id"):
            assert re.fullmatch(r"[^\W\d][\w.-]*", value), value
        if key == "value":
            assert re.fullmatch(r"\S(.*\S)?", value), value


def walked(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    yield key, value
    for name, one in (
        value.items() if isinstance(value, dict) else [(key, one) for one in value] if isinstance(value, list) else ()
    ):
        yield from walked(one, name)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert all(one.write(GIVEN) == one.write(GIVEN) for one in EXCHANGES.values())
    assert msgspec.json.decode(EXCHANGES["oscal-catalogue"].write(GIVEN))


@pytest.mark.parametrize(
    ("written", "back"),
    [(ciso.write, ciso.read), (lambda one: oscal_catalog.write(one, AT), oscal_catalog.read)],
    ids=["ciso", "oscal"],
)
def test_only_the_official_texts_of_another_tool_are_an_official_text(
    written: Callable[[Referentiel], bytes], back: Callable[[bytes], Referentiel]
) -> None:
    row = CompletionRow(id="exi-01", texte="Texte relevé.")
    said = Completion(schema=1, referentiel="dmp", version="2.0", source=Source(document="Document"), exigences=(row,))
    found = official_texts(back(written(completed(dmp(), said, edition="essai"))))
    assert (found.referentiel, found.version) == ("dmp", "2.0")
    assert [(one.id, one.texte) for one in found.exigences] == [("exi-01", "Texte relevé.")]
    with pytest.raises(InvalidReferentiel) as refused:
        official_texts(back(written(dmp())))
    assert "aucun texte n’y porte le statut « officiel »" in refused.value.problems[0]
