"""Every badge of a document of the list: what makes it appear, alone, and the exact warnings of the guide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from support.dmp_double import make_entry
from support.record_scene import CLASSES, confidential
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import Author, AvailabilityStatus
from tramontane.hospital.consultations.describing import described
from tramontane.hospital.consultations.selectors import ShownLine
from tramontane.hospital.documents.rows import BADGES, Line, line_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PATIENT = Author(person="254036938301239^MARTIN^JEANNE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH")
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Nouveau": ({}, {"new": True}),
    "Version plus récente": ({}, {"newer": "1.2.3"}),
    "Non visible du patient": ({"confidentiality_codes": confidential("INVISIBLE_PATIENT")}, {}),
    "Non visible des représentants légaux": (
        {"confidentiality_codes": confidential("INVISIBLE_REPRESENTANTS_LEGAUX")}, {},
    ),
    "Masqué": ({"confidentiality_codes": confidential("MASQUE_PS")}, {}),
    "Archivé": ({"availability_status": AvailabilityStatus.ARCHIVED}, {}),
    "Ancienne version": ({"availability_status": AvailabilityStatus.DEPRECATED}, {}),
    "Imagerie": ({"class_code": Coded("31", CLASSES)}, {}),
    "Déposé par le patient": ({"class_code": Coded("90", CLASSES), "authors": (PATIENT,)}, {}),
    "Dans le dossier": ({}, {"held": True}),
    "Lu": ({}, {"read": True}),
}  # fmt: skip


def row(entry_fields: dict[str, Any], state: dict[str, Any]) -> Line:
    entry = make_entry(**{"service_start_time": NOW, "class_code": Coded("10", CLASSES)} | entry_fields)
    uid = entry.unique_id
    chosen = {name: frozenset({uid} if state.get(name) else ()) for name in ("new", "read")}
    shown = ShownLine(described(entry), str(state.get("newer", "")))
    return line_of(shown, new=chosen["new"], read=chosen["read"], held={uid: 7} if state.get("held") else {})


@pytest.mark.parametrize("text", CASES)
def test_each_badge_appears_for_its_reason_and_alone(text: str) -> None:
    assert [badge.text for badge in row(*CASES[text]).badges] == [text]


def test_every_badge_of_the_table_is_tried() -> None:
    assert {badge.text for _applies, badge in BADGES} == set(CASES)


def test_an_ordinary_document_bears_none() -> None:
    assert row({}, {}).badges == ()


def test_the_warnings_are_those_of_the_guide_to_the_letter() -> None:
    """EX_3.2-1025."""
    assert row(*CASES["Non visible du patient"]).warnings == ("Attention, ce document n'est pas visible du patient",)
    assert row(*CASES["Non visible des représentants légaux"]).warnings == (
        "Attention, ce document n'est pas visible des représentants légaux pour préserver le secret du mineur titulaire du DMP",
    )
    assert row(*CASES["Masqué"]).warnings == ()
