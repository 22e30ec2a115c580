"""The register of record systems, the contract file and the ministry's list: what is written, refused, shown, traced."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from support.homologation_pages import page, post
from support.homologation_scene import Scene
from support.hospital import login, make_account, make_legal_entity, make_service, make_site
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.homologation import contacts_file
from tramontane.hospital.homologation.models import AirContract, RegionalContact, Reminder, SystemVersion
from tramontane.hospital.homologation.selectors import homologations
from tramontane.hospital.homologation.services import collecting, contracting, moving, registering, reminding
from tramontane.hospital.homologation.services.contracting import SignedContract
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.hospital.traces.models import Trace
from tramontane.rules.homologation import TriggerKind

pytestmark = pytest.mark.django_db
NUMBER = "NUMERO-TRES-SECRET"
TABLE = [
    ["Référents régionaux", "", ""],
    ["Région", "Organisme", "Appui au projet de consultation intégrée"],
    ["Région d’essai", "GRADeS d’essai", "Contact fictif\nappui@exemple.test"],
    ["", "ARS d’essai", "ars@exemple.test"],
    ["Autre région", "ARS", ""],
]


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


def workbook(table: list[list[str]]) -> bytes:
    book = Workbook()
    book.active.title = "Lisez-moi"
    sheet = book.create_sheet("Référents")
    for row in table:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


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


# The contract file.


def contract(scene: Scene) -> AirContract:
    return contracting.prepare(scene.entity, list(scene.entity.geographic_entities.all()), actor=scene.actor)


def paper(months_days: int = 700) -> SignedContract:
    today = moving.today()
    return SignedContract(today, today + timedelta(days=months_days), "Anne Mercier", "cpe")


def test_the_contract_is_not_signed_before_the_six_steps_nor_for_more_than_three_years(scene: Scene) -> None:
    row = contract(scene)
    with pytest.raises(RefusedError) as early:
        contracting.sign(row, paper(), actor=scene.actor)
    assert "aucun dossier n’est ouvert" in early.value.objections[0].sentence
    scene.signed()
    with pytest.raises(RefusedError) as long:
        contracting.sign(row, paper(1200), actor=scene.actor)
    assert "36" in long.value.objections[0].sentence
    contracting.sign(row, paper(), actor=scene.actor)
    declared = SiteContract.objects.get(geographic_entity__legal_entity=scene.entity)
    assert declared.expires_at == moving.today() + timedelta(days=700)
    assert declared.observed_state == "unknown"  # the white list is observed, never assumed
    with pytest.raises(RefusedError):
        contracting.sign(row, paper(), actor=scene.actor)


def test_a_site_of_another_establishment_is_not_put_under_contract(scene: Scene) -> None:
    stranger = Scene.new().entity.geographic_entities.get()
    for sites in ([stranger], []):
        with pytest.raises(RefusedError):
            contracting.prepare(scene.entity, sites, actor=scene.actor)


def test_the_screens_lead_from_the_referent_to_the_signature_then_a_suspension_and_back(
    client: Client, scene: Scene
) -> None:
    site, today = scene.entity.geographic_entities.get(), moving.today()
    assert "Contrat AIR : à préparer." in page(client, "contract")
    scene.signed()
    assert "Contrat AIR : prêt à transmettre." in page(client, "contract")
    post(client, "prepare", sites=[site.pk])
    assert "Jamais observée" in post(client, "contract-step", "contacted_on", on=today)
    assert "Contrat AIR : transmis au référent régional." in post(client, "contract-step", "referred_on", on=today)
    end = today + timedelta(days=365)
    text = post(client, "sign-contract", signed_on=today, expires_on=end, signatory="Anne Mercier", card="cde")
    assert "Contrat AIR : signé." in text
    suspended = {"contract": AirContract.objects.get().pk, "kind": "suspendu", "on": today}
    assert "Contrat AIR : suspendu." in post(client, "suspend", **suspended, cause="Mésusage présumé")
    assert "Le contrat est suspendu." in post(client, "suspend", **suspended, cause="Encore")
    given_back = suspended | {"kind": "retabli"}
    assert "Contrat AIR : signé." in post(client, "suspend", **given_back, cause="Conditions réunies")


def test_a_contract_in_preparation_hides_nothing_of_the_one_in_force(client: Client, scene: Scene) -> None:
    site, today = scene.entity.geographic_entities.get(), moving.today()
    scene.signed()
    first = contract(scene)
    contracting.sign(first, paper(80), actor=scene.actor)
    draft = contract(scene)
    assert draft.pk != first.pk
    text = page(client, "contract")
    assert "Contrat AIR : à renouveler ; un nouveau est en préparation." in text
    assert f"Valable jusqu’au {today + timedelta(days=80):%d/%m/%Y}" in text
    assert Reminder.objects.filter(kind="contrat").count() == 0
    reminding.sweep_entity(scene.entity, clock.now())
    assert {row.key for row in Reminder.objects.filter(kind="contrat", closed_at=None)} == {str(first.pk)}
    text = post(client, "suspend", contract=first.pk, kind="suspendu", on=today, cause="Contrôle")
    assert "Contrat AIR : suspendu ; un nouveau est en préparation." in text
    unsigned = {"contract": draft.pk, "kind": "suspendu", "on": today, "cause": "x"}
    assert client.post(reverse("homologation:suspend"), unsigned).status_code == 404
    north = make_site(scene.entity, name="Site du nord")
    draft = contracting.prepare(scene.entity, [north], actor=scene.actor)
    contracting.sign(draft, paper(), actor=scene.actor)
    text = page(client, "contract")
    assert "Contrat AIR : signé, suspendu." in text, "each site keeps the contract that was signed for it"
    contracting.sign(contract(scene), paper(), actor=scene.actor)
    assert "Contrat AIR : signé." in page(client, "contract")
    reminding.sweep_entity(scene.entity, clock.now())
    assert first.pk not in {int(row.key) for row in Reminder.objects.filter(kind="contrat", closed_at=None)}
    assert site.air_contract.expires_at == today + timedelta(days=700)


def test_a_contract_is_signed_under_the_homologation_in_force_while_the_next_is_under_way(scene: Scene) -> None:
    scene.signed()
    scene.open()
    row = contract(scene)
    contracting.sign(row, paper(), actor=scene.actor)
    row.refresh_from_db()
    assert row.signed_on == moving.today()


def test_calls_from_a_site_outside_the_contract_raise_an_alert_and_observed_calls_are_counted(
    client: Client, scene: Scene
) -> None:
    outside = make_site(scene.entity, name="Site du nord")
    assert "hors contrat" not in page(client, "contract")
    common = {"finess_juridique": scene.entity.finess_juridique, "recorded_at": clock.now(), "digest": "0" * 64}
    for event, outcome in (("dmp.demande", "demandé"), ("dmp.reponse", "répondu")):
        where = outside.finess_geographique
        Trace.objects.create(event=event, outcome=outcome, finess_geographique=where, **common)
    text = page(client, "contract")
    assert "Alerte : des VIHF portent un FINESS hors contrat." in text
    assert "Site du nord" in text
    assert "1 sur 1" in text


def test_only_those_who_decide_prepare_and_sign(scene: Scene) -> None:
    officer = Client()
    login(officer, make_account(scene.entity, roles=(Role.RSSI,)))
    for name, args in (("prepare", ()), ("sign-contract", ()), ("suspend", ()), ("contract-step", ("contacted_on",))):
        assert officer.post(reverse(f"homologation:{name}", args=args)).status_code == 403


# The ministry's list.


@pytest.mark.parametrize(
    "data", [workbook(TABLE), "\r\n".join(";".join(f'"{c}"' for c in r) for r in TABLE[1:]).encode()]
)
def test_the_list_is_read_in_excel_or_csv_by_its_headings(data: bytes) -> None:
    lines = contacts_file.read(data)
    assert [(one.region, one.organisation) for one in lines] == [
        ("Région d’essai", "GRADeS d’essai"),
        ("Région d’essai", "ARS d’essai"),
    ]
    assert lines[1].contact == "ars@exemple.test"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"PK\x03\x04", "classeur"),
        (b"Region;Contact\nA;b\n", "Appui au projet"),
        (workbook([["Région", "Contact"], ["A", "b"]]), "Appui au projet"),
        (workbook(TABLE[:2]), "ne nomme personne"),
        (workbook([TABLE[1], ["A", "B", "=cmd()"]]), "ligne 2 : formule"),
        (workbook([TABLE[1], ["A", "B", "x" * 2001]]), "Ligne 2"),
        (workbook([TABLE[1], *([["A", "B", "c"]] * 1001)]), "1000 lignes"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 Mo"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(data: bytes, said: str) -> None:
    with pytest.raises(contacts_file.ContactsError, match=said):
        contacts_file.read(data)


def test_the_list_is_rehearsed_then_replaces_the_last(client: Client, scene: Scene) -> None:
    assert "n’est pas encore importée" in page(client, "contract")
    file = io.BytesIO(workbook(TABLE))
    file.name = "referents.xlsx"
    answer = client.post(reverse("homologation:contacts"), {"file": file})
    text = answer.content.decode()
    assert "Rien n’est encore écrit" in text
    assert not RegionalContact.objects.exists()
    content = text.split('name="content" value="')[1].split('"')[0]
    for _ in range(2):
        shown = post(client, "contacts", content=content, file_name="referents.xlsx", apply="1")
    assert "ars@exemple.test" in shown
    assert RegionalContact.objects.filter(legal_entity=scene.entity).count() == 2
    assert client.post(reverse("homologation:contacts"), {"content": "%"}).status_code == 422


def test_the_guide_says_where_the_establishment_stands(client: Client, scene: Scene) -> None:
    assert "Prêt à contractualiser" not in page(client, "guide")
    scene.open()
    assert "0 étape sur 6" in page(client, "guide")


def test_the_letter_of_the_cnam_is_kept_with_the_suspension(client: Client, scene: Scene) -> None:
    contract = AirContract.objects.create(
        legal_entity=scene.entity,
        created_at=clock.now(),
        signed_on=moving.today(),
        expires_on=moving.today() + timedelta(days=90),
    )
    contract.sites.set(scene.entity.geographic_entities.all())
    letter = SimpleUploadedFile("courrier.pdf", b"%PDF-1.7 courrier", "application/pdf")
    values = {"contract": contract.pk, "kind": "suspendu", "on": moving.today(), "cause": "Contrôle"}
    assert "courrier.pdf" in post(client, "suspend", file=letter, **values)
    kept = contract.suspensions.get()
    assert kept.attached.sha256 == hashlib.sha256(b"%PDF-1.7 courrier").hexdigest()
    address = reverse("homologation:suspension-file", args=[kept.pk])
    answer = client.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 courrier"  # type: ignore[attr-defined]
    stranger = Client()
    login(stranger, make_account(make_legal_entity(), roles=(Role.HOMOLOGATION,)))
    assert stranger.get(address).status_code == 404
    huge = SimpleUploadedFile("x.pdf", b"")
    huge.size = 26 * 1024 * 1024
    with pytest.raises(RefusedError, match="saisie"):
        contracting.suspend(contract, "retabli", moving.today(), "Réparé", actor=scene.actor, file=huge)


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
