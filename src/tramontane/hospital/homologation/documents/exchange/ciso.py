"""The library format of CISO Assistant: a YAML header, then one framework of requirement nodes.

Its fields carry texts and titles; what it has no field for (status of a text, other wordings) is written in `annotation`,
one labelled line each, and read back from there. The rules of a decision have no place in it and do not travel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tramontane.rules.referentiels import (
    Dimension,
    Exigence,
    InvalidReferentiel,
    Referentiel,
    Source,
    TexteStatut,
    load,
)
from tramontane.rules.referentiels.plain_yaml import parse_yaml

PREFIX = "urn:tramontane:risk"
# Label of a line of `annotation` → field of `Exigence`.
_LINES = {
    "Statut du texte": "texte_statut",
    "Autre formulation": "reformulation",
    "Remarque": "remarque",
    "Source": "source",
    "Concerne": "concerne",
}


def write(referentiel: Referentiel) -> bytes:
    """The library. Equal référentiels, equal bytes."""
    library = {
        "urn": f"{PREFIX}:library:{referentiel.id}",
        "locale": "fr",
        "ref_id": referentiel.id,
        "name": referentiel.nom,
        "description": referentiel.remarque or referentiel.nom,
        "copyright": referentiel.source.reference,
        "version": 1,
        "provider": referentiel.source.document,
        "packager": "tramontane",
        "objects": {
            "framework": {
                "urn": f"{PREFIX}:framework:{referentiel.id}",
                "ref_id": referentiel.version or referentiel.edition,
                "name": referentiel.nom,
                "description": referentiel.sigle,
                "requirement_nodes": list(_nodes(referentiel)),
            }
        },
    }
    return yaml.safe_dump(library, allow_unicode=True, sort_keys=False, width=110).encode()


def _nodes(referentiel: Referentiel) -> Iterator[dict[str, Any]]:
    """The dimensions, each before its exigences; those of no known dimension last."""
    for dimension in (*referentiel.dimensions, None):
        rows = [one for one in referentiel.exigences if referentiel.dimension_of(one) == dimension]
        parent = f"{PREFIX}:req_node:{referentiel.id}:dimension-{dimension.cle}" if dimension else None
        if dimension:
            yield {
                "urn": parent,
                "assessable": False,
                "depth": 1,
                "ref_id": dimension.cle,
                "name": dimension.libelle,
                "description": dimension.portee,
            }
        yield from (_node(referentiel, one, parent) for one in rows)


def _node(referentiel: Referentiel, one: Exigence, parent: str | None) -> dict[str, Any]:
    node: dict[str, Any] = {"urn": f"{PREFIX}:req_node:{referentiel.id}:{one.id}"}
    if parent:
        node["parent_urn"] = parent
    node |= {"assessable": one.calculee is None, "depth": 2 if parent else 1, "ref_id": one.libelle}
    values = {"name": one.titre, "description": one.texte, "annotation": _annotation(one)}
    values["typical_evidence"] = "\n".join(f"- {proof}" for proof in one.preuves_types)
    return node | {name: value for name, value in values.items() if value}


def _annotation(one: Exigence) -> str:
    values = plain_values(one)
    return "\n".join(
        f"{label} : {' '.join(str(values[name]).split())}" for label, name in _LINES.items() if values[name]
    )


def plain_values(one: Exigence) -> dict[str, Any]:
    """The fields of an exigence."""
    return {name: getattr(one, name) for name in one.__struct_fields__}


def read(data: bytes) -> Referentiel:
    """The référentiel a library holds: identifiers, titles, texts with their status. Without rules, it is a draft.

    Raises:
        InvalidReferentiel: not a library with one framework; or a node that is no exigence.
    """
    library = parse_yaml(data)
    objects = library.get("objects")
    framework = objects.get("framework") if isinstance(objects, dict) else None
    nodes = framework.get("requirement_nodes") if isinstance(framework, dict) else None
    if (
        not isinstance(framework, dict)
        or not isinstance(nodes, list)
        or not all(isinstance(one, dict) for one in nodes)
    ):
        raise InvalidReferentiel(
            ["objects.framework.requirement_nodes : attendu la liste des exigences d’un référentiel"]
        )
    dimensions = {str(one.get("urn")): one for one in nodes if not one.get("assessable") and not _is_exigence(one)}
    exigences = [_exigence(one, dimensions) for one in nodes if str(one.get("urn")) not in dimensions]
    version = str(framework.get("ref_id") or "")
    draft = {
        "schema": 1,
        "id": str(library.get("ref_id") or ""),
        "nom": str(framework.get("name") or ""),
        "sigle": str(framework.get("description") or framework.get("name") or ""),
        "version": version or None,
        "edition": version or "importée",
        "actif": False,
        "source": Source(
            document=str(library.get("provider") or "bibliothèque CISO Assistant"),
            reference=str(library.get("copyright") or ""),
        ),
        "dimensions": [_dimension(one) for one in dimensions.values()],
        "exigences": exigences,
        "remarque": str(library.get("description") or ""),
    }
    return load(_built(draft))


def is_library(data: bytes) -> bool:
    """Whether a YAML file is a library rather than a completion."""
    return b"requirement_nodes:" in data


def _is_exigence(node: dict[str, Any]) -> bool:
    """A computed exigence is not assessable either: its text has a status."""
    return "Statut du texte" in str(node.get("annotation") or "")


def _exigence(node: dict[str, Any], dimensions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    said = dict(line.split(" : ", 1) for line in str(node.get("annotation") or "").splitlines() if " : " in line)
    known = {field: said[label] for label, field in _LINES.items() if label in said}
    text = node.get("description") or None
    known.setdefault("texte_statut", TexteStatut.A_SAISIR.value)
    if text and known["texte_statut"] == TexteStatut.A_SAISIR:
        # A library written elsewhere says nothing of its texts: they are somebody’s words until a person checks them.
        known |= {"texte_statut": TexteStatut.PARAPHRASE.value, "reformulation": str(text)}
        text = None
    parent = dimensions.get(str(node.get("parent_urn")), {})
    proofs = [line.removeprefix("- ") for line in str(node.get("typical_evidence") or "").splitlines() if line.strip()]
    return {
        "id": str(node.get("urn") or "").rpartition(":")[2],
        "libelle": str(node.get("ref_id") or ""),
        "titre": str(node.get("name") or ""),
        "texte": text,
        "dimension": parent.get("ref_id"),
        "preuves_types": proofs,
        **known,
    }


def _dimension(node: dict[str, Any]) -> Dimension:
    return Dimension(
        cle=str(node.get("ref_id") or ""),
        libelle=str(node.get("name") or ""),
        portee=str(node.get("description") or ""),
    )


def _built(draft: dict[str, Any]) -> dict[str, Any]:
    """Plain values, as `load` reads them."""
    import msgspec

    return dict(msgspec.to_builtins(draft))
