"""Checks 11 and 12: which documents a caller may see."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from support.national import (
    AUTRE_MEDECIN,
    EJ,
    ET,
    INFIRMIER,
    KINE,
    MEDECIN,
    NOW,
    OTHER_EJ,
    indirect,
    vihf,
)
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.vihf import AccessMode, Vihf
from tramontane.dmp.xds import AvailabilityStatus
from tramontane.national.judge import DocumentFacts, Facts, Reader, Request, is_visible, judge_document
from tramontane.national.judge.facts import PatientFacts, ProfessionalFacts, StructureFacts, WhiteListFacts
from tramontane.national.judge.habilitation import default_matrix

DOCUMENT = DocumentFacts(
    type_code="34112-3",
    status=AvailabilityStatus.APPROVED,
    masked=False,
    invisible_to_patient=False,
    from_patient=False,
    authors=frozenset({MEDECIN.ps_idnat.value}),
    structures=frozenset({ET.struct_idnat.value}),
)
MASKED = replace(DOCUMENT, masked=True)
B, R = AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15


def reader(content: Vihf, right: str = "TD3.1.metadonnees", **patient: Any) -> Reader:
    """A reader in order."""
    facts = Facts(
        first_presentation=True,
        structure=StructureFacts(ET.value, active=True, legal_entity=EJ.value),
        white_list=WhiteListFacts("active", date(2020, 1, 1), date(2099, 1, 1)),
        professional=ProfessionalFacts("10", authorised=True),
        patient=PatientFacts("open", **patient),
        authorisation=Authorisation.VALIDE,
    )
    return Reader(Request("TD3.1", right, content, EJ.struct_idnat, NOW), facts, default_matrix())


@pytest.mark.parametrize("status", list(AvailabilityStatus))
def test_every_status_is_readable_by_a_physician(status: AvailabilityStatus) -> None:
    assert is_visible(reader(vihf(AUTRE_MEDECIN)), replace(DOCUMENT, status=status))


def test_a_type_closed_to_the_profession_is_not_visible_and_says_on_whose_word() -> None:
    verdicts = judge_document(reader(vihf(INFIRMIER)), replace(DOCUMENT, type_code="68599-0"))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.FAILED, Outcome.PASSED]
    assert "infirmiers.com" in verdicts[0].received
    assert verdicts[0].expected == "un type ouvert à la profession 60"
    assert verdicts[0].next_step


def test_a_type_that_no_cell_opens_is_not_visible() -> None:
    assert not is_visible(reader(vihf(KINE)), replace(DOCUMENT, type_code="68599-0"))


MASKING: dict[str, tuple[Vihf, dict[str, Any], bool]] = {
    "its author": (vihf(MEDECIN), {}, True),
    "another physician": (vihf(AUTRE_MEDECIN), {}, False),
    "a nurse": (vihf(INFIRMIER), {}, False),
    "the attending physician": (vihf(AUTRE_MEDECIN), {"is_medecin_traitant": True}, True),
    "bris de glace": (vihf(AUTRE_MEDECIN, access_mode=B), {}, False),
    "bris de glace, allowed by the patient": (
        vihf(AUTRE_MEDECIN, access_mode=B), {"allows_masked_in_emergency": True}, True,
    ),
    "its author in bris de glace": (vihf(MEDECIN, access_mode=B), {}, False),
    "the attending physician in bris de glace": (
        vihf(AUTRE_MEDECIN, access_mode=B), {"is_medecin_traitant": True}, False,
    ),
    "régulation, allowed by the patient": (
        vihf(AUTRE_MEDECIN, access_mode=R), {"allows_masked_in_emergency": True}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MASKING)
def test_a_masked_document_shows_only_to_whom_the_fiche_says(case: str) -> None:
    content, patient, visible = MASKING[case]
    assert is_visible(reader(content, **patient), MASKED) is visible


def test_a_document_not_yet_visible_to_the_patient_shows_to_professionals() -> None:
    assert is_visible(reader(vihf(AUTRE_MEDECIN)), replace(DOCUMENT, invisible_to_patient=True))


def test_a_masked_and_archived_document_must_pass_both_rows() -> None:
    document = replace(MASKED, status=AvailabilityStatus.ARCHIVED)
    assert not is_visible(reader(vihf(AUTRE_MEDECIN)), document)
    assert is_visible(reader(vihf(MEDECIN)), document)


NOBODY = vihf(roles=(Coded("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),))
ROWS: dict[str, tuple[DocumentFacts, str]] = {
    "approved": (DOCUMENT, "TD3.2.non_masque"),
    "archived": (replace(DOCUMENT, status=AvailabilityStatus.ARCHIVED), "TD3.2.archive"),
    "deprecated": (replace(DOCUMENT, status=AvailabilityStatus.DEPRECATED), "TD3.2.obsolete"),
    "deleted": (replace(DOCUMENT, status=AvailabilityStatus.DELETED), "TD3.2.supprime"),
    "masked": (MASKED, "TD3.2.masque"),
    "not visible to the patient": (replace(DOCUMENT, invisible_to_patient=True), "TD3.2.non_visible_patient"),
    "masked and archived": (replace(MASKED, status=AvailabilityStatus.ARCHIVED), "TD3.2.masque, TD3.2.archive"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_refusal_names_every_row_of_the_matrix_that_the_document_calls_for(case: str) -> None:
    """Today's matrices say the same in most of these rows; the stand-in asks the right one all the same."""
    document, rows = ROWS[case]
    refused = judge_document(reader(NOBODY), document)[1]
    assert (refused.outcome, refused.received) == (Outcome.FAILED, rows)
    assert refused.expected
    assert refused.next_step


@pytest.mark.parametrize("mode", [AccessMode.NORMAL, B, R])
def test_at_a_patient_the_registry_does_not_know_a_masked_document_stays_masked(mode: AccessMode) -> None:
    known = reader(vihf(AUTRE_MEDECIN, access_mode=mode))
    nobody = replace(known, facts=replace(known.facts, patient=None))
    assert not nobody.is_medecin_traitant
    assert not is_visible(nobody, MASKED)


def test_a_visible_document_is_told_without_advice() -> None:
    seen = judge_document(reader(vihf(AUTRE_MEDECIN)), DOCUMENT)
    assert [(one.outcome, one.expected, one.received, one.next_step) for one in seen] == [
        (Outcome.PASSED, "", "", "")
    ] * 2


def test_a_structure_in_indirecte_finds_the_references_of_its_own_documents_only() -> None:
    structure = reader(indirect(), "TD3.1.reference")
    assert is_visible(structure, replace(DOCUMENT, structures=frozenset({EJ.struct_idnat.value})))
    assert not is_visible(structure, replace(DOCUMENT, structures=frozenset({OTHER_EJ.struct_idnat.value})))
