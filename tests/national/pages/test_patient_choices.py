"""What a patient decides, and what the next call gets from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.national import (
    AUTRE_MEDECIN,
    BLOCKED,
    CLOSED,
    INFIRMIER,
    MEDECIN,
    NO_DMP,
    NOW,
    OPEN,
    SPECIALISTE_MT,
    UNKNOWN_RPPS,
    InMemory,
    confidential,
    entry,
    feed,
    fresh_uuid,
)
from support.national_pages import patient
from support.next_call import refusal, status, titles
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode
from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import Act, PatientRecord, RegistryDocument
from tramontane.national.pages.services import patient_choices
from tramontane.national.pages.services.refusals import ActRefused

EMERGENCY = {"opposes_bris_de_glace": False, "opposes_emergency_access": False, "allows_masked_in_emergency": False}


def urn() -> str:
    return f"urn:uuid:{fresh_uuid()}"


def me():
    return patient(OPEN.value)


def current(title: str) -> str:
    """The entryUUID of the current version."""
    rows = RegistryDocument.objects.filter(superseded=False)
    return next(row.pk for row in rows if title.encode() in bytes(row.metadata))


def test_a_masked_document_is_gone_for_others_and_stays_for_its_author(pages: InMemory) -> None:
    feed(entry(1), entry(2))
    patient_choices.mask(me(), current("Document 1"), NOW, urn)
    assert titles(pages, AUTRE_MEDECIN, access_mode=AccessMode.BRIS_DE_GLACE) == {"Document 2"}
    assert titles(pages, MEDECIN) == {"Document 1", "Document 2"}
    patient_choices.unmask(me(), current("Document 1"), NOW, urn)
    assert titles(pages, AUTRE_MEDECIN, access_mode=AccessMode.BRIS_DE_GLACE) == {"Document 1", "Document 2"}
    assert [act.detail for act in Act.objects.filter(patient=me().patient)] == ["Document 1", "Document 1"]


def test_masking_writes_a_version_and_keeps_the_identifiers_that_the_hospital_knows(pages: InMemory) -> None:
    feed(entry(1))
    patient_choices.mask(me(), current("Document 1"), NOW, urn)
    old, new = RegistryDocument.objects.order_by("version")
    assert (old.superseded, new.superseded, new.version) == (True, False, 2)
    assert (new.unique_id, new.logical_id) == (old.unique_id, old.logical_id)
    assert new.entry_uuid != old.entry_uuid


def test_a_document_she_may_not_see_or_that_changed_since_is_refused(pages: InMemory) -> None:
    feed(entry(1), entry(2, confidentiality_codes=confidential("INVISIBLE_PATIENT")))
    first = current("Document 1")
    patient_choices.mask(me(), first, NOW, urn)
    for uuid in (first, current("Document 2"), "urn:uuid:nothing"):
        with pytest.raises(ActRefused, match="revenez à la liste"):
            patient_choices.mask(me(), uuid, NOW, urn)
    with pytest.raises(ActRefused, match="déjà masqué"):
        patient_choices.mask(me(), current("Document 1"), NOW, urn)


def test_the_document_of_another_patient_does_not_exist(pages: InMemory) -> None:
    feed(entry(1))
    with pytest.raises(ActRefused):
        patient_choices.mask(patient(BLOCKED.value), current("Document 1"), NOW, urn)


def test_a_professional_is_blocked_in_the_middle_of_an_episode(pages: InMemory) -> None:
    assert refusal(pages) == ""
    patient_choices.block(me(), MEDECIN.value, NOW)
    assert "INTERDIT" in refusal(pages)
    assert "INTERDIT" in refusal(pages, access_mode=AccessMode.BRIS_DE_GLACE)
    assert status(pages).authorisation is Authorisation.INTERDIT
    assert refusal(pages, INFIRMIER) == ""


def test_unblocking_is_not_authorising(pages: InMemory) -> None:
    patient_choices.block(me(), MEDECIN.value, NOW)
    patient_choices.unblock(me(), MEDECIN.value, NOW)
    assert status(pages).authorisation is Authorisation.NON_EXISTE
    assert "NON_EXISTE" in refusal(pages)


def test_nobody_unknown_is_blocked_and_nobody_unblocked_twice(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="annuaire"):
        patient_choices.block(me(), UNKNOWN_RPPS.value, NOW)
    with pytest.raises(ActRefused, match="n’est pas bloqué"):
        patient_choices.unblock(me(), MEDECIN.value, NOW)
    assert not Act.objects.exists()
    assert refusal(pages) == "", "an authorisation is not a block to lift"


def test_opposing_bris_de_glace_and_the_centre_15_refuses_them_and_nothing_else(pages: InMemory) -> None:
    someone = SPECIALISTE_MT
    bris, centre = AccessMode.BRIS_DE_GLACE, AccessMode.CENTRE_15
    assert refusal(pages, someone, access_mode=bris) == ""
    patient_choices.choose_for_emergencies(me(), EMERGENCY | {"opposes_bris_de_glace": True}, NOW)
    assert "OPPOSITION_BRIS_DE_GLACE" in refusal(pages, someone, access_mode=bris)
    assert "OPPOSITION" not in refusal(pages, someone, access_mode=centre)
    patient_choices.choose_for_emergencies(me(), EMERGENCY | {"opposes_emergency_access": True}, NOW)
    assert refusal(pages, someone, access_mode=bris) == ""
    assert "OPPOSITION_ACCES_URGENCE" in refusal(pages, someone, access_mode=centre)
    assert refusal(pages) == ""
    assert Act.objects.latest("pk").detail == "ne s’oppose pas au bris de glace ; s’oppose à l’accès du centre 15"


def test_the_same_choices_again_write_nothing(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="déjà"):
        patient_choices.choose_for_emergencies(me(), EMERGENCY, NOW)
    assert not Act.objects.exists()


def test_a_dmp_closed_by_its_patient_refuses_all_until_it_is_opened_again(pages: InMemory) -> None:
    feed(entry(1))
    patient_choices.close(me(), NOW)
    assert not status(pages).open
    assert PatientRecord.objects.get(ins=OPEN.value).closed_on == NOW.astimezone(FRANCE).date()
    assert "fermé" in refusal(pages)
    patient_choices.reopen(me(), NOW + timedelta(days=1))
    assert titles(pages) == {"Document 1"}


@pytest.mark.parametrize("ins", [CLOSED, NO_DMP], ids=["closed", "none"])
def test_only_an_open_dmp_is_closed(pages: InMemory, ins) -> None:
    with pytest.raises(ActRefused):
        patient_choices.close(patient(ins.value), NOW)
    with pytest.raises(ActRefused):
        patient_choices.reopen(me(), NOW)


def test_a_representative_of_a_minor_acts_for_her_and_the_history_says_so(pages: InMemory) -> None:
    parent = replace(patient(BLOCKED.value, guardian_of=OPEN.value))
    patient_choices.block(parent, MEDECIN.value, NOW)
    assert "INTERDIT" in refusal(pages)
    act = Act.objects.get()
    assert (act.role, act.patient.ins) == ("représentant légal du mineur", OPEN.value)


def test_a_representative_of_a_minor_does_not_reach_what_the_minor_hides(pages: InMemory) -> None:
    feed(entry(1, confidentiality_codes=confidential("INVISIBLE_REPRESENTANTS_LEGAUX")))
    parent = patient(BLOCKED.value, guardian_of=OPEN.value)
    with pytest.raises(ActRefused):
        patient_choices.mask(parent, current("Document 1"), NOW, urn)
