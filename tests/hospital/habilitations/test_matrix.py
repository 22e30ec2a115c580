"""The local matrix: revisions, effects told before publication, reach, reviews; every change traced."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.test import Client

from support.hospital import login, make_account, make_legal_entity, make_service
from support.matrix import House
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role, Service, ServiceAssignment
from tramontane.hospital.habilitations import content, selectors, services
from tramontane.hospital.habilitations.models import MatrixReview, MatrixRevision
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access import LocalRights
from tramontane.rules.habilitation import LocalRule, LocalRules

CONSULT = LocalRights(consult=True)
PHYSICIAN, NURSE = "10", "60"


def rule(profession: str, service: str = "", rights: LocalRights = CONSULT, *types: str) -> LocalRule:
    return LocalRule(profession, service, rights, frozenset(types))


def publish(house: House, *rules: LocalRule) -> MatrixRevision:
    return services.publish(house.entity, LocalRules(rules), motive="Essai", actor=house.actor)


def form(house: House, **fields: object) -> dict[str, object]:
    return {"profession": PHYSICIAN, "service": "", "consult": "on"} | fields


def test_without_revision_nobody_may_consult(house: House) -> None:
    assert not selectors.may_consult(house.physician, house.cardiology)


def test_the_newest_revision_is_in_force_and_older_ones_are_kept(house: House) -> None:
    publish(house, rule(PHYSICIAN))
    assert selectors.may_consult(house.physician, house.cardiology)
    publish(house, rule(NURSE))
    assert not selectors.may_consult(house.physician, house.cardiology)
    assert [row.number for row in selectors.revisions(house.entity)] == [2, 1]
    assert content.read(MatrixRevision.objects.get(number=1).content) == LocalRules((rule(PHYSICIAN),))
    assert list(Trace.objects.filter(event="matrice.modifiee").values_list("detail", flat=True)) == [
        {"revision": 1}, {"revision": 2},
    ]  # fmt: skip


def test_a_revision_says_why(house: House) -> None:
    with pytest.raises(ValueError, match="motif"):
        services.publish(house.entity, LocalRules(()), motive="  ", actor=house.actor)


def test_two_sites_may_use_one_service_code(house: House) -> None:
    from support.hospital import make_site

    twin = make_service(house.entity, geographic_entity=make_site(house.entity), code=house.cardiology.code)
    publish(house, rule(PHYSICIAN, content.key_of(house.cardiology)))
    assert selectors.may_consult(house.physician, house.cardiology)
    assert not selectors.may_consult(house.physician, twin)


def test_the_matrix_of_one_entity_says_nothing_of_another(house: House) -> None:
    publish(house, rule(PHYSICIAN))
    assert not selectors.may_consult(make_account(make_legal_entity()), None)


def test_the_effect_names_who_gains_what_and_where(house: House) -> None:
    (effect,) = selectors.preview(house.entity, LocalRules((rule(NURSE),)), clock.now())
    assert (effect.profession, effect.gains, effect.losses) == ("Infirmier", ("consulter le DMP",), ())
    assert effect.services == ("Cardiologie", "Chirurgie")
    assert effect.people == (house.nurse.display_name,)


def test_the_effect_of_withholding_types_names_them(house: House) -> None:
    publish(house, rule(PHYSICIAN))
    (effect,) = selectors.preview(house.entity, LocalRules((rule(PHYSICIAN, "", CONSULT, "34112-3"),)), clock.now())
    assert effect.gains == ()
    assert len(effect.losses) == 1


def test_somebody_who_left_or_was_deactivated_is_not_concerned(house: House) -> None:
    ServiceAssignment.objects.filter(account=house.nurse).update(ends_at=clock.now() - timedelta(days=1))
    (effect,) = selectors.preview(house.entity, LocalRules((rule(NURSE),)), clock.now())
    assert effect.people == ()


def test_the_effect_agrees_with_the_rights_cell_by_cell(house: House) -> None:
    """An independent enumeration: whatever the pair of matrices, who is said to gain consultation gains it."""
    cardiology, surgery = content.key_of(house.cardiology), content.key_of(house.surgery)
    options = [(), (rule(NURSE),), (rule(NURSE, surgery),), (rule(NURSE), rule(NURSE, cardiology, LocalRights()))]
    for before, after in product(options, repeat=2):
        MatrixRevision.objects.all().delete()
        publish(house, *before)
        told = selectors.preview(house.entity, LocalRules(after), clock.now())
        gained = {s for effect in told if "consulter le DMP" in effect.gains for s in effect.services}
        lost = {s for effect in told if "consulter le DMP" in effect.losses for s in effect.services}
        was = {s.name for s in (house.cardiology, house.surgery) if selectors.may_consult(house.nurse, s)}
        publish(house, *after)
        now = {s.name for s in (house.cardiology, house.surgery) if selectors.may_consult(house.nurse, s)}
        assert (gained, lost) == (now - was, was - now)


def test_a_change_is_previewed_then_published_with_its_motive(browser: Client, house: House) -> None:
    page = browser.post("/habilitations/regle/", form(house)).content.decode()
    assert "Médecin" in page
    assert house.physician.display_name in page
    assert not MatrixRevision.objects.exists()
    response = browser.post("/habilitations/regle/", form(house, motive="Décision de la CME", after="0"))
    assert response.status_code == 302
    revision = MatrixRevision.objects.get()
    assert (revision.motive, revision.created_by) == ("Décision de la CME", house.rssi)
    assert selectors.may_consult(house.physician, house.cardiology)


def test_a_publication_without_motive_shows_the_effect_again(browser: Client, house: House) -> None:
    page = browser.post("/habilitations/regle/", form(house, motive="", after="0")).content.decode()
    assert "Ce champ est obligatoire" in page
    assert house.physician.display_name in page
    assert not MatrixRevision.objects.exists()


def test_an_outdated_preview_publishes_nothing(browser: Client, house: House) -> None:
    publish(house, rule(NURSE))
    response = browser.post("/habilitations/regle/", form(house, motive="Décision", after="0"))
    assert response.status_code == 409
    assert "publiée entre-temps" in response.content.decode()
    assert MatrixRevision.objects.count() == 1


def test_a_publication_sent_twice_is_published_once_and_told_alike(browser: Client, house: House) -> None:
    publish(house, rule(PHYSICIAN))
    for sent in (form(house, profession=NURSE, motive="Décision", after="1"), {"motive": "Retour", "after": "2"}):
        path = "/habilitations/regle/" if "profession" in sent else "/habilitations/revisions/1/"
        for _ in range(2):
            assert browser.post(path, sent).status_code == 302
    assert [row.number for row in selectors.revisions(house.entity)] == [3, 2, 1]


def test_an_emergency_right_without_consultation_is_refused(browser: Client, house: House) -> None:
    response = browser.post("/habilitations/regle/", form(house, consult="", bris_de_glace="on"))
    assert response.status_code == 422
    assert "suppose le droit de consulter" in response.content.decode()


def test_a_rule_is_removed_after_its_preview(browser: Client, house: House) -> None:
    publish(house, rule(PHYSICIAN), rule(NURSE))
    key = {"profession": PHYSICIAN, "service": ""}
    assert "consulter le DMP" in browser.post("/habilitations/regle/retirer/", key).content.decode()
    browser.post("/habilitations/regle/retirer/", key | {"motive": "Plus de besoin", "after": "1"})
    assert not selectors.may_consult(house.physician, house.cardiology)
    assert selectors.may_consult(house.nurse, house.cardiology)


def test_an_older_revision_is_restored_as_a_new_one(browser: Client, house: House) -> None:
    publish(house, rule(PHYSICIAN))
    publish(house)
    assert "consulter le DMP" in browser.post("/habilitations/revisions/1/").content.decode()
    browser.post("/habilitations/revisions/1/", {"motive": "Retour", "after": "2"})
    assert [row.number for row in selectors.revisions(house.entity)] == [3, 2, 1]
    assert selectors.may_consult(house.physician, house.cardiology)


def test_the_reach_of_a_service_is_changed_and_traced(browser: Client, house: House) -> None:
    browser.post(f"/habilitations/services/{house.cardiology.pk}/portee/", {"reach": "hospital"})
    house.cardiology.refresh_from_db()
    assert house.cardiology.reach == Service.Reach.HOSPITAL
    assert Trace.objects.get(event="matrice.modifiee").detail["reach"] == ["care_team", "hospital"]
    assert browser.post(f"/habilitations/services/{house.cardiology.pk}/portee/", {"reach": "x"}).status_code == 404


def test_the_yearly_review_is_kept_with_its_author(browser: Client, house: House) -> None:
    revision = publish(house, rule(PHYSICIAN))
    MatrixRevision.objects.update(created_at=clock.now() - timedelta(days=400))
    assert "revue en retard" in browser.get("/habilitations/").content.decode()
    for _ in range(2):  # a double click
        browser.post("/habilitations/revue/", {"comment": "Rien à changer"})
    review = MatrixReview.objects.get()
    assert (review.revision, review.reviewed_by, review.comment) == (revision, house.rssi, "Rien à changer")
    assert "revue en retard" not in browser.get("/habilitations/").content.decode()
    assert Trace.objects.filter(event="matrice.revue").count() == 1


@pytest.mark.parametrize(
    ("now", "late"),
    # Published on 11 January 2026, 00:30 in Paris; in UTC, still the 10th. Due on the 11th, late from the 12th on.
    [("2027-01-11T22:30:00+00:00", False), ("2027-01-11T23:30:00+00:00", True)],
)
def test_the_review_is_late_once_its_day_has_ended_in_paris(
    browser: Client, house: House, monkeypatch: pytest.MonkeyPatch, now: str, late: bool
) -> None:
    publish(house, rule(PHYSICIAN))
    MatrixRevision.objects.update(created_at=datetime.fromisoformat("2026-01-10T23:30:00+00:00"))
    moment = datetime.fromisoformat(now)
    monkeypatch.setattr(clock, "now", lambda: moment)
    login(browser, house.rssi)
    page = browser.get("/habilitations/").content.decode()
    assert ("revue en retard" in page, "11/01/2027" in page) == (late, True)


def test_another_entity_s_services_and_revisions_do_not_exist(browser: Client, house: House) -> None:
    other = make_service()
    entity = other.geographic_entity.legal_entity
    services.publish(entity, LocalRules((rule(PHYSICIAN),)), motive="Autre", actor=house.actor)
    assert browser.get("/habilitations/revisions/1/").status_code == 404
    assert browser.post(f"/habilitations/services/{other.pk}/portee/", {"reach": "hospital"}).status_code == 404
    assert other.name not in browser.get("/habilitations/").content.decode()


def test_the_dpo_reads_and_does_not_change(client: Client, house: House) -> None:
    publish(house, rule(PHYSICIAN))
    login(client, make_account(house.entity, roles=(Role.DPO,)))
    page = client.get("/habilitations/").content.decode()
    assert "Ajouter une règle" not in page
    assert client.get("/habilitations/regle/").status_code == 403
    assert client.post("/habilitations/regle/retirer/", {}).status_code == 403


def test_a_clinician_is_refused(client: Client, house: House) -> None:
    login(client, house.physician)
    assert client.get("/habilitations/").status_code == 403


def test_the_page_costs_the_same_whatever_the_size(
    browser: Client, house: House, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(10):
        make_service(house.entity)
        publish(house, rule(PHYSICIAN), rule(NURSE, f"X/{number}"))
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        browser.get("/habilitations/")
