"""The contract file and the ministry's list: what is written, refused, shown, traced."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from support.homologation_pages import page, post
from support.homologation_scene import Scene
from support.hospital import login, make_account, make_legal_entity, make_site
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.homologation import contacts_file
from tramontane.hospital.homologation.models import AirContract, RegionalContact, Reminder
from tramontane.hospital.homologation.services import contracting, moving, reminding
from tramontane.hospital.homologation.services.contracting import SignedContract
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
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


def workbook(table: list[list[str]]) -> bytes:
    book = Workbook()
    book.active.title = "Lisez-moi"
    sheet = book.create_sheet("Référents")
    for row in table:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


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


def csv(table: list[list[str]]) -> bytes:
    return "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in table).encode()


@pytest.mark.parametrize("data", [workbook(TABLE), csv(TABLE), csv(TABLE[1:])], ids=["excel", "csv", "no title"])
def test_the_list_is_read_in_excel_or_csv_by_its_headings(data: bytes) -> None:
    lines = contacts_file.read(data)
    assert [(one.region, one.organisation) for one in lines] == [
        ("Région d’essai", "GRADeS d’essai"),
        ("Région d’essai", "ARS d’essai"),
    ]
    assert lines[1].contact == "ars@exemple.test"


@pytest.mark.parametrize("written", [workbook, csv])
def test_a_line_is_numbered_as_the_spreadsheet_shows_it(written: Callable[[list[list[str]]], bytes]) -> None:
    spaced = [TABLE[0], ["", "", ""], TABLE[1], ["", "", ""], *TABLE[2:4]]
    assert [one.line for one in contacts_file.read(written(spaced))] == [5, 6]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\r\n" * 5000, "vide"),
        (b"Region;Appui consultation integree\n" + b"\n" * 5000, "1000 lignes"),
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
