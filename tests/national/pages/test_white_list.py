"""The white list and the professionals: suspend, re-establish, and the exact refusal that the hospital gets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.national import (
    ET,
    ET_CLOSED,
    ET_EXPIRED,
    ET_SUSPENDED,
    ET_WITHOUT_CONTRACT,
    INFIRMIER,
    MEDECIN,
    NOW,
    SUSPENDU,
    InMemory,
    rpps,
)
from support.national_pages import officer
from support.next_call import refusal, subcode
from tramontane.national import seeding
from tramontane.national.models import Act, GeographicEntity, Professional, WhiteListEntry
from tramontane.national.pages.selectors import white_list as selectors
from tramontane.national.pages.services import professionals, white_list
from tramontane.national.pages.services.refusals import ActRefused

CAUSE = "volume anormal constaté le 22/11"
TODAY = NOW.date()


def shown(finess: str) -> selectors.Refusal | None:
    entity = GeographicEntity.objects.get(pk=finess)
    return selectors.refusal_of(entity, WhiteListEntry.objects.filter(geographic_entity=entity).first(), TODAY)


def test_a_suspension_refuses_the_next_call_with_its_cause_and_a_reestablishment_lets_it_in(pages: InMemory) -> None:
    assert refusal(pages) == ""
    white_list.suspend(ET.value, CAUSE, officer(), NOW)
    assert CAUSE in refusal(pages)
    assert subcode(pages) == "soap:DMPAccessDeniedByRightsService"
    white_list.reestablish(ET.value, "comptes partagés supprimés", officer(), NOW)
    assert refusal(pages) == ""
    assert [act.detail for act in selectors.history(finess=ET.value)] == ["comptes partagés supprimés", CAUSE]


@pytest.mark.parametrize("finess", [ET_SUSPENDED, ET_EXPIRED, ET_WITHOUT_CONTRACT], ids=str)
def test_the_page_shows_the_refusal_that_goes_out_on_the_wire(pages: InMemory, finess) -> None:
    expected = shown(finess.value)
    assert expected is not None
    assert refusal(pages, structure=finess.struct_idnat) == expected.fault.reason
    assert subcode(pages, structure=finess.struct_idnat) == expected.fault.subcode


def test_nothing_is_shown_when_the_list_lets_in(pages: InMemory) -> None:
    assert shown(ET.value) is None


def test_a_suspension_needs_an_access_and_a_reestablishment_a_suspension(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="suspendue"):
        white_list.suspend(ET_SUSPENDED.value, CAUSE, officer(), NOW)
    with pytest.raises(ActRefused, match="n’est pas suspendue"):
        white_list.reestablish(ET.value, CAUSE, officer(), NOW)
    assert not Act.objects.exists()


def test_conditions_that_are_not_met_again_re_establish_nothing(pages: InMemory) -> None:
    WhiteListEntry.objects.filter(geographic_entity=ET_CLOSED.value).update(status="suspended")
    with pytest.raises(ActRefused, match="fermée"):
        white_list.reestablish(ET_CLOSED.value, CAUSE, officer(), NOW)
    with pytest.raises(ActRefused, match="contrat en vigueur"):
        white_list.reestablish(ET_SUSPENDED.value, CAUSE, officer(), NOW + timedelta(days=1000))


def test_a_professional_is_suspended_and_re_established_by_rpps(pages: InMemory) -> None:
    professionals.suspend(MEDECIN.value, CAUSE, officer(), NOW)
    expected = selectors.refusal_of_professional(Professional.objects.get(pk=MEDECIN.value))
    assert expected is not None
    assert refusal(pages) == expected.fault.reason
    assert CAUSE in expected.fault.reason
    assert refusal(pages, INFIRMIER) == ""
    professionals.reestablish(MEDECIN.value, "identité vérifiée", officer(), NOW)
    assert refusal(pages) == ""


def test_a_decision_already_taken_writes_nothing(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="déjà suspendu"):
        professionals.suspend(SUSPENDU.value, CAUSE, officer(), NOW)
    with pytest.raises(ActRefused, match="déjà actif"):
        professionals.reestablish(MEDECIN.value, CAUSE, officer(), NOW)
    assert not Act.objects.exists()


def test_each_state_is_counted_and_found_and_expiry_needs_no_write(pages: InMemory) -> None:
    assert selectors.counts(TODAY) == {"active": 3, "expired": 1, "suspended": 1, "removed": 0}
    assert selectors.counts(TODAY + timedelta(days=1000))["expired"] == 4
    for state, finess in (("expired", ET_EXPIRED), ("suspended", ET_SUSPENDED)):
        page, following = selectors.search("", state, "", TODAY)
        assert [one.entry.geographic_entity_id for one in page] == [finess.value]
        assert (page[0].state, following) == (state, "")


def test_pages_follow_each_other_without_gap_nor_repeat(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    seen, after = [], ""
    while True:
        page, after = selectors.search("", "", after, TODAY)
        seen += [one.entry.geographic_entity_id for one in page]
        if not after:
            break
    assert seen == sorted(WhiteListEntry.objects.values_list("geographic_entity_id", flat=True))


def test_a_search_reads_finess_legal_entity_and_names(pages: InMemory) -> None:
    assert [one.entry.geographic_entity_id for one in selectors.search(ET.value, "", "", TODAY)[0]] == [ET.value]
    assert len(selectors.search("990000010", "", "", TODAY)[0]) == 4
    assert len(selectors.search("site", "", "", TODAY)[0]) == 5
    assert selectors.search("nulle part", "", "", TODAY) == ([], "")


def test_professionals_are_found_by_rpps_name_and_right(pages: InMemory) -> None:
    seeding.seed(professionals=[seeding.ProfessionalRecord(rpps(50), "ÉLUARD", "PAUL", "10")])
    assert [one.rpps for one in selectors.search_professionals("ÉLU", "", "")[0]] == [rpps(50).value]
    assert [one.rpps for one in selectors.search_professionals("", "suspended", "")[0]] == [SUSPENDU.value]
    assert SUSPENDU.value not in {one.rpps for one in selectors.search_professionals("", "authorised", "")[0]}
