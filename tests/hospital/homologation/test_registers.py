"""The register of record systems and what is collected: what is written, refused, shown, traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from support.homologation_pages import page, post
from support.homologation_scene import Scene
from support.hospital import login, make_account, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.homologation.models import SystemVersion
from tramontane.hospital.homologation.selectors import homologations
from tramontane.hospital.homologation.services import collecting, moving, registering
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.hospital.traces.models import Trace
from tramontane.rules.homologation import TriggerKind

pytestmark = pytest.mark.django_db
NUMBER = "NUMERO-TRES-SECRET"


@pytest.fixture
def scene(client: Client, settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    found = Scene.new()
    found.account.roles = [Role.HOMOLOGATION.value, Role.DIRECTION.value]
    found.account.save()
    login(client, found.account)
    return found


def version(scene: Scene, **changes: Any) -> SystemVersion:
    system = registering.register(scene.entity, "DPI Exemple", "Éditeur d’essai", actor=scene.actor)
    today = moving.today()
    facts = VersionFacts("2.1", today, **{"cnda_number": NUMBER, "cnda_on": today} | changes)
    return registering.add_version(system, facts, actor=scene.actor)


def refused(act: Callable[[], object], said: str) -> None:
    """Refused, in these words."""
    with pytest.raises(RefusedError) as raised:
        act()
    assert said in raised.value.received


# The register.


def test_the_number_is_masked_then_shown_once_by_a_traced_act(client: Client, scene: Scene) -> None:
    row = version(scene)
    for shown in (page(client, "systems"), page(client, "system", row.system_id)):
        assert NUMBER not in shown
    answer = client.post(reverse("homologation:reveal", args=[row.pk]))
    assert NUMBER in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert Trace.objects.filter(event="homologation.numero", account_id=scene.account.pk).count() == 1
    assert NUMBER not in page(client, "system", row.system_id)
    assert not any(NUMBER in repr(one.detail) for one in Trace.objects.all())


def test_the_number_is_shown_to_nobody_with_one_factor_nor_to_those_who_only_read(scene: Scene) -> None:
    row = version(scene)
    weak, reader = Client(), Client()
    login(weak, scene.account, "password")
    login(reader, make_account(scene.entity, roles=(Role.DIRECTION, Role.DPO)))
    for visitor in (weak, reader):
        answer = visitor.post(reverse("homologation:reveal", args=[row.pk]), follow=True)
        assert NUMBER not in answer.content.decode()
    assert not Trace.objects.filter(event="homologation.numero").exists()


def test_a_number_goes_with_its_date_and_a_system_is_inscribed_once(scene: Scene) -> None:
    row = version(scene)
    with pytest.raises(RefusedError):
        registering.add_version(row.system, VersionFacts("3", moving.today(), NUMBER), actor=scene.actor)
    with pytest.raises(RefusedError):
        registering.register(scene.entity, "dpi exemple", "Autre", actor=scene.actor)


def test_what_a_page_left_open_shows_of_a_retired_system_changes_nothing(scene: Scene) -> None:
    today = moving.today()
    stale = version(scene).system
    service = make_service(scene.entity)
    refused(lambda: registering.retire(stale, today + timedelta(days=1), actor=scene.actor), "à venir")
    registering.retire(stale, today, actor=scene.actor)
    for act in (
        lambda: registering.add_version(stale, VersionFacts("2.2", today), actor=scene.actor),
        lambda: registering.deploy(stale, service, today, None, actor=scene.actor),
        lambda: registering.retire(stale, today - timedelta(days=9), actor=scene.actor),
    ):
        refused(act, "retiré du registre")
    stale.refresh_from_db()
    assert stale.retired_on == today
    assert stale.versions.count() == 1
    again = registering.register(scene.entity, "dpi exemple", "Autre éditeur", actor=scene.actor)
    assert (again.pk, again.retired_on, again.vendor) == (stale.pk, None, "Autre éditeur")


def test_a_service_of_another_establishment_is_not_deployed_to_even_without_a_form(scene: Scene) -> None:
    system, stranger = version(scene).system, make_service()
    refused(
        lambda: registering.deploy(system, stranger, moving.today(), None, actor=scene.actor),
        "pas de cet établissement",
    )


def test_a_paper_of_the_cnda_dated_to_come_is_refused(scene: Scene) -> None:
    refused(lambda: version(scene, cnda_on=moving.today() + timedelta(days=1)), "à venir")


def test_other_means_of_identification_make_a_signed_homologation_due_again(scene: Scene, settings: Any) -> None:
    signed, today = scene.signed(), moving.today()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, proof_hours=settings.ENVIRONMENT.proof_hours + 2)
    (found,) = homologations.due(signed, today)
    assert found.kind is TriggerKind.SUPPORT
    assert "PGSSI-S" in found.sentence


def test_a_changed_version_makes_a_signed_homologation_due_again(scene: Scene) -> None:
    row = version(scene)
    signed, today = scene.signed(), moving.today()
    assert homologations.due(signed, today) == ()
    registering.deploy(row.system, make_service(scene.entity), today, None, actor=scene.actor)
    assert homologations.due(signed, today) == ()  # a calendar is not a configuration
    registering.add_version(row.system, VersionFacts("2.2", today, "SUITE", today), actor=scene.actor)
    assert [one.kind for one in homologations.due(signed, today)] == [TriggerKind.CONFIGURATION]


def test_the_register_is_kept_by_the_screens(client: Client, scene: Scene) -> None:
    service, today = make_service(scene.entity), moving.today()
    assert "Aucun logiciel métier" in page(client, "systems")
    assert "est inscrit au registre" in post(client, "systems", name="DPI Exemple", vendor="Éditeur")
    system = scene.entity.registered_systems.get()
    values = {"version": "4", "in_service_on": today, "cnda_number": NUMBER, "segur": "inconnu"}
    assert "vont ensemble" in post(client, "system", system.pk, **values)
    assert "Version enregistrée" in post(client, "system", system.pk, **values, cnda_on=today)
    assert "Sans date" in page(client, "system", system.pk)
    later = today + timedelta(days=40)
    assert "à venir" in post(client, "deploy", system.pk, service=service.pk, production_on=later)
    assert "dates enregistrées" in post(client, "deploy", system.pk, service=service.pk, planned_on=later)
    assert "Prévu" in page(client, "system", system.pk)
    assert "retiré du registre" in post(client, "retire", system.pk, on=today)


def test_a_day_begins_at_midnight_in_paris(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    system = registering.register(scene.entity, "DPI", "Éditeur", actor=scene.actor)
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 3, 31, 22, 30, tzinfo=UTC))
    made = registering.deploy(system, make_service(scene.entity), None, date(2027, 4, 1), actor=scene.actor)
    assert made.production_on == date(2027, 4, 1)


def test_a_service_of_another_establishment_is_not_deployed_to(client: Client, scene: Scene) -> None:
    row = version(scene)
    post(client, "deploy", row.system_id, service=make_service().pk, planned_on=moving.today())
    assert not row.system.deployments.exists()


def test_collected_evidence_is_read_and_confirmed_on_its_pages(client: Client, scene: Scene) -> None:
    dossier, today = scene.open(), moving.today()
    version(scene)
    values = {"starts": today - timedelta(days=10), "ends": today}
    assert "Relevé en cours : 0 sur 11" in post(client, "collect", dossier.number, collector="", **values)
    assert "déjà en cours" in post(client, "collect", dossier.number, collector="certificats", **values)
    run = scene.entity.collection_runs.get()
    collecting.carry_out(run.pk)
    assert "Relevé en cours" not in page(client, "collections", dossier.number)
    kept = scene.entity.collections.get(collector="deploiement_dpi")
    text = page(client, "collection", dossier.number, kept.pk)
    assert "Requêtes envoyées à la base" in text
    assert NUMBER not in text
    assert "Exigences concernées" in post(client, "confirm", dossier.number, kept.pk)  # none was chosen: said
    assert not dossier.evidence_links.exists()
    never = scene.entity.collections.get(collector="double_facteur")
    assert "ne prouve rien" in page(client, "collection", dossier.number, never.pk)
    review = scene.entity.collections.get(collector="revue_habilitations")
    text = post(client, "confirm", dossier.number, review.pk, exigences=["exi-20"])
    assert "Le relevé est une preuve." in text
    assert "Confirmé" in page(client, "collections", dossier.number)
    assert "déjà confirmé" in post(client, "confirm", dossier.number, review.pk, exigences=["exi-20"])
    assert (
        client.post(reverse("homologation:collect", args=[dossier.number]), {"collector": "autre"}).status_code == 404
    )
    assert date.fromisoformat(review.content["periode"][1]) == today


def test_a_run_that_stopped_says_so_and_one_killed_takes_up_where_it_was(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, today = scene.open(), moving.today()
    codes = ["certificats", "garde_clefs", "revocation"]
    run = collecting.ask(scene.entity, codes, today, today, actor=scene.actor)
    look = collecting.collect

    def broken(entity: Any, code: str, *args: Any, **more: Any) -> Any:
        if code == "garde_clefs":
            raise OSError("disque plein")
        return look(entity, code, *args, **more)

    monkeypatch.setattr(collecting, "collect", broken)
    with pytest.raises(OSError, match="disque"):
        collecting.carry_out(run.pk)
    assert "s’est arrêté après 1 sur 3" in page(client, "collections", dossier.number)
    monkeypatch.setattr(collecting, "collect", look)
    collecting.carry_out(run.pk)
    assert [one.collector for one in scene.entity.collections.order_by("pk")] == codes
    run.refresh_from_db()
    assert run.whole
