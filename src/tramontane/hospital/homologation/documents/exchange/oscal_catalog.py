"""A référentiel as an OSCAL catalog: dimensions are groups, exigences are controls, texts are parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tramontane.hospital.homologation.documents.exchange.oscal import (
    identifier,
    metadata,
    ours,
    parsed,
    properties,
    rows,
    valid_uuid,
    written,
)
from tramontane.rules.referentiels import Dimension, Exigence, Referentiel, Source, TexteStatut, load

ROOT = "catalog"
# Part of a control → field of an exigence.
_PARTS = {"statement": "texte", "guidance": "reformulation"}


def write(referentiel: Referentiel, at: datetime) -> bytes:
    """The catalog. Equal référentiels at the same instant give equal bytes."""
    groups = [
        {
            "id": one.cle,
            "title": one.libelle,
            "props": properties({"portee": one.portee, "certitude": one.certitude}),
            "controls": [_control(row) for row in referentiel.exigences if row.dimension == one.cle],
        }
        for one in referentiel.dimensions
    ]
    source = referentiel.source
    content = {
        "uuid": identifier("catalog", referentiel.sha256),
        "metadata": metadata(referentiel.nom, referentiel.version or referentiel.edition, at)
        | {
            "props": properties(
                {
                    "referentiel": referentiel.id,
                    "sigle": referentiel.sigle,
                    "version-officielle": referentiel.version or "",
                    "edition": referentiel.edition,
                    "source": source.document,
                    "source-reference": source.reference,
                    "source-url": source.url,
                }
            ),
            "remarks": referentiel.remarque,
        },
        "groups": groups,
        "controls": [_control(row) for row in referentiel.exigences if row.dimension is None],
    }
    return written(ROOT, content)


def _control(one: Exigence) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__struct_fields__}
    parts = [
        {"id": f"{one.id}_{name}", "name": name, "prose": values[field]}
        for name, field in _PARTS.items()
        if values[field]
    ]
    said = {
        "label": one.libelle,
        "texte-statut": one.texte_statut.value,
        "source": one.source,
        "concerne": one.concerne,
        "remarque": one.remarque,
        "calculee": one.calculee.value if one.calculee else "",
        "perimetre-admis": "oui" if one.perimetre_admis else "",
        "dimension-deduite": "oui" if one.dimension_deduite else "",
    }
    lists = [
        *(("preuve-type", text) for text in one.preuves_types),
        *(("partie-prenante", text) for text in one.parties_prenantes),
    ]
    props = [*properties(said), *(prop for name, text in lists for prop in properties({name: text}))]
    return {"id": one.id, "title": one.titre or one.libelle, "props": props, "parts": parts}


def read(data: bytes) -> Referentiel:
    """The référentiel a catalog of ours holds. Without rules, it is a draft.

    Raises:
        InvalidOscal: not a catalog.
        InvalidReferentiel: a catalog that makes no référentiel.
    """
    catalog = parsed(data, ROOT)
    valid_uuid(catalog.get("uuid"))
    about = catalog.get("metadata", {})
    said = ours(about)
    groups = rows(catalog, "groups")
    controls: list[tuple[str | None, dict[str, Any]]] = [(None, one) for one in rows(catalog, "controls")]
    controls += [(str(group.get("id")), one) for group in groups for one in rows(group, "controls")]
    exigences = sorted((_exigence(one, group) for group, one in controls), key=lambda row: str(row["id"]))
    draft = {
        "schema": 1,
        "id": said.get("referentiel", ""),
        "nom": str(about.get("title", "")),
        "sigle": said.get("sigle", str(about.get("title", ""))),
        "version": said.get("version-officielle") or None,
        "edition": said.get("edition") or str(about.get("version", "")),
        "actif": False,
        "source": Source(
            document=said.get("source", "catalogue OSCAL"),
            reference=said.get("source-reference", ""),
            url=said.get("source-url", ""),
        ),
        "dimensions": [_dimension(one) for one in groups],
        "exigences": exigences,
        "remarque": str(about.get("remarks", "")),
    }
    return load(dict(msgspec.to_builtins(draft)))


def is_catalog(data: bytes) -> bool:
    """Whether a file that completes a référentiel is a catalog rather than a completion in YAML, which braces may open too."""
    return data.lstrip().startswith(b"{") and b'"catalog"' in data


def _dimension(group: dict[str, Any]) -> Dimension:
    said = ours(group)
    values = {name: said.get(name, "") for name in ("portee", "certitude")}
    return Dimension(cle=str(group.get("id", "")), libelle=str(group.get("title", "")), **values)


def _exigence(control: dict[str, Any], group: str | None) -> dict[str, Any]:
    said = ours(control)
    label, title = said.get("label", str(control.get("title", ""))), str(control.get("title", ""))
    parts = {str(one.get("name")): str(one.get("prose", "")) for one in rows(control, "parts")}
    return {
        "id": str(control.get("id", "")),
        "libelle": label,
        "titre": "" if title == label else title,
        "texte": parts.get("statement"),
        "reformulation": parts.get("guidance", ""),
        "texte_statut": said.get("texte-statut", TexteStatut.A_SAISIR.value),
        "dimension": group,
        "dimension_deduite": said.get("dimension-deduite") == "oui",
        "perimetre_admis": said.get("perimetre-admis") == "oui",
        "calculee": said.get("calculee") or None,
        "preuves_types": _all(control, "preuve-type"),
        "parties_prenantes": _all(control, "partie-prenante"),
        **{name: said.get(name, "") for name in ("source", "concerne", "remarque")},
    }


def _all(control: dict[str, Any], name: str) -> list[str]:
    return [str(one.get("value", "")) for one in rows(control, "props") if one.get("name") == name]
